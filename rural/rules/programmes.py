"""What a county programme allows (domain text: rural S-30: 1,000 to 200,000)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum


class Fault(StrEnum):
    """Why a programme does not take a request."""

    SWITCHED_OFF = "switched_off"
    NOT_BEGUN = "not_begun"
    OVER = "over"
    NO_AGREEMENT = "no_agreement"
    TOO_SMALL = "too_small"
    TOO_LARGE = "too_large"


@dataclass(frozen=True, slots=True)
class Bounds:
    """A programme as it stands: both amounts and both days are still inside."""

    min_amount: Decimal
    max_amount: Decimal
    starts_on: date
    ends_on: date
    is_on: bool
    has_agreement: bool


def fault(bounds: Bounds, amount: Decimal | None, on: date) -> Fault | None:
    """Return why a request is refused on a day, or None; no amount: only the day is asked."""
    if not bounds.is_on:
        return Fault.SWITCHED_OFF
    if on < bounds.starts_on:
        return Fault.NOT_BEGUN
    if on > bounds.ends_on:
        return Fault.OVER
    if not bounds.has_agreement:
        return Fault.NO_AGREEMENT
    if amount is None:
        return None
    if amount < bounds.min_amount:
        return Fault.TOO_SMALL
    if amount > bounds.max_amount:
        return Fault.TOO_LARGE
    return None
