"""What a firm wants and how it pays: drawn from its code, the same at every run."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import Enum

_PURPOSES = ("stock for the season", "raw materials", "wages before the holiday", "a new machine")
_WISHES = (("order-loan", 30), ("instalment-loan", 6), ("seller-line", 120))


class Manner(Enum):
    """How a firm pays, and how many of a hundred do so."""

    PROMPT = 78
    LATE = 13
    PARTLY = 5
    NEVER = 4


@dataclass(frozen=True, slots=True)
class Wish:
    """What a firm applies for; the term is in the product's unit."""

    product: str
    amount: Decimal
    term: int
    purpose: str


def wish(code: str) -> Wish:
    """Return what a firm applies for: 20,000 to 400,000 yuan."""
    product, term = _WISHES[_drawn(code, "product", len(_WISHES))]
    amount = Decimal(20_000 + 10_000 * _drawn(code, "amount", 39))
    return Wish(product, amount, term, _PURPOSES[_drawn(code, "purpose", len(_PURPOSES))])


def drawn_share(code: str) -> Decimal:
    """Return how much of its limit a firm draws: 60 % to all of it."""
    return Decimal(60 + 10 * _drawn(code, "share", 5)) / 100


def manner(code: str) -> Manner:
    """Return how a firm pays."""
    number = _drawn(code, "manner", 100)
    for each in Manner:
        if number < each.value:
            return each
        number -= each.value
    return Manner.NEVER


def pays_on(code: str, due_on: date) -> date | None:
    """Return the day on which a firm pays what is due on a day, or None."""
    match manner(code):
        case Manner.NEVER:
            return None
        case Manner.LATE:
            return due_on + timedelta(days=2 + _drawn(code, f"late {due_on}", 20))
        case _:
            return due_on


def redeems_after(code: str) -> int:
    """Return after how many days a firm pays back a line that it may repay at any time."""
    return 15 + _drawn(code, "redeem", 75)


def _drawn(code: str, about: str, below: int) -> int:
    digest = hashlib.sha256(f"{code}/{about}".encode()).digest()
    return int.from_bytes(digest[:8], "big") % below
