"""
Money: Decimal amounts of one currency, rounded in one place and split in one place.

Amounts travel as plain `Decimal` beside the currency of their account or loan; a sum never
mixes currencies because each account has exactly one.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from math import floor

from ledger.rules.currencies import EXPONENTS


class UnknownCurrency(ValueError):
    """Not an ISO 4217 code that the books know; a door should have refused it."""


def exponent(currency: str) -> int:
    """
    Return the number of decimals of a currency's minor unit: CNY 2, JPY 0, KWD 3.

    :raises UnknownCurrency: for anything that ISO 4217 does not list
    """
    try:
        return EXPONENTS[currency]
    except KeyError:
        raise UnknownCurrency(currency) from None


_QUANTA = {code: Decimal(1).scaleb(-digits) for code, digits in EXPONENTS.items()}


def quantum(currency: str) -> Decimal:
    """
    Return the minor unit as an amount: 0.01 for CNY.

    :raises UnknownCurrency: for anything that ISO 4217 does not list
    """
    try:
        return _QUANTA[currency]
    except KeyError:
        raise UnknownCurrency(currency) from None


def rounded(amount: Decimal, currency: str, mode: str = ROUND_HALF_EVEN) -> Decimal:
    """Return the amount in whole minor units; `mode` is one of the `decimal` module's."""
    return amount.quantize(quantum(currency), mode)


def is_whole(amount: Decimal, currency: str) -> bool:
    """Return whether the amount is a whole number of minor units, as a posting must be."""
    return amount == rounded(amount, currency)


def split(amount: Decimal, weights: Sequence[Decimal], currency: str) -> tuple[Decimal, ...]:
    """
    Split an amount into parts proportional to the weights, which sum exactly to it.

    The largest remainders get the odd minor units; ties go to the earlier weight, so that the
    same split always gives the same answer. A negative amount mirrors the positive one.

    :raises ValueError: if the amount is not in whole minor units, or no weight is positive
    """
    units, shares = _units(amount, currency), _shares(weights)
    sign = -1 if units < 0 else 1
    dues = [abs(units) * share for share in shares]
    return _amounts([sign * part for part in _apportion(abs(units), dues)], currency)


def cumulative_split(
    amount: Decimal, given: Sequence[Decimal], weights: Sequence[Decimal], currency: str
) -> tuple[Decimal, ...]:
    """
    Split the next amount so that everything given so far stays as close to the weights as it can.

    `given` is what each part has had before. Splitting payments one by one lets the rounding of
    each add up: 70 % of 10.05, a thousand times, drifts to 7,030.00 or 7,040.00, and is 7,035.00
    here. No part is negative. To undo a payment, undo the parts that it had.

    :raises ValueError: if amounts are not in whole minor units or the amount is negative
    """
    units, shares = _units(amount, currency), _shares(weights)
    if units < 0:
        raise ValueError(f"a cumulative split is of money received, not {amount}")
    before = [_units(part, currency) for part in given]
    total = sum(before) + units
    dues = [total * share - had for share, had in zip(shares, before, strict=True)]
    return _amounts(_apportion(units, dues), currency)


def _apportion(units: int, dues: Sequence[Fraction]) -> list[int]:
    """Give whole units, none negative, to those whose due is furthest from being met."""
    parts = [max(0, floor(due)) for due in dues]
    while (odd := units - sum(parts)) > 0:
        by_need = sorted(range(len(dues)), key=lambda i: parts[i] - dues[i])
        for i in by_need[:odd]:
            parts[i] += 1
    # Someone had more than his due already: the others wait, those with the least need first.
    while sum(parts) > units:
        most = max((i for i, part in enumerate(parts) if part), key=lambda i: parts[i] - dues[i])
        parts[most] -= 1
    return parts


def _shares(weights: Sequence[Decimal]) -> list[Fraction]:
    exact = [Fraction(weight) for weight in weights]
    whole = sum(exact)
    if whole <= 0 or min(exact) < 0:
        raise ValueError(f"weights must be positive in sum and none negative: {weights}")
    return [weight / whole for weight in exact]


def _units(amount: Decimal, currency: str) -> int:
    if not is_whole(amount, currency):
        raise ValueError(f"{amount} is not a whole number of {currency} minor units")
    return int(amount.scaleb(exponent(currency)))


def _amounts(units: Sequence[int], currency: str) -> tuple[Decimal, ...]:
    return tuple(Decimal(part).scaleb(-exponent(currency)) for part in units)
