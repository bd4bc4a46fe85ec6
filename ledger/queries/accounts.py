"""Which accounts the room has, kept in memory: posting asks on every call."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from ledger.models import Account
from ledger.rules.entry import Line
from tenancy import room

# Accounts are never removed nor given another id, and an id follows from tenant, code and
# currency; so what is kept can be short of a new account, but never wrong.
_known: dict[int, dict[tuple[str, str], UUID]] = {}


def account_ids(lines: Sequence[Line]) -> list[UUID | None]:
    """Return the account of each line, None where the room has no such account."""
    tenant_id = room.current()
    named = [(line.account_code, line.currency) for line in lines]
    known = _known.get(tenant_id, {})
    if not all(name in known for name in named):
        rows = Account.objects.values_list("code", "currency", "id")
        known = _known[tenant_id] = {(code, currency): key for code, currency, key in rows}
    return [known.get(name) for name in named]
