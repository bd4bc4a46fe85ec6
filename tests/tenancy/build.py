"""People, actors and audit events, made the way the doors make them."""

from datetime import UTC, datetime
from decimal import Decimal

from tenancy.actors import Actor
from tenancy.roles import Role

NOON = datetime(2026, 1, 5, 4, tzinfo=UTC)


def actor(role: Role = Role.OFFICER, *, limit: str | None = None) -> Actor:
    """Somebody of a role, with an authority limit where one is given."""
    return Actor(
        kind="user",
        id=f"00000000-0000-7000-8000-{list(Role).index(role):012d}",
        name=str(role.label),
        role=role,
        authority_limit=None if limit is None else Decimal(limit),
        source="192.0.2.7",
        request_id="test",
    )
