"""
The all-in cost table that a borrower sees before signing.

In China required from 1 August 2026: principal; every item of interest and fees with its amount
or formula, how it is collected and by whom; each annualised; the total; what is charged in
default; and the sentence that nothing else is. It is made of the same flows as the cost, and
holds keys, not sentences: doors put them into words.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from lending.rules.codec import encoded
from lending.rules.cost import Cost, CostUnknown, borrower_flows, cost, cost_of
from lending.rules.fees import Fee, Timing
from lending.rules.terms import Interest, Terms

NO_OTHER_CHARGES = "no_other_charges"
COLLECTION = {
    Timing.UPFRONT: "withheld_from_disbursement",
    Timing.INSTALMENT: "with_each_instalment",
    Timing.DEFAULT: "when_it_occurs",
}


@dataclass(frozen=True, slots=True)
class CostItem:
    """
    One line: interest, or a fee.

    `formula` names how it is worked out: "daily_on_outstanding", "flat_on_original",
    "share_of_principal", "fixed" or "daily_on_overdue"; `rate` and `fixed` are its parameters.
    `amount` is its sum if all goes as agreed (none for default items), `annual` what it alone
    makes of the yearly effective cost.
    """

    code: str
    name: str
    formula: str
    rate: Decimal | None
    fixed: Decimal | None
    amount: Decimal | None
    collection: str
    collected_by: str
    annual: Decimal | None


@dataclass(frozen=True, slots=True)
class CostTable:
    """The table; `statement` is the key of the sentence that there are no other charges."""

    principal: Decimal
    currency: str
    starts_on: date
    ends_on: date
    items: tuple[CostItem, ...]
    default_items: tuple[CostItem, ...]
    total: Decimal
    contractual: Decimal
    simple: Decimal
    nominal: Decimal
    effective: Decimal
    xirr: Decimal
    statement: str = NO_OTHER_CHARGES

    def to_json(self) -> dict[str, Any]:
        """Write the table as JSON values, decimals as strings: what is hashed and kept."""
        return dict(encoded(self))


def cost_table(terms: Terms, *, lender: str, on: date | None = None) -> CostTable:
    """
    Build the table of a loan paid out in full on a day (else the start) and repaid as agreed.

    :raises CostUnknown: if no yearly rate exists
    """
    whole = cost(terms, on=on)
    items = [_interest(terms, lender, on)]
    normal = [fee for fee in terms.fees if fee.timing is not Timing.DEFAULT]
    items += [_fee(terms, fee, lender, on) for fee in normal]
    return CostTable(
        principal=terms.principal,
        currency=terms.currency,
        starts_on=on or terms.starts_on,
        ends_on=terms.ends_on,
        items=tuple(items),
        default_items=_default_items(terms, lender),
        total=whole.total,
        contractual=whole.contractual,
        simple=whole.simple,
        nominal=whole.nominal,
        effective=whole.effective,
        xirr=whole.xirr,
    )


def _interest(terms: Terms, lender: str, on: date | None) -> CostItem:
    is_flat = terms.interest is Interest.FLAT
    alone = _alone(terms, "interest", on)
    return CostItem(
        code="interest",
        name="interest",
        formula="flat_on_original" if is_flat else "daily_on_outstanding",
        rate=terms.annual_rate,
        fixed=None,
        amount=alone.total,
        collection="with_each_instalment",
        collected_by=lender,
        annual=alone.effective,
    )


def _fee(terms: Terms, fee: Fee, lender: str, on: date | None) -> CostItem:
    alone = _alone(terms, fee.code, on)
    return CostItem(
        code=fee.code,
        name=fee.name,
        formula="share_of_principal" if fee.rate else "fixed",
        rate=fee.rate or None,
        fixed=fee.amount or None,
        amount=alone.total,
        collection=COLLECTION[fee.timing],
        collected_by=lender if fee.collected_by == "lender" else fee.collected_by,
        annual=alone.effective,
    )


def _alone(terms: Terms, item: str, on: date | None) -> Cost:
    """Price one item as if it were the only one."""
    flows = [flow for flow in borrower_flows(terms, on=on) if flow.item in ("principal", item)]
    try:
        return cost_of(terms, flows, is_even=False)
    except CostUnknown:
        raise CostUnknown(f"{item} leaves the borrower with nothing") from None


def _default_items(terms: Terms, lender: str) -> tuple[CostItem, ...]:
    items = []
    if terms.penalty_rate:
        items.append(
            CostItem(
                code="penalty",
                name="penalty",
                formula="daily_on_overdue",
                rate=terms.penalty_rate,
                fixed=None,
                amount=None,
                collection="when_it_occurs",
                collected_by=lender,
                annual=terms.penalty_rate,
            )
        )
    for fee in terms.fees:
        if fee.timing is Timing.DEFAULT:
            items.append(
                CostItem(
                    code=fee.code,
                    name=fee.name,
                    formula="share_of_principal" if fee.rate else "fixed",
                    rate=fee.rate or None,
                    fixed=fee.amount or None,
                    amount=None,
                    collection=COLLECTION[fee.timing],
                    collected_by=lender if fee.collected_by == "lender" else fee.collected_by,
                    annual=None,
                )
            )
    return tuple(items)
