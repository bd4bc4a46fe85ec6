"""What a benchmark row must say, by its kind; figures outside their range are typing errors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum


class Kind(StrEnum):
    """What a benchmark is about."""

    CROP = "crop"
    FATTENING = "fattening"
    YIELDING = "yielding"
    LIVING = "living"


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure's name, unit and range, both ends allowed; `is_needed` in every row."""

    name: str
    unit: str
    low: Decimal
    high: Decimal
    is_needed: bool = True


def _figure(name: str, unit: str, low: str, high: str, *, is_needed: bool = True) -> Figure:
    return Figure(name, unit, Decimal(low), Decimal(high), is_needed)


# The ranges of the field forms (rural.md §3.5), so that both take and refuse the same.
FIGURES: Mapping[Kind, tuple[Figure, ...]] = {
    Kind.CROP: (
        _figure("yield", "kg/mu", "10", "8000"),
        _figure("price", "yuan/kg", "0.1", "200"),
        _figure("cost", "yuan/mu", "0", "50000"),
    ),
    Kind.FATTENING: (
        _figure("price", "yuan/kg", "0.1", "200"),
        _figure("mortality", "rate", "0", "0.6"),
        _figure("weight_in", "kg", "0", "500"),
        _figure("weight_out", "kg", "0.1", "1500"),
        _figure("young_price", "yuan", "0", "50000"),
        _figure("fcr", "kg/kg", "0.1", "20"),
        _figure("feed_price", "yuan/kg", "0.1", "50"),
        _figure("vet_per_head", "yuan", "0", "5000"),
        _figure("cycle_days", "days", "30", "900"),
    ),
    Kind.YIELDING: (
        _figure("price", "yuan", "0.1", "5000"),
        _figure("output_month", "a head", "0.01", "2000"),
        _figure("rate", "% or a day or a year", "0.01", "100"),
        _figure("cost_month", "yuan", "0", "5000"),
        _figure("mortality", "rate", "0", "0.6", is_needed=False),
        _figure("cycle_days", "days", "30", "3000", is_needed=False),
    ),
    Kind.LIVING: (_figure("living_floor", "yuan/year", "0", "100000"),),
}
# Cost lines are shown, not computed with: what a survey counts as cost is not all cash.
LINE = _figure("line", "yuan", "0", "50000")


@dataclass(frozen=True, slots=True)
class Misfit:
    """A figure that does not fit: pointer, what came, the range (None if it is unknown)."""

    pointer: str
    value: str
    figure: Figure | None


def misfits(kind: Kind, figures: Mapping[str, str], lines: Mapping[str, str]) -> Iterator[Misfit]:
    """Yield what is missing, unknown, not a number or out of range."""
    known = {figure.name: figure for figure in FIGURES[kind]}
    for name in figures:
        if name not in known:
            yield Misfit(f"/figures/{name}", str(figures[name]), None)
    for name, figure in known.items():
        if name not in figures:
            if figure.is_needed:
                yield Misfit(f"/figures/{name}", "", figure)
        elif not _fits(figures[name], figure):
            yield Misfit(f"/figures/{name}", str(figures[name]), figure)
    for name, amount in lines.items():
        if not _fits(amount, LINE):
            yield Misfit(f"/lines/{name}", str(amount), LINE)


def _fits(value: object, figure: Figure) -> bool:
    if not isinstance(value, str):
        return False
    try:
        number = Decimal(value)
    except InvalidOperation:
        return False
    return number.is_finite() and figure.low <= number <= figure.high
