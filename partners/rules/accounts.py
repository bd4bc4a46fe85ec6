"""
The accounts of money with partner banks, beside the standard chart, and what is posted to them.

The standard accounts hold every loan whole. What of a loan is a partner's stands against them on
the contra accounts, so that both together are what the lender itself is owed; what was collected
for a partner is owed to it until it is settled.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from ledger.rules.chart import CASH, WRITE_OFFS, AccountKind, ChartAccount
from ledger.rules.entry import Line
from partners.rules.splitting import Component

ZERO = Decimal(0)

PARTNERS_PRINCIPAL = "1190"
PARTNERS_INTEREST = "1290"
PARTNERS_FEES = "1390"
PARTNERS_PENALTY = "1395"
DUE_TO_BANKS = "2310"
FUNDING_HELD = "2320"
DUE_TO_GUARANTORS = "2330"
SPREAD_INCOME = "4110"
INTEREST_PASSED = "4190"
FEES_PASSED = "4290"
PENALTY_PASSED = "4390"
SERVICE_FEES = "4400"
ROUNDING = "5210"
BUY_BACK_DIFFERENCES = "5220"
FEES_TO_BANKS = "5420"
ADJUSTMENTS = "5430"

PARTNER_CHART: Sequence[ChartAccount] = tuple(
    ChartAccount(*row)
    for row in (
        (PARTNERS_PRINCIPAL, "Principal of partners", "合作方贷款本金（抵减）", AccountKind.ASSET),
        (PARTNERS_INTEREST, "Interest of partners", "合作方应收利息（抵减）", AccountKind.ASSET),
        (PARTNERS_FEES, "Fees of partners", "合作方应收费用（抵减）", AccountKind.ASSET),
        (PARTNERS_PENALTY, "Penalty of partners", "合作方应收罚息（抵减）", AccountKind.ASSET),
        (DUE_TO_BANKS, "Due to partner banks", "应付合作银行款", AccountKind.LIABILITY),
        (FUNDING_HELD, "Funding held for loans", "待放款合作方资金", AccountKind.LIABILITY),
        (DUE_TO_GUARANTORS, "Due to guarantors", "应付担保方款", AccountKind.LIABILITY),
        (SPREAD_INCOME, "Spread on partners' money", "合作资金利差收入", AccountKind.INCOME),
        (INTEREST_PASSED, "Interest passed on", "归属合作方利息", AccountKind.INCOME),
        (FEES_PASSED, "Fees passed on", "归属合作方费用", AccountKind.INCOME),
        (PENALTY_PASSED, "Penalty passed on", "归属合作方罚息", AccountKind.INCOME),
        (SERVICE_FEES, "Service fees from banks", "合作服务费收入", AccountKind.INCOME),
        (ROUNDING, "Rounding differences", "尾差", AccountKind.EXPENSE),
        (BUY_BACK_DIFFERENCES, "Buy-back differences", "回购差额", AccountKind.EXPENSE),
        (FEES_TO_BANKS, "Fees to partner banks", "付合作银行费用", AccountKind.EXPENSE),
        (ADJUSTMENTS, "Settlement adjustments", "清算调整", AccountKind.EXPENSE),
    )
)

# Where a partner's part of what borrowers owe stands, by component.
CONTRA = {
    Component.PRINCIPAL: PARTNERS_PRINCIPAL,
    Component.INTEREST: PARTNERS_INTEREST,
    Component.FEE: PARTNERS_FEES,
    Component.PENALTY: PARTNERS_PENALTY,
}
# What takes a partner's part of our income off again; principal is no income.
PASSED = {
    Component.INTEREST: INTEREST_PASSED,
    Component.FEE: FEES_PASSED,
    Component.PENALTY: PENALTY_PASSED,
}


@dataclass(frozen=True, slots=True)
class Flow:
    """What a day's shares of one component come to: the partners' parts and our spread in it."""

    component: Component
    bank_part: Decimal
    guarantor_part: Decimal = ZERO
    spread: Decimal = ZERO
    guarantor_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Handed:
    """What of one component leaves a bank's part, and what of it a guarantor gets."""

    component: Component
    from_bank: Decimal
    to_guarantor: Decimal = ZERO


def flow_lines(flows: Iterable[Flow], currency: str, bank_id: UUID) -> list[Line]:
    """
    Return what a day's shares mean in the books.

    Money paid out uses what the bank paid in, and is the bank's from then on; money received
    turns a partner's part of a loan into money that is owed to it.
    """
    lines: list[Line] = []
    for flow in flows:
        if flow.component is Component.DISBURSED:
            lines += _moved(FUNDING_HELD, PARTNERS_PRINCIPAL, flow.bank_part, currency, bank_id)
            continue
        contra = CONTRA[flow.component]
        lines += _moved(contra, DUE_TO_BANKS, flow.bank_part, currency, bank_id)
        lines += _moved(INTEREST_PASSED, SPREAD_INCOME, flow.spread, currency, bank_id)
        if flow.guarantor_part:
            lines += _moved(
                contra, DUE_TO_GUARANTORS, flow.guarantor_part, currency, flow.guarantor_id
            )
    return merged(lines)


