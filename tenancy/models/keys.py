"""Keys of tenant-owned rows: the room, references that carry it, and addresses for outside."""

from __future__ import annotations

from typing import Any, TypeVar

from django.db import models

from tenancy import room
from tenancy.ids import uuid7

M = TypeVar("M", bound=models.Model)


def uuid_key() -> models.UUIDField[Any, Any]:
    """Return the key of a row that has an address outside: a UUIDv7, made by us."""
    return models.UUIDField(primary_key=True, default=uuid7, editable=False)


class RoomKey(models.ForeignKey):
    """
    The tenant column of a tenant-owned table.

    No database reference to the tenant: every insert would share-lock the one tenant row, and
    the signed token already says that the tenant exists. No index of its own: every key and
    index of the table starts with it.
    """

    is_room_key = True

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("to", "tenancy.Tenant")
        kwargs.update(
            on_delete=models.PROTECT,
            related_name="+",
            db_constraint=False,
            db_index=False,
            editable=False,
            default=room.peek,
        )
        super().__init__(**kwargs)


class TenantForeignKey(models.ForeignKey):
    """
    A reference within the room: joins carry `tenant_id`, and so does the physical foreign key.

    The database constraint is made by `tenancy.guard.GuardTenantTables`, because Django's own
    would reference `id` alone. A subclass that is not `is_constrained` gets none.
    """

    is_constrained = True

    def __init__(self, to: Any, on_delete: Any = models.PROTECT, **kwargs: Any) -> None:
        kwargs.update(db_constraint=False, db_index=False)
        super().__init__(to, on_delete, **kwargs)

    def get_joining_fields(self, reverse_join: bool = False) -> tuple[tuple[Any, Any], ...]:
        """Join on the tenant too, so that a distributed table joins on its own shard."""
        near = self.model._meta.get_field("tenant")
        far = self.remote_field.model._meta.get_field("tenant")
        pair = (far, near) if reverse_join else (near, far)
        return (*super().get_joining_fields(reverse_join), pair)


class TenantOneToOneField(TenantForeignKey, models.OneToOneField):
    """The same, where the other row has at most one of these: a narrow side table's key."""


class TenantQuerySet(models.QuerySet[M]):
    """Rows of the room."""

    def for_update(self) -> TenantQuerySet[M]:
        """Lock the rows of this table only, in the order of their keys."""
        return self.select_for_update(of=("self",)).order_by("pk")


class TenantManager(models.Manager[M]):
    """
    Filters on the room's tenant, so that a distributed query is routed to one node.

    Isolation does not depend on it: row-level security holds without the filter.
    """

    use_in_migrations = False
    _queryset_class: type[TenantQuerySet[M]] = TenantQuerySet

    def get_queryset(self) -> TenantQuerySet[M]:
        rows = self._queryset_class(self.model, using=self._db)
        tenant_id = room.peek()
        return rows if tenant_id is None else rows.filter(tenant_id=tenant_id)

    def for_update(self) -> TenantQuerySet[M]:
        """Lock the rows of this table only, in the order of their keys."""
        return self.get_queryset().for_update()


class TenantModel(models.Model):
    """One row in a tenant's room. Subclasses write `class Meta(TenantModel.Meta)`."""

    tenant = RoomKey()

    objects: TenantManager[Any] = TenantManager()

    class Meta:
        abstract = True
        base_manager_name = "objects"
