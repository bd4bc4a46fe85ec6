"""A migration's new tables made together, because Django would draw the whole schema for each."""

from collections.abc import Sequence

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations import AddConstraint, AddField, AddIndex, CreateModel
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

# What a table made from the final state has already when it is made.
_PART_OF_A_TABLE = (AddConstraint, AddField, AddIndex)


class CreateTogether(Operation):
    """
    The tables that a migration adds, as one step.

    One after another, every table would have Django render the models of all apps that reach it,
    which are nearly all: an empty database took most of a minute. Here the models are rendered
    once, as they are at the end, and the tables are made from that.

    Only for operations that add: tables, and fields, constraints and indexes of these or of
    older tables.
    """

    reversible = True

    def __init__(self, operations: Sequence[Operation]) -> None:
        self.operations = list(operations)

    def describe(self) -> str:
        return f"Create {len(self._made())} tables together"

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        # A state that has no models rendered yet only takes notes.
        state.__dict__.pop("apps", None)
        for operation in self.operations:
            operation.state_forwards(app_label, state)

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        for operation in self._steps():
            operation.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        for operation in reversed(self._steps()):
            operation.database_backwards(app_label, schema_editor, from_state, to_state)

    def _steps(self) -> list[Operation]:
        made = self._made()
        return [
            each
            for each in self.operations
            if not (isinstance(each, _PART_OF_A_TABLE) and each.model_name_lower in made)
        ]

    def _made(self) -> set[str]:
        return {each.name_lower for each in self.operations if isinstance(each, CreateModel)}
