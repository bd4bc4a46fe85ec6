"""What terms cost all in, and whether the tenant's dated rules allow it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import product
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from lending.models import Offer, ProductVersion, RegulationRule, RepaymentMethod
from lending.rules.calendar import Unit, step
from lending.rules.caps import Violation, blocking, check
from lending.rules.cost import Cost, CostUnknown, cost
from lending.rules.cost_table import cost_table
from lending.rules.plan import once
from lending.rules.terms import Terms
from tenancy.errors import Invalid, Refusal
from tenancy.wording import Sentence


class CostAboveCap(Refusal):
    """The all-in annual cost breaks a rule in force; the refusal names the rule and its source."""

    code = "cost_above_cap"
    status = 422


@dataclass(frozen=True, slots=True)
class Corner:
    """One extreme of a product: its terms and what they cost."""

    terms: Terms
    term: int
    cost: Cost

    def as_json(self) -> dict[str, str]:
        """Return what is kept with the published version; decimal strings."""
        return {
            "amount": _plain(self.terms.principal),
            "term": str(self.term),
            "contractual": _plain(self.cost.contractual),
            "simple": _plain(self.cost.simple),
            "nominal": _plain(self.cost.nominal),
            "effective": _plain(self.cost.effective),
            "xirr": _plain(self.cost.xirr),
            "total": _plain(self.cost.total),
        }


def corners(version: ProductVersion) -> list[Corner]:
    """
    Price the smallest and largest amount over the shortest and longest term, with all fees.

    :raises Invalid: if a corner has no cost at all: its fees eat up what is lent
    """
    amounts = sorted({version.min_amount, version.max_amount})
    found = []
    for amount, term in product(amounts, sorted({version.min_term, version.max_term})):
        terms = version.terms(
            principal=amount,
            annual_rate=version.annual_rate,
            term=term,
            starts_on=version.effective_from,
            plan=_longest(version, term),
        )
        found.append(Corner(terms, term, _cost(terms)))
    return found


def require_within_caps(terms: Terms, *, on: date) -> None:
    """
    Let terms pass whose all-in cost no rule in force on a day forbids.

    :raises CostAboveCap: naming the rule that the cost exceeds by most
    """
    rules = _rules(on)
    if not rules:
        return
    broken = blocking(_check(_cost(terms), rules, on))
    if broken:
        worst = max(broken, key=lambda violation: violation.got - violation.limit)
        raise _refusal(worst, rules)


def warnings(priced: Iterable[Corner], *, on: date) -> list[dict[str, Any]]:
    """Return each rule once that only warns of these costs, or that will forbid them later."""
    rules = _rules(on)
    worst: dict[tuple[str, str, date], Violation] = {}
    for corner in priced:
        for violation in _check(corner.cost, rules, on):
            key = (violation.code, violation.basis, violation.binds_from)
            if key not in worst or violation.got > worst[key].got:
                worst[key] = violation
    return [_as_json(worst[key], rules) for key in sorted(worst)]


def disclose(terms: Terms, *, on: date, lender: str) -> dict[str, Any]:
    """
    Return the all-in cost table of terms as JSON, with the terms that it describes.

    :raises CostAboveCap: if a rule in force forbids the terms
    :raises Invalid: if the fees eat up what is lent
    """
    require_within_caps(terms, on=on)
    try:
        table = cost_table(terms, lender=lender).to_json()
    except CostUnknown as problem:
        raise Invalid(_("These terms have no cost: %s") % problem) from problem
    return {**table, "terms": terms.to_json()}


def offered_terms(offer: Offer) -> Terms:
    """Return the terms that an offer stands for, as its version gives them today."""
    return offer.version.terms(
        principal=offer.amount,
        annual_rate=offer.annual_rate,
        term=offer.term,
        starts_on=date.fromisoformat(offer.cost_table["starts_on"]),
        plan=offer.plan,
    )


def describes(table: dict[str, Any], terms: Terms) -> bool:
    """Return whether a disclosed table is the one of these terms, to the last digit."""
    held: object = Terms.from_json(table["terms"])
    return held == terms


def _longest(version: ProductVersion, term: int) -> dict[str, list[str]] | None:
    """Return the plan of a custom version that keeps the principal for the whole of a term."""
    if version.method != RepaymentMethod.CUSTOM:
        return None
    return once(step(version.effective_from, term, Unit(version.term_unit))).to_json()


def _cost(terms: Terms) -> Cost:
    try:
        return cost(terms)
    except CostUnknown as problem:
        raise Invalid(_("These terms have no cost: %s") % problem) from problem


def _rules(on: date) -> list[RegulationRule]:
    """Caps in force and caps to come; those of other kinds of lender were never adopted."""
    return [
        rule
        for rule in RegulationRule.objects.caps()
        if rule.effective_to is None or rule.effective_to >= on
    ]


def _check(priced: Cost, rules: list[RegulationRule], on: date) -> tuple[Violation, ...]:
    return check(priced, rules, on, {rule.applies_to for rule in rules})


def _refusal(violation: Violation, rules: list[RegulationRule]) -> CostAboveCap:
    rule = _row(violation, rules)
    message = gettext_noop(
        "%(code)s – %(title)s: the %(basis)s annual cost of %(got)s is above %(cap)s. "
        "Source: %(source)s"
    )
    values = {
        "code": rule.code,
        "title": {"en": rule.title, "zh": rule.title_zh},
        # The message of a basis's label is its value.
        "basis": Sentence(violation.basis),
        "got": _percent(violation.got),
        "cap": _percent(violation.limit),
        "source": rule.source,
    }
    return CostAboveCap(
        Sentence(message, values),
        rule=rule.code,
        source=rule.source,
    )


def _as_json(violation: Violation, rules: list[RegulationRule]) -> dict[str, Any]:
    rule = _row(violation, rules)
    return {
        "rule": rule.code,
        "title": rule.title,
        "title_zh": rule.title_zh,
        "basis": violation.basis,
        "cap": _plain(violation.limit),
        "got": _plain(violation.got),
        "binds_from": violation.binds_from.isoformat(),
        "is_coming": violation.is_coming,
        "source": rule.source,
    }


def _row(violation: Violation, rules: list[RegulationRule]) -> RegulationRule:
    wanted = (violation.code, violation.basis, violation.binds_from)
    return next(rule for rule in rules if (rule.code, rule.basis, rule.effective_from) == wanted)


def _percent(rate: Decimal) -> str:
    return f"{(rate * 100).quantize(Decimal('0.01'))} %"


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"
