"""At what price: a rate by band, not under what the risk costs, not over what the law allows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from scoring.rules.cells import Fact, InvalidPolicy, number
from scoring.rules.limits import amount, decimals_by_band

RATE_PLACES = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class BreakEven:
    """Yearly costs as fractions of the loan: funding, operation, loss given default, margin."""

    funding_rate: Decimal
    operating_rate: Decimal
    loss_given_default: Decimal
    margin_rate: Decimal

    def rate(self, pd: Decimal) -> Decimal:
        """Return r* + margin, with r* = (funding + operation + PD·LGD)/(1 − PD)."""
        cost = self.funding_rate + self.operating_rate + pd * self.loss_given_default
        return (cost / (1 - pd) + self.margin_rate).quantize(RATE_PLACES, ROUND_HALF_EVEN)


@dataclass(frozen=True, slots=True)
class PriceTable:
    """Annual rates by band; `cap` names the fact that bounds them."""

    by_band: Mapping[str, Decimal]
    cap: str
    break_even: BreakEven | None

    def columns(self) -> set[str]:
        """Return the facts that the price reads."""
        return {self.cap} if self.cap else set()


@dataclass(frozen=True, slots=True)
class Price:
    """`annual_rate` is None where the band has none; `is_covered` tells that it pays the risk."""

    annual_rate: Decimal | None
    is_covered: bool
    why: dict[str, Any]


def read_prices(document: object) -> PriceTable:
    """:raises InvalidPolicy: for a rate that is no decimal string"""
    if not isinstance(document, dict):
        raise InvalidPolicy("prices: expected an object with by_band")
    costs = document.get("break_even")
    return PriceTable(
        by_band=decimals_by_band(document.get("by_band"), "prices"),
        cap=str(document.get("cap", "")),
        break_even=None if costs is None else _break_even(costs),
    )


def price_for(table: PriceTable, facts: Mapping[str, Fact]) -> Price:
    """
    Return max(rate of the band, break-even), clamped to the cap.

    :raises InvalidInput: if the cap is no number
    """
    listed = table.by_band.get(str(facts["band"]))
    ceiling = facts.get(table.cap) if table.cap else None
    cap = None if ceiling is None else number(table.cap, ceiling)
    needed = table.break_even.rate(Decimal(str(facts["pd"]))) if table.break_even else None
    wanted = listed if listed is None or needed is None else max(listed, needed)
    rate = wanted if wanted is None or cap is None else min(wanted, cap)
    why = {
        "listed": _text(listed),
        "break_even": _text(needed),
        "cap": _text(cap),
        "annual_rate": _text(rate),
        "is_capped": rate != wanted,
    }
    return Price(rate, needed is None or cap is None or needed <= cap, why)


def best_rate(
    curve: Sequence[tuple[Decimal, Decimal]],
    *,
    pd: Decimal,
    loss_given_default: Decimal,
    cost_rate: Decimal,
) -> tuple[Decimal, Decimal]:
    """
    Return the rate of the curve with the highest expected margin, and that margin.

    The curve is (rate, share of customers lost at it); the margin per unit offered is
    (1 − lost)·[(1 − PD)·rate − PD·LGD − cost]. Of equal margins the lower rate wins.
    """
    margins = [
        ((1 - lost) * ((1 - pd) * rate - pd * loss_given_default - cost_rate), -rate)
        for rate, lost in curve
    ]
    margin, negative_rate = max(margins)
    return -negative_rate, margin


def _break_even(row: Mapping[str, Any]) -> BreakEven:
    names = ("funding_rate", "operating_rate", "loss_given_default", "margin_rate")
    return BreakEven(*(amount(row.get(name), f"prices: break_even: {name}") for name in names))


def _text(rate: Decimal | None) -> str | None:
    return None if rate is None else format(rate.normalize() + 0, "f")
