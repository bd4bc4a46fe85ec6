"""Who acts: a person, a client program or the system itself."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from tenancy.roles import Role


@dataclass(frozen=True, slots=True)
class Actor:
    """
    The one on whose behalf an action runs; doors make it, actions only pass it on.

    `kind` is user, client or system; `id` the user's or client's key; `authority_limit` the
    largest amount that may be approved alone (None: no approval at all); `source` an address.
    """

    kind: str
    id: str
    name: str
    role: Role
    authority_limit: Decimal | None = None
    source: str = ""
    request_id: str = ""

    @classmethod
    def system(cls, name: str, request_id: str = "") -> Actor:
        """Return the system acting by itself, under the name of the task or command."""
        return cls(kind="system", id=name, name=name, role=Role.SYSTEM, request_id=request_id)
