"""The kinds of file: which rows, what their header's sum is of, what tells two rows apart."""

from __future__ import annotations

from dataclasses import dataclass, fields
from decimal import Decimal
from functools import cached_property

from partners.rules.files import rows
from partners.rules.files.cells import Cell, cells


@dataclass(frozen=True)
class FileKind:
    """One kind of file; `sums` are the columns whose total stands in the header."""

    name: str
    row: type[rows.Row]
    key: tuple[str, ...]
    sums: tuple[str, ...]

    @cached_property
    def cells(self) -> dict[str, Cell]:
        """The columns in the order of the file."""
        return cells(self.row)

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns, in the order of the file."""
        return tuple(field.name for field in fields(self.row))

    def key_of(self, row: rows.Row) -> str:
        """Return what tells the row apart from the others of its file."""
        return "/".join(str(getattr(row, name)) for name in self.key)

    def sum_of(self, row: rows.Row) -> Decimal:
        """Return what the row adds to the header's sum."""
        return sum((getattr(row, name) for name in self.sums), Decimal(0))


DISBURSE = FileKind("DISBURSE", rows.Disbursed, ("loan_no",), ("total_amt",))
REPAYMENT_PLAN = FileKind(
    "REPAYMENT_PLAN",
    rows.Planned,
    ("loan_no", "instalment_no"),
    ("principal_due", "interest_due", "fee_due"),
)
REPAY_DETAIL = FileKind("REPAY_DETAIL", rows.RepayDetail, ("txn_id",), ("total_amt",))
OVERDUE = FileKind(
    "OVERDUE", rows.Overdue, ("loan_no",), ("overdue_principal", "overdue_interest", "penalty")
)
OUTSTANDING = FileKind("OUTSTANDING", rows.Outstanding, ("loan_no",), ("principal_os",))
SETTLE_SUMMARY = FileKind(
    "SETTLE_SUMMARY", rows.SettleSummary, ("settle_date", "partner"), ("net_pay_to_partner",)
)
COMPENSATION = FileKind(
    "COMPENSATION",
    rows.Compensated,
    ("claim_id",),
    ("claim_amt_principal", "claim_amt_interest", "claim_amt_other"),
)

KINDS = {
    kind.name: kind
    for kind in (
        DISBURSE,
        REPAYMENT_PLAN,
        REPAY_DETAIL,
        OVERDUE,
        OUTSTANDING,
        SETTLE_SUMMARY,
        COMPENSATION,
    )
}
