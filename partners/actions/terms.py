"""The terms of an agreement as people hand them in, checked before a draft is written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from ledger.rules.currencies import EXPONENTS
from lending.models import TermUnit
from partners.models import ClaimScope, CollectedBy, WaterfallMode
from partners.rules.funding import GUARANTEED, WHOLE_BP, FundingModel, ratio_fits
from tenancy.errors import FieldError

HIGHEST_RATE = Decimal(10)
LARGEST_AMOUNT = Decimal(10) ** 15
COMPONENTS = ("fee", "penalty", "interest", "principal")


@dataclass(frozen=True, slots=True)
class AgreementTerms:
    """
    All that is agreed; rates are fractions a year, parts are basis points (7,000 is 70 %).

    The bank's part of interest and penalty is that of the funding unless it is named. Empty
    tuples mean "all". See `AgreementVersion` for each column.
    """

    model: str
    bank_ratio_bp: int
    max_annual_rate: Decimal
    min_amount: Decimal
    max_amount: Decimal
    min_term: int
    max_term: int
    term_unit: str
    effective_from: date
    effective_to: date | None = None
    jurisdiction: str = "CN"
    currency: str = "CNY"
    bank_interest_bp: int | None = None
    bank_penalty_bp: int | None = None
    bank_fee_bp: int = 0
    coupon_rate: Decimal | None = None
    max_all_in_rate: Decimal | None = None
    service_fee_rate: Decimal = Decimal(0)
    guarantee_fee_rate: Decimal = Decimal(0)
    products: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    grades: tuple[str, ...] = ()
    industries: tuple[str, ...] = ()
    min_age: int | None = None
    max_age: int | None = None
    exposure_cap: Decimal | None = None
    borrower_cap: Decimal | None = None
    priority: int = 100
    weight: int = 1
    fairness_cap_bp: int | None = None
    declined_days: int = 30
    sla_minutes: int | None = None
    reservation_minutes: int = 7 * 24 * 60
    collected_by: str = CollectedBy.OWN
    waterfall: tuple[str, ...] = COMPONENTS
    waterfall_mode: str = WaterfallMode.HORIZONTAL
    principal_first_dpd: int | None = None
    compensation_dpd: int | None = None
    compensation_scope: str = ClaimScope.INSTALMENT
    guarantee_cap_bp: int | None = None
    guarantee_alerts_bp: tuple[int, ...] = ()
    buy_back_ratio: Decimal = Decimal(1)

    def columns(self) -> dict[str, Any]:
        """Return the columns of an agreement version."""
        filled = {
            name: self.bank_ratio_bp
            for name in ("bank_interest_bp", "bank_penalty_bp")
            if getattr(self, name) is None
        }
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in {**asdict(self), **filled}.items()
        }

    def problems(self, *, has_bank: bool, has_guarantor: bool) -> Iterator[FieldError]:
        """Yield what does not fit, field by field."""
        yield from self._unknown_words()
        yield from self._impossible_numbers()
        if self.effective_to is not None and self.effective_to < self.effective_from:
            yield _error("/effective_to", self.effective_to, _("a day not before the first"))
        if sorted(self.waterfall) != sorted(COMPONENTS):
            yield _error("/waterfall", ", ".join(self.waterfall), ", ".join(COMPONENTS))
        if self.model in set(FundingModel):
            model = FundingModel(self.model)
            if has_bank == (model == FundingModel.OWN):
                yield _error("/model", self.model, _("OWN without a bank, all others with one"))
            if not has_bank and self.collected_by == CollectedBy.BANK:
                yield _error("/collected_by", self.collected_by, CollectedBy.OWN)
            if (model in GUARANTEED) != has_guarantor:
                yield _error("/model", self.model, _("a guarantor where the model has one"))
            if not ratio_fits(model, self.bank_ratio_bp):
                yield _error("/bank_ratio_bp", self.bank_ratio_bp, _("a part that fits the model"))

    def _unknown_words(self) -> Iterator[FieldError]:
        for pointer, value, known in (
            ("/model", self.model, list(FundingModel)),
            ("/term_unit", self.term_unit, TermUnit.values),
            ("/collected_by", self.collected_by, CollectedBy.values),
            ("/waterfall_mode", self.waterfall_mode, WaterfallMode.values),
            ("/compensation_scope", self.compensation_scope, ClaimScope.values),
        ):
            if value not in known:
                yield _error(pointer, value, ", ".join(known))
        if self.currency not in EXPONENTS:
            yield _error("/currency", self.currency, _("an ISO 4217 code"))
        if len(self.jurisdiction) != 2 or not self.jurisdiction.isalpha():
            yield _error("/jurisdiction", self.jurisdiction, _("a country code of two letters"))

    def _impossible_numbers(self) -> Iterator[FieldError]:
        numbers = [value for value in asdict(self).values() if isinstance(value, Decimal)]
        if not all(number.is_finite() for number in numbers):
            yield _error("/", ", ".join(map(str, numbers)), _("finite amounts and rates"))
            return
        ranges: tuple[tuple[str, Decimal | int | None, Decimal | int, Decimal | int], ...] = (
            ("/min_amount", self.min_amount, Decimal("0.0001"), LARGEST_AMOUNT),
            ("/max_amount", self.max_amount, self.min_amount, LARGEST_AMOUNT),
            ("/exposure_cap", self.exposure_cap, 0, LARGEST_AMOUNT),
            ("/borrower_cap", self.borrower_cap, 0, LARGEST_AMOUNT),
            ("/max_annual_rate", self.max_annual_rate, 0, HIGHEST_RATE),
            ("/max_all_in_rate", self.max_all_in_rate, 0, HIGHEST_RATE),
            ("/coupon_rate", self.coupon_rate, 0, self.max_annual_rate),
            ("/service_fee_rate", self.service_fee_rate, 0, 1),
            ("/guarantee_fee_rate", self.guarantee_fee_rate, 0, 1),
            ("/buy_back_ratio", self.buy_back_ratio, 0, 10),
            ("/bank_ratio_bp", self.bank_ratio_bp, 0, WHOLE_BP),
            ("/bank_interest_bp", self.bank_interest_bp, 0, WHOLE_BP),
            ("/bank_penalty_bp", self.bank_penalty_bp, 0, WHOLE_BP),
            ("/bank_fee_bp", self.bank_fee_bp, 0, WHOLE_BP),
            ("/fairness_cap_bp", self.fairness_cap_bp, 1, WHOLE_BP),
            ("/guarantee_cap_bp", self.guarantee_cap_bp, 0, WHOLE_BP),
            ("/min_term", self.min_term, 1, 3650),
            ("/max_term", self.max_term, self.min_term, 3650),
            ("/min_age", self.min_age, 0, 120),
            ("/max_age", self.max_age, self.min_age or 0, 120),
            ("/priority", self.priority, 0, 30_000),
            ("/weight", self.weight, 1, 30_000),
            ("/declined_days", self.declined_days, 0, 3650),
            ("/sla_minutes", self.sla_minutes, 1, 525_600),
            ("/reservation_minutes", self.reservation_minutes, 1, 525_600),
            ("/principal_first_dpd", self.principal_first_dpd, 0, 3650),
            ("/compensation_dpd", self.compensation_dpd, 0, 3650),
        )
        for pointer, value, low, high in ranges:
            if value is not None and not low <= value <= high:
                expected = _("%(low)s to %(high)s") % {"low": low, "high": high}
                yield _error(pointer, value, expected)


def _error(pointer: str, value: object, expected: str) -> FieldError:
    return FieldError(pointer, str(value)[:80], expected)
