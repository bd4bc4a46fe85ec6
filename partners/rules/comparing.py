"""What two files are compared on, for each kind of file that both sides write."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from partners.rules.breaks import BreakType, Difference, Tolerance
from partners.rules.files import kinds
from partners.rules.files.kinds import FileKind
from partners.rules.files.rows import Row


@dataclass(frozen=True, slots=True)
class Comparison:
    """
    The columns of one kind of file by what a difference in them is called.

    Columns that are in none are not compared: the bank has its own loan numbers, references and
    moments. `stakes` are those amounts that make up the bank's part.
    """

    kind: FileKind
    amounts: tuple[str, ...]
    stakes: tuple[str, ...]
    value_date: str = ""
    statuses: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()

    def stake(self, row: Row) -> Decimal:
        """Return the bank's part of a row."""
        return sum((getattr(row, column) for column in self.stakes), Decimal(0))

    def differences(self, ours: Row, theirs: Row) -> tuple[Difference, ...]:
        """Return the compared columns in which two rows differ."""
        cells = self.kind.cells
        return tuple(
            Difference(
                column,
                cells[column].write(getattr(ours, column)),
                cells[column].write(getattr(theirs, column)),
            )
            for column in self.compared
            if getattr(ours, column) != getattr(theirs, column)
        )

    def type_of(self, ours: Row, theirs: Row, tolerance: Tolerance) -> BreakType | None:
        """Return the gravest difference of two rows: money, status, class, date, rounding."""
        differs = _differing(ours, theirs)
        if differs(self.amounts) and not self._is_rounding(ours, theirs, tolerance):
            return BreakType.AMOUNT
        if differs(self.statuses):
            return BreakType.STATUS
        if differs(self.classes):
            return BreakType.CLASSIFICATION
        if self.value_date and differs((self.value_date,)):
            return BreakType.VALUE_DATE
        return BreakType.ROUNDING if differs(self.amounts) else None

    def days_apart(self, ours: Row, theirs: Row) -> int:
        """Return by how many days the value dates differ."""
        if not self.value_date:
            return 0
        return abs((getattr(theirs, self.value_date) - getattr(ours, self.value_date)).days)

    @property
    def compared(self) -> tuple[str, ...]:
        """Every column that is compared."""
        dates = (self.value_date,) if self.value_date else ()
        return (*self.amounts, *dates, *self.statuses, *self.classes)

    def _is_rounding(self, ours: Row, theirs: Row, tolerance: Tolerance) -> bool:
        """No column, and not what is at stake in all, is off by more than a line may be."""
        offs = [abs(getattr(theirs, column) - getattr(ours, column)) for column in self.amounts]
        offs.append(abs(self.stake(theirs) - self.stake(ours)))
        return max(offs) <= tolerance.line


def _differing(ours: Row, theirs: Row) -> Callable[[tuple[str, ...]], bool]:
    return lambda columns: any(getattr(ours, name) != getattr(theirs, name) for name in columns)


COMPARISONS = {
    comparison.kind.name: comparison
    for comparison in (
        Comparison(
            kinds.REPAY_DETAIL,
            amounts=(
                "total_amt", "principal", "interest", "penalty", "fee", "partner_principal",
                "partner_interest", "partner_penalty", "partner_fee",
            ),
            stakes=("partner_principal", "partner_interest", "partner_penalty", "partner_fee"),
            value_date="value_date",
            statuses=("loan_no", "currency", "txn_type", "reversal_of"),
        ),
        Comparison(
            kinds.DISBURSE,
            amounts=("total_amt", "partner_amt"),
            stakes=("partner_amt",),
            value_date="value_date",
            statuses=("ratio_bp", "rate_annual"),
            classes=("class5",),
        ),
        Comparison(
            kinds.OUTSTANDING,
            amounts=("principal_os", "partner_principal_os", "partner_interest_accrued"),
            stakes=("partner_principal_os", "partner_interest_accrued"),
            statuses=("status", "ratio_bp"),
            classes=("dpd", "bucket", "class5"),
        ),
        Comparison(
            kinds.COMPENSATION,
            amounts=("claim_amt_principal", "claim_amt_interest", "claim_amt_other"),
            stakes=("claim_amt_principal", "claim_amt_interest", "claim_amt_other"),
            statuses=("loan_no", "scope"),
        ),
    )
}  # fmt: skip
