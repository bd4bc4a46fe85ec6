"""
Whose money it is: what the lenders of one loan hold of every amount that its borrower paid.

Shares are a function of the loan's running totals. Each total is cut once and the partner's part
rounded half up; what a receipt brings to whom is the difference of two such cuts. So a thousand
receipts of 10.05 at 70 % give 7,035.00, no cent is left over, and a receipt that is taken back or
comes late is split like any other (co-lending.md §2.5). The database does the same by a trigger;
the tests hold the two against each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from partners.rules.funding import WHOLE_BP

ZERO = Decimal(0)
ONE = Decimal(1)
# As the database keeps a fraction; of a billion it is wrong by less than a millionth.
EXACT = Decimal("1e-15")


class Component(StrEnum):
    """What is shared: the money paid out, and what comes back of it."""

    DISBURSED = "disbursed"
    PRINCIPAL = "principal"
    INTEREST = "interest"
    FEE = "fee"
    PENALTY = "penalty"


class Holder(StrEnum):
    """Whose the partner's part is: the bank's, until somebody has paid the bank for it."""

    BANK = "bank"
    GUARANTOR = "guarantor"
    OWN = "own"


@dataclass(frozen=True, slots=True)
class Fractions:
    """
    The partner's fraction of each component; what is left is ours.

    `principal` is also its fraction of what is paid out. Where `interest` is below it, the
    partner earns a coupon and we keep the spread.
    """

    principal: Decimal
    interest: Decimal
    fee: Decimal
    penalty: Decimal

    def of(self, component: Component) -> Decimal:
        """Return the partner's fraction of a component."""
        if component in (Component.DISBURSED, Component.PRINCIPAL):
            return self.principal
        return {
            Component.INTEREST: self.interest,
            Component.FEE: self.fee,
            Component.PENALTY: self.penalty,
        }[component]


@dataclass(frozen=True, slots=True)
class Cession:
    """
    A stretch of the partner's part of a component that somebody else has paid for.

    It begins at a running total of that part, and ends after `limit`, or never.
    """

    component: Component
    starts_at: Decimal
    limit: Decimal | None
    holder: Holder

    def taken(self, part: Decimal) -> Decimal:
        """Return how much of a running total lies in the stretch."""
        beyond = max(part - self.starts_at, ZERO)
        return beyond if self.limit is None else min(beyond, self.limit)


@dataclass(frozen=True, slots=True)
class Part:
    """A total and whose it is; `own` includes `spread`, our margin on the partner's money."""

    total: Decimal = ZERO
    bank: Decimal = ZERO
    guarantor: Decimal = ZERO
    own: Decimal = ZERO
    spread: Decimal = ZERO

    def less(self, before: Part) -> Part:
        """Return what has come since an earlier cut; negative where something was taken back."""
        return Part(
            self.total - before.total,
            self.bank - before.bank,
            self.guarantor - before.guarantor,
            self.own - before.own,
            self.spread - before.spread,
        )


Totals = Mapping[Component, Decimal]


def fractions(
    *,
    ratio_bp: int,
    interest_bp: int | None = None,
    fee_bp: int = 0,
    penalty_bp: int | None = None,
    coupon_rate: Decimal | None = None,
    borrower_rate: Decimal = ZERO,
) -> Fractions:
    """
    Return the partner's fractions as agreed; what is not named follows the funding.

    With a coupon the partner earns that rate on its part: of a borrower's 15 % a coupon of 9 % on
    70 % is 42 % of the interest.
    """
    ratio = Decimal(ratio_bp) / WHOLE_BP
    interest = ratio if interest_bp is None else Decimal(interest_bp) / WHOLE_BP
    if coupon_rate is not None and borrower_rate > 0:
        interest = min(ratio * coupon_rate / borrower_rate, ONE)
    return Fractions(
        principal=ratio,
        interest=interest.quantize(EXACT, ROUND_HALF_UP),
        fee=Decimal(fee_bp) / WHOLE_BP,
        penalty=ratio if penalty_bp is None else Decimal(penalty_bp) / WHOLE_BP,
    )


def split(
    totals: Totals, by: Fractions, *, decimals: int = 2, cessions: Sequence[Cession] = ()
) -> dict[Component, Part]:
    """Cut every running total; the parts of each sum to it, and the rest of a cent is ours."""
    return {
        component: _cut(component, totals.get(component, ZERO), by, decimals, cessions)
        for component in Component
    }


def differences(
    before: Mapping[Component, Part], after: Mapping[Component, Part]
) -> dict[Component, Part]:
    """Return what changed from one cut to the next, by component; what did not is left out."""
    changed = {each: after[each].less(before.get(each, Part())) for each in after}
    return {each: part for each, part in changed.items() if part != Part()}


def blended_rate(parts: Iterable[tuple[Decimal, Decimal]]) -> Decimal:
    """
    Return the borrower's rate of (fraction, rate) parts: the average by funding share.

    70 % at 8 % and 30 % at 18 % are 11 % (Reserve Bank of India, Co-Lending Directions 2025).
    """
    return sum((fraction * rate for fraction, rate in parts), ZERO)


def _cut(
    component: Component,
    total: Decimal,
    by: Fractions,
    decimals: int,
    cessions: Sequence[Cession],
) -> Part:
    partner = _rounded(total * by.of(component), decimals)
    spread = ZERO
    if component is Component.INTEREST:
        spread = max(_rounded(total * by.principal, decimals) - partner, ZERO)
    ceded = dict.fromkeys(Holder, ZERO)
    for cession in cessions:
        if cession.component is component:
            ceded[cession.holder] += cession.taken(partner)
    bank = partner - ceded[Holder.GUARANTOR] - ceded[Holder.OWN]
    guarantor = ceded[Holder.GUARANTOR]
    return Part(total, bank, guarantor, total - bank - guarantor, spread)


def _rounded(amount: Decimal, decimals: int) -> Decimal:
    return amount.quantize(ONE.scaleb(-decimals), ROUND_HALF_UP)
