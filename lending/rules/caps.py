"""Is a loan's cost within the law? The law itself is data: dated, sourced rules."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Protocol

from lending.rules.cost import Cost

EVERYBODY = "all_lenders"
# As disclosed: per cent with two decimals. Rounding interest to the cent moves a rate by less, and
# must not turn a loan at exactly the cap into one above it.
AS_DISCLOSED = Decimal("0.0001")


class CapRule(Protocol):
    """
    What a cap has to say of itself; a dated row of a jurisdiction's rule set does.

    `basis` is "simple", "nominal" or "effective"; `cap` a fraction a year; `severity` "block" or
    "warn"; `effective_to` the last day on which it binds. A rule without a cap is not ours to
    judge.
    """

    @property
    def code(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def source(self) -> str: ...
    @property
    def basis(self) -> str: ...
    @property
    def cap(self) -> Decimal | None: ...
    @property
    def applies_to(self) -> str: ...
    @property
    def effective_from(self) -> date: ...
    @property
    def effective_to(self) -> date | None: ...
    @property
    def severity(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Cap:
    """A cap outside the database: for simulations and tests."""

    code: str
    title: str
    source: str
    basis: str
    cap: Decimal | None
    applies_to: str
    effective_from: date
    effective_to: date | None = None
    severity: str = "block"


@dataclass(frozen=True, slots=True)
class Violation:
    """
    A rule that the cost breaks: which, where it stands, its limit, what we got.

    `blocks` is false for a rule that only warns, and for one that binds only from `binds_from`,
    a day still ahead.
    """

    code: str
    title: str
    source: str
    basis: str
    limit: Decimal
    got: Decimal
    binds_from: date
    blocks: bool
    is_coming: bool


def check(
    cost: Cost, rules: Iterable[CapRule], on: date, applies_to: str | Collection[str]
) -> tuple[Violation, ...]:
    """
    Hold a cost against every cap that applies, by the basis that each names.

    Rules that have ended by `on` are left out; those still to come are reported, but do not block.

    :param applies_to: what the lender or the loan is ("microloan_company"), one or several;
        rules for "all_lenders" always apply
    """
    kinds = {applies_to} if isinstance(applies_to, str) else set(applies_to)
    kinds.add(EVERYBODY)
    found = []
    for rule in rules:
        if rule.cap is None or rule.applies_to not in kinds:
            continue
        if rule.effective_to is not None and rule.effective_to < on:
            continue
        got = _measured(cost, rule.basis)
        if got > rule.cap:
            found.append(_violation(rule, got, on))
    return tuple(found)


def blocking(violations: Iterable[Violation]) -> tuple[Violation, ...]:
    """Pick those that forbid the loan today."""
    return tuple(violation for violation in violations if violation.blocks)


def _measured(cost: Cost, basis: str) -> Decimal:
    rates = {"simple": cost.simple, "nominal": cost.nominal, "effective": cost.effective}
    return rates[basis].quantize(AS_DISCLOSED, ROUND_HALF_UP)


def _violation(rule: CapRule, got: Decimal, on: date) -> Violation:
    is_coming = rule.effective_from > on
    return Violation(
        code=rule.code,
        title=rule.title,
        source=rule.source,
        basis=rule.basis,
        limit=rule.cap or Decimal(0),
        got=got,
        binds_from=rule.effective_from,
        blocks=rule.severity == "block" and not is_coming,
        is_coming=is_coming,
    )
