"""Which rooms a person may enter: asked before he is in one."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.db import connection

from tenancy.models import User


@dataclass(frozen=True, slots=True)
class RoomPass:
    """One membership, as the door sees it."""

    tenant_id: int
    tenant_name: str
    membership_id: int
    role: str
    branch: str
    authority_limit: Decimal | None


def rooms_of(user: User) -> list[RoomPass]:
    """Return a person's active memberships over all tenants, in a stable order."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT m.tenant_id, t.name, m.membership_id, m.role, m.branch, m.authority_limit "
            "FROM app.memberships(%s) m JOIN tenancy_tenant t ON t.id = m.tenant_id",
            [user.pk],
        )
        return [RoomPass(*row) for row in cursor.fetchall()]