def accrual_lines(
    unposted: Iterable[tuple[Component, Decimal]], currency: str, subject_id: UUID
) -> list[Line]:
    """Return what gives a partner `unposted` more of what we earned, by component."""
    lines: list[Line] = []
    for component, amount in unposted:
        lines += _moved(PASSED[component], CONTRA[component], amount, currency, subject_id)
    return lines


def handed_lines(
    handed: Iterable[Handed], currency: str, bank_id: UUID, guarantor_id: UUID | None
) -> list[Line]:
    """Return what moves a bank's part to a guarantor; what is left over is ours, see the price."""
    lines: list[Line] = []
    for each in handed:
        contra = CONTRA[each.component]
        lines.append(Line(contra, currency, each.from_bank, bank_id))
        lines.append(Line(contra, currency, -each.to_guarantor, guarantor_id))
    return [line for line in lines if line.amount]


def bought_lines(
    handed: Sequence[Handed], price: Decimal, currency: str, bank_id: UUID
) -> list[Line]:
    """Return what makes a bank's part ours at a price that we owe it; the rest is a difference."""
    taken_over = sum((each.from_bank for each in handed), ZERO)
    return [
        *handed_lines(handed, currency, bank_id, None),
        Line(DUE_TO_BANKS, currency, -price, bank_id),
        Line(BUY_BACK_DIFFERENCES, currency, price - taken_over, bank_id),
    ]


def leg_lines(amount: Decimal, currency: str, bank_id: UUID) -> list[Line]:
    """Return what a bank has paid in for a loan that is not paid out yet."""
    return [Line(CASH, currency, amount), Line(FUNDING_HELD, currency, -amount, bank_id)]


def paid_lines(net: Decimal, currency: str, bank_id: UUID) -> list[Line]:
    """Return what clears a settlement: positive where we paid the bank."""
    return [Line(DUE_TO_BANKS, currency, net, bank_id), Line(CASH, currency, -net)]


def collected_lines(amount: Decimal, currency: str, bank_id: UUID) -> list[Line]:
    """Return what makes money that was booked as ours stand with the bank that collected it."""
    return [Line(DUE_TO_BANKS, currency, amount, bank_id), Line(CASH, currency, -amount)]


def paid_over_lines(amount: Decimal, currency: str, guarantor_id: UUID) -> list[Line]:
    """Return what clears money that we collected for a guarantor."""
    return [Line(DUE_TO_GUARANTORS, currency, amount, guarantor_id), Line(CASH, currency, -amount)]


def settled_lines(
    *,
    service_fees: Decimal,
    fees_to_bank: Decimal,
    adjustments: Decimal,
    currency: str,
    bank_id: UUID,
    settlement_id: UUID,
) -> list[Line]:
    """Return what a settlement carries besides its receipts."""
    owed = fees_to_bank + adjustments - service_fees
    return [
        Line(SERVICE_FEES, currency, -service_fees, settlement_id),
        Line(FEES_TO_BANKS, currency, fees_to_bank, settlement_id),
        Line(ADJUSTMENTS, currency, adjustments, settlement_id),
        Line(DUE_TO_BANKS, currency, -owed, bank_id),
    ]


def rounding_lines(amount: Decimal, currency: str, bank_id: UUID) -> list[Line]:
    """Return what owes a bank `amount` more, at the rounding account's cost."""
    return _moved(ROUNDING, DUE_TO_BANKS, amount, currency, bank_id)


def write_off_lines(amount: Decimal, currency: str, bank_id: UUID) -> list[Line]:
    """Return what owes a bank `amount` more, as a loss."""
    return _moved(WRITE_OFFS, DUE_TO_BANKS, amount, currency, bank_id)


def merged(lines: Iterable[Line]) -> list[Line]:
    """Add up what goes to the same account and subject; leave out what comes to nothing."""
    totals: dict[tuple[str, str, UUID | None], Decimal] = {}
    for line in lines:
        key = line.account_code, line.currency, line.subject_id
        totals[key] = totals.get(key, ZERO) + line.amount
    return [
        Line(code, currency, amount, subject)
        for (code, currency, subject), amount in totals.items()
        if amount
    ]


def _moved(
    debit: str, credit: str, amount: Decimal, currency: str, subject_id: UUID | None
) -> list[Line]:
    return [
        Line(debit, currency, amount, subject_id),
        Line(credit, currency, -amount, subject_id),
    ]
