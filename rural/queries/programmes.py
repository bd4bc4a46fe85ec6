"""Which programmes a household's request falls under."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from rural.models import Household, Programme
from rural.rules.programmes import fault


@dataclass(frozen=True, slots=True)
class Cap:
    """The largest and smallest amount that the programmes of a county leave, and which."""

    min_amount: Decimal
    max_amount: Decimal
    programme: str


def of(household: Household, product_code: str) -> list[Programme]:
    """Return the county's programmes for a product, whether they take requests or not."""
    county = household.village.township.county_id
    return list(Programme.objects.of(county, product_code).order_by("code"))


def applicable(household: Household, product_code: str, on: date) -> list[Programme]:
    """Return the county's programmes for a product that take requests on a day."""
    return [row for row in of(household, product_code) if fault(row.bounds(on), None, on) is None]


def cap(household: Household, product_code: str, on: date) -> Cap | None:
    """Return the bounds of the most generous programme, or None where the county has none."""
    rows = applicable(household, product_code, on)
    best = max(rows, key=lambda row: row.max_amount, default=None)
    return Cap(best.min_amount, best.max_amount, best.code) if best is not None else None
