"""The accounts that money with partner banks goes through, beside the standard chart."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

from ledger.rules.chart import WRITE_OFFS, AccountKind, ChartAccount
from ledger.rules.entry import Line

DUE_TO_BANKS = "2310"
ROUNDING = "5210"

PARTNER_CHART: Sequence[ChartAccount] = (
    ChartAccount(DUE_TO_BANKS, "Due to partner banks", "应付合作银行款", AccountKind.LIABILITY),
    ChartAccount(ROUNDING, "Rounding differences", "尾差", AccountKind.EXPENSE),
)


def rounding_lines(amount: Decimal, currency: str, bank_id: UUID) -> list[Line]:
    """Return what owes a bank `amount` more, at the rounding account's cost."""
    return _owed(ROUNDING, amount, currency, bank_id)


def write_off_lines(amount: Decimal, currency: str, bank_id: UUID) -> list[Line]:
    """Return what owes a bank `amount` more, as a loss."""
    return _owed(WRITE_OFFS, amount, currency, bank_id)


def _owed(account: str, amount: Decimal, currency: str, bank_id: UUID) -> list[Line]:
    return [
        Line(account, currency, amount, bank_id),
        Line(DUE_TO_BANKS, currency, -amount, bank_id),
    ]
