"""A product's configuration as people hand it in, checked before a draft is written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from ledger.rules.currencies import EXPONENTS
from lending.models.paper import PaperKind
from lending.models.product import (
    MONTHLY,
    DayCountBasis,
    Funding,
    RateBasis,
    RepaymentMethod,
    TermUnit,
    yearly_rate,
)
from lending.rules.fees import Fee
from lending.rules.stages import Stage
from tenancy.errors import FieldError

# Above ten a year a rate is surely a percentage that was typed as a fraction.
HIGHEST_RATE = Decimal(10)
LARGEST_AMOUNT = Decimal(10) ** 15


@dataclass(frozen=True, slots=True)
class Configuration:
    """
    Everything that a product version is; rates are fractions (0.0005 a day, 0.18 a year).

    `stage_minutes` overrides the default service level of a stage; `required_inputs` names what
    the evidence must hold before an application leaves COLLECTING, `required_papers` what must
    lie on paper (see `PaperKind`); `redraws` False means that
    the limit is paid out in full, once; `funding` whether a partner bank lends along.
    """

    method: str
    currency: str
    min_amount: Decimal
    max_amount: Decimal
    quoted_rate: Decimal
    rate_basis: str
    min_term: int
    max_term: int
    term_unit: str
    day_count: str = DayCountBasis.ACTUAL_365
    funding: str = Funding.OWN
    min_draw: Decimal | None = None
    fees: tuple[Fee, ...] = ()
    penalty_rate: Decimal = Decimal(0)
    redraws: bool = True
    line_months: int = 12
    offer_days: int = 30
    stage_minutes: Mapping[str, int] = field(default_factory=dict)
    required_inputs: tuple[str, ...] = ()
    required_papers: tuple[str, ...] = ()

    def columns(self) -> dict[str, Any]:
        """Return the columns of a product version."""
        return {
            "method": self.method,
            "currency": self.currency,
            "min_amount": self.min_amount,
            "max_amount": self.max_amount,
            "min_draw": self.min_amount if self.min_draw is None else self.min_draw,
            "quoted_rate": self.quoted_rate,
            "rate_basis": self.rate_basis,
            "annual_rate": yearly_rate(self.quoted_rate, self.rate_basis, self.day_count),
            "day_count": self.day_count,
            "funding": self.funding,
            "min_term": self.min_term,
            "max_term": self.max_term,
            "term_unit": self.term_unit,
            "fees": [_fee(fee) for fee in self.fees],
            "penalty_rate": self.penalty_rate,
            "redraws": self.redraws,
            "line_months": self.line_months,
            "offer_days": self.offer_days,
            "stage_minutes": dict(self.stage_minutes),
            "required_inputs": list(self.required_inputs),
            "required_papers": list(self.required_papers),
        }

    def problems(self) -> Iterator[FieldError]:
        """Yield what does not fit, field by field."""
        yield from self._unknown_words()
        yield from self._impossible_numbers()
        if self.method in MONTHLY and self.term_unit != TermUnit.MONTHS:
            yield _error("/term_unit", self.term_unit, _("months, for monthly instalments"))
        codes = [fee.code for fee in self.fees]
        if len(set(codes)) != len(codes):
            yield _error("/fees", ", ".join(codes), _("a code for each fee"))
        for kind in self.required_papers:
            if kind not in PaperKind.values:
                yield _error("/required_papers", kind, ", ".join(PaperKind.values))
        for stage, minutes in self.stage_minutes.items():
            if stage not in set(Stage) or minutes <= 0:
                yield _error(f"/stage_minutes/{stage}", minutes, _("minutes above 0"))

    def _unknown_words(self) -> Iterator[FieldError]:
        for pointer, value, known in (
            ("/method", self.method, RepaymentMethod.values),
            ("/rate_basis", self.rate_basis, RateBasis.values),
            ("/day_count", self.day_count, DayCountBasis.values),
            ("/term_unit", self.term_unit, TermUnit.values),
            ("/funding", self.funding, Funding.values),
        ):
            if value not in known:
                yield _error(pointer, value, ", ".join(known))
        if self.currency not in EXPONENTS:
            yield _error("/currency", self.currency, _("an ISO 4217 code"))

    def _impossible_numbers(self) -> Iterator[FieldError]:
        min_draw = self.min_amount if self.min_draw is None else self.min_draw
        amounts = (self.min_amount, self.max_amount, min_draw, self.quoted_rate, self.penalty_rate)
        if not all(amount.is_finite() for amount in amounts):
            # Not a number compares with nothing: there is no range to hold the others against.
            yield _error("/", ", ".join(map(str, amounts)), _("finite amounts and rates"))
            return
        for pointer, value, low, high in (
            ("/min_amount", self.min_amount, Decimal("0.0001"), LARGEST_AMOUNT),
            ("/max_amount", self.max_amount, self.min_amount, LARGEST_AMOUNT),
            ("/min_draw", min_draw, Decimal("0.0001"), self.max_amount),
            ("/quoted_rate", self.quoted_rate, Decimal(0), HIGHEST_RATE),
            ("/penalty_rate", self.penalty_rate, Decimal(0), HIGHEST_RATE),
            ("/min_term", self.min_term, 1, 3650),
            ("/max_term", self.max_term, self.min_term, 3650),
            ("/line_months", self.line_months, 1, 120),
            ("/offer_days", self.offer_days, 1, 365),
        ):
            if not low <= value <= high:
                expected = _("%(low)s to %(high)s") % {"low": low, "high": high}
                yield _error(pointer, value, expected)


def _fee(fee: Fee) -> dict[str, str]:
    return {
        "code": fee.code,
        "name": fee.name,
        "timing": fee.timing.value,
        "amount": str(fee.amount),
        "rate": str(fee.rate),
        "collected_by": fee.collected_by,
    }


def _error(pointer: str, value: object, expected: str) -> FieldError:
    return FieldError(pointer, str(value)[:80], expected)
