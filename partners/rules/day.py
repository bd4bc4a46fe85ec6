"""
A business date with one bank: its rows, and what they come to.

    net = the bank's part − fees due to us + fees due to the bank + adjustments + compensation
          − what the bank collected itself

Source of the figures: co-lending.md §2.7, SETTLE_SUMMARY.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from partners.rules.files.rows import RepayDetail, Row

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Day:
    """
    What happened on a day with one bank, before it is netted.

    `files` are the rows of each file by its kind's name. Fees are what the agreements say of
    these rows, `compensation` what we owe the bank, or it us, for claims that were settled.
    """

    repaid: Sequence[RepayDetail] = ()
    files: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    fees_due_to_platform: Decimal = ZERO
    fees_due_to_partner: Decimal = ZERO
    compensation: Decimal = ZERO
    # The whole of each receipt that the borrower paid to the bank; it stands with the bank.
    collected_by_bank: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Figures:
    """
    What a day comes to; amounts are positive to the bank's good.

    Except the fees due to us and what the bank collected, of which our part is owed to us.
    """

    receipts: int
    gross_receipts: Decimal
    partner_share: Decimal
    fees_due_to_platform: Decimal
    fees_due_to_partner: Decimal
    adjustments: Decimal
    compensation: Decimal
    collected_by_bank: Decimal

    @property
    def net(self) -> Decimal:
        """What we pay the bank; negative where it pays us."""
        to_the_bank = self.partner_share + self.fees_due_to_partner
        to_the_bank += self.adjustments + self.compensation
        return to_the_bank - self.fees_due_to_platform - self.collected_by_bank


def figures(day: Day, adjustments: Decimal) -> Figures:
    """Add a day up; a reversal is negative and takes off what its receipt had added."""
    return Figures(
        receipts=len(day.repaid),
        gross_receipts=sum((row.total_amt for row in day.repaid), ZERO),
        partner_share=sum((partner_part(row) for row in day.repaid), ZERO),
        fees_due_to_platform=day.fees_due_to_platform,
        fees_due_to_partner=day.fees_due_to_partner,
        adjustments=adjustments,
        compensation=day.compensation,
        collected_by_bank=day.collected_by_bank,
    )


def partner_part(row: RepayDetail) -> Decimal:
    """Return the bank's part of a receipt."""
    of_principal = row.partner_principal + row.partner_interest
    return of_principal + row.partner_penalty + row.partner_fee


def not_adding_up(repaid: Sequence[RepayDetail]) -> tuple[str, ...]:
    """Return the receipts whose parts are not the whole; empty unless something is broken."""
    return tuple(
        row.txn_id
        for row in repaid
        if row.total_amt != row.principal + row.interest + row.penalty + row.fee
        or row.total_amt != partner_part(row) + row.own_amt
    )


def service_fee(partner_interest: Decimal, rate: Decimal) -> Decimal:
    """Return our fee on the bank's interest of a day, rounded half up to the cent."""
    return (partner_interest * rate).quantize(Decimal("0.01"), ROUND_HALF_UP)
