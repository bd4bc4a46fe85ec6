"""When a loan falls due: after the sales it is to be paid from, in parts of what they bring."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from rural.rules.months import ZERO, index, shifted
from rural.rules.policy import Policy
from rural.rules.production import Production


@dataclass(frozen=True, slots=True)
class Due:
    """A due month, counted from the month of the loan, and the part of principal due in it."""

    month: int
    share: Decimal


def planned(productions: Iterable[Production], policy: Policy, start: date) -> tuple[Due, ...]:
    """
    Return due months and shares (rural.md §3.6): sale month + 2, in proportion to receipts.

    Only what begins after the loan gives due dates, because a standing crop would end the loan
    before the new one is sown; where all is standing, all of it counts. A business without
    seasons pays every `due_every` months. Nothing falls due after `horizon_max`. Shares are
    rounded to the policy's step by their running total, so that they add up to one.
    """
    known = [each for each in productions if each.is_financed]
    begun = [each for each in known if not each.is_standing] or known
    by_month: dict[int, Decimal] = {}
    for production in begun:
        for at, amount in _due_receipts(production, policy, start):
            if 0 < at < policy.horizon_max and amount > 0:
                by_month[at] = by_month.get(at, ZERO) + amount
    return shared(sorted(by_month.items()), policy.share_step)


def shared(amounts: Sequence[tuple[int, Decimal]], step: Decimal) -> tuple[Due, ...]:
    """Return shares of the total in multiples of a step; what rounds to nothing is left out."""
    total = sum((amount for _month, amount in amounts), ZERO)
    dues: list[Due] = []
    running = given = ZERO
    for at, (month, amount) in enumerate(amounts):
        running += amount
        upto = (running / total / step).quantize(Decimal(1), ROUND_HALF_UP) * step
        share = (Decimal(1) if at == len(amounts) - 1 else upto) - given
        given += share
        if share > 0:
            dues.append(Due(month, share))
    return tuple(dues)


def horizon(dues: Sequence[Due], policy: Policy) -> int:
    """Return how many months to look at: to the last due month, within the policy's bounds."""
    last = dues[-1].month + 1 if dues else 0
    return max(policy.horizon_min, min(policy.horizon_max, last))


def dates(dues: Sequence[Due], start: date, day: int) -> tuple[date, ...]:
    """Return the due months as dates of a day that every month has, 1 to 28."""
    return tuple(shifted(start, due.month).replace(day=day) for due in dues)


def _due_receipts(
    production: Production, policy: Policy, start: date
) -> Iterable[tuple[int, Decimal]]:
    for each in production.receipts:
        at = index(each.month, start) + policy.due_after_sale_months
        if production.is_seasonless:
            at = -(-at // policy.due_every) * policy.due_every
        yield at, each.amount
