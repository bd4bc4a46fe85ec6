"""
Migration operations that make tenant-owned tables physically a tenant's.

What they give every tenant-owned table: a primary key that starts with `tenant_id`, foreign
keys that carry it (a row cannot point into another room), `tenant_id` filled from the signed
token, row-level security that binds even the table's owner, and grants for the app role.
A policy says `tenant_id = app.tenant()` without a sub-select, which a distributed table needs.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

from tenancy.models.keys import TenantForeignKey


class _ForwardOnly(Operation):
    """Leaves the model state alone and does nothing backwards: dropping the table undoes it."""

    reversible = True
    reduces_to_sql = False

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        pass

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        pass


class GuardTenantTables(_ForwardOnly):
    """Guard every tenant-owned table of an app; harmless to repeat, so it ends migrations."""

    def __init__(self, app_label: str) -> None:
        self.app_label = app_label

    def describe(self) -> str:
        return f"Guard the tenant tables of {self.app_label}"

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        owned = [
            model
            for model in to_state.apps.get_app_config(self.app_label).get_models()
            if is_tenant_owned(model)
        ]
        guarded = _existing(schema_editor, "SELECT conname FROM pg_constraint")
        for model in owned:
            if not _has_composite_key(schema_editor, model._meta.db_table):
                _guard_table(schema_editor, model)
        for model in owned:
            for field in model._meta.local_fields:
                if isinstance(field, TenantForeignKey) and field.is_constrained:
                    _guard_reference(schema_editor, model, field, guarded)


class ForbidChange(_ForwardOnly):
    """Make a table append-only, or frozen, for everyone: the trigger names the table."""

    def __init__(
        self, app_label: str, model: str, *, update: bool = True, delete: bool = True,
        truncate: bool = True,
    ) -> None:  # fmt: skip
        self.app_label, self.model = app_label, model
        self.update, self.delete, self.truncate = update, delete, truncate

    def describe(self) -> str:
        return f"Forbid changes to {self.app_label}.{self.model}"

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        kwargs = {"update": self.update, "delete": self.delete, "truncate": self.truncate}
        return type(self).__name__, [self.app_label, self.model], kwargs

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        table = to_state.apps.get_model(self.app_label, self.model)._meta.db_table
        verbs = [verb for verb in ("update", "delete") if getattr(self, verb)]
        if verbs:
            schema_editor.execute(
                f"CREATE OR REPLACE TRIGGER {table}_append_only BEFORE {' OR '.join(verbs)} "
                f"ON {table} FOR EACH ROW EXECUTE FUNCTION app.refuse_change()"
            )
        if self.truncate:
            schema_editor.execute(
                f"CREATE OR REPLACE TRIGGER {table}_no_truncate BEFORE TRUNCATE "
                f"ON {table} FOR EACH STATEMENT EXECUTE FUNCTION app.refuse_change()"
            )


def is_tenant_owned(model: type[models.Model]) -> bool:
    """Return whether the model's table is a room's: it has a guarded `tenant` column."""
    return any(
        field.name == "tenant" and getattr(field, "is_room_key", False)
        for field in model._meta.local_fields
    )


def _guard_table(schema_editor: BaseDatabaseSchemaEditor, model: type[models.Model]) -> None:
    table, app_role = model._meta.db_table, settings.DATABASE_ROLES["app"]
    key = model._meta.pk
    for statement in (
        f"ALTER TABLE {table} DROP CONSTRAINT {table}_pkey, "
        f"ADD CONSTRAINT {table}_pkey PRIMARY KEY (tenant_id, {key.column})",
        f"ALTER TABLE {table} ALTER COLUMN tenant_id SET DEFAULT app.tenant()",
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
        f"CREATE POLICY tenant_isolation ON {table} TO {app_role} "
        "USING (tenant_id = app.tenant()) WITH CHECK (tenant_id = app.tenant())",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {app_role}",
    ):
        schema_editor.execute(statement)


def _guard_reference(
    schema_editor: BaseDatabaseSchemaEditor,
    model: type[models.Model],
    field: TenantForeignKey,
    existing: set[str],
) -> None:
    table, column = model._meta.db_table, field.column
    target = field.remote_field.model._meta
    name = f"{table}_{column}_room_fk"[:63]
    if name in existing:
        return
    schema_editor.execute(
        f"ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY (tenant_id, {column}) "
        f"REFERENCES {target.db_table} (tenant_id, {target.pk.column}) "
        "DEFERRABLE INITIALLY DEFERRED"
    )
    if not _starts_an_index(model, field):
        schema_editor.execute(f"CREATE INDEX ON {table} (tenant_id, {column})")


def _starts_an_index(model: type[models.Model], field: TenantForeignKey) -> bool:
    """Whether an index or unique constraint already begins with (tenant, field)."""
    leading = [list(index.fields[:2]) for index in model._meta.indexes]
    leading += [
        list(constraint.fields[:2])
        for constraint in model._meta.constraints
        if isinstance(constraint, models.UniqueConstraint) and constraint.condition is None
    ]
    return field.primary_key or ["tenant", field.name] in leading


def _has_composite_key(schema_editor: BaseDatabaseSchemaEditor, table: str) -> bool:
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(
            "SELECT cardinality(conkey) > 1 FROM pg_constraint "
            "WHERE contype = 'p' AND conrelid = %s::regclass",
            [table],
        )
        row = cursor.fetchone()
    return bool(row and row[0])


def _existing(schema_editor: BaseDatabaseSchemaEditor, query: str) -> set[str]:
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(query)
        return {row[0] for row in cursor.fetchall()}
