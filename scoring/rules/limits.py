"""
How much: the smallest of several bounds, rounded down to a grid, each kept as the "why".

Three kinds of bound: `request` takes a figure of the request (the product's cap, the amount asked
for), `band` reads a table by score band, `flow` is a multiple by band of a feature (median monthly
sales), cut by haircuts: × Π max(0, 1 − weight·feature), concentration and void rate for example.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal, InvalidOperation
from typing import Any

from scoring.rules.cells import Fact, InvalidPolicy, number

KINDS = ("request", "band", "flow")
MINIMUM = "request.min_amount"


@dataclass(frozen=True, slots=True)
class Bound:
    """One bound as declared; what its kind does not need is empty."""

    code: str
    kind: str
    column: str
    by_band: Mapping[str, Decimal]
    haircuts: Mapping[str, Decimal]


@dataclass(frozen=True, slots=True)
class LimitTable:
    """`grid` and `minimum` in units of the currency; a limit under the minimum is none."""

    grid: Decimal
    minimum: Decimal
    bounds: tuple[Bound, ...]

    def columns(self) -> set[str]:
        """Return the facts that the bounds read."""
        return {b.column for b in self.bounds if b.column} | {
            name for b in self.bounds for name in b.haircuts
        }


@dataclass(frozen=True, slots=True)
class Limit:
    """
    `amount` is None where a bound cannot be computed; `unknown` then names the bounds.

    `is_enough` tells whether the amount reaches the minimum.
    """

    amount: Decimal | None
    is_enough: bool
    unknown: tuple[str, ...]
    why: list[dict[str, Any]]


def read_limits(document: object) -> LimitTable:
    """:raises InvalidPolicy: for an unknown kind, a number that is none, or no bound at all"""
    if not isinstance(document, dict):
        raise InvalidPolicy("limits: expected an object with grid, minimum and bounds")
    bounds = tuple(_bound(row) for row in document.get("bounds", ()))
    if not bounds:
        raise InvalidPolicy("limits: at least one bound is needed")
    grid = amount(document.get("grid"), "limits: grid")
    if grid <= 0:
        raise InvalidPolicy("limits: the grid must be above zero")
    return LimitTable(grid, amount(document.get("minimum", "0"), "limits: minimum"), bounds)


def limit_for(table: LimitTable, facts: Mapping[str, Fact]) -> Limit:
    """
    Return the smallest bound, rounded down to the grid.

    A `request` bound whose figure is absent does not bind: the product has no such cap. The
    product's own minimum, `request.min_amount`, may be higher than the table's.

    :raises InvalidInput: if a fact that is needed is no number
    """
    computed: list[tuple[Bound, Decimal]] = []
    unknown: list[str] = []
    for bound in table.bounds:
        if bound.kind == "request" and facts.get(bound.column) is None:
            continue
        figure = _figure(bound, facts)
        if figure is None:
            unknown.append(bound.code)
        else:
            computed.append((bound, figure))
    smallest = min((figure for _, figure in computed), default=None)
    why = [
        {"code": bound.code, "amount": plain(figure), "is_binding": figure == smallest}
        for bound, figure in computed
    ]
    why += [{"code": code, "amount": None, "is_binding": False} for code in unknown]
    if unknown or smallest is None:
        return Limit(None, False, tuple(unknown), why)
    rounded = (smallest / table.grid).to_integral_value(ROUND_FLOOR) * table.grid
    granted = max(rounded, Decimal(0))
    least = facts.get(MINIMUM)
    minimum = table.minimum if least is None else max(table.minimum, number(MINIMUM, least))
    enough = granted > 0 and granted >= minimum
    return Limit(granted, enough, (), why)


def amount(value: object, where: str) -> Decimal:
    """:raises InvalidPolicy: if it is no decimal string (a float is none)"""
    if isinstance(value, str):
        try:
            figure = Decimal(value)
        except InvalidOperation:
            figure = Decimal("NaN")
        if figure.is_finite():
            return figure
    raise InvalidPolicy(f"{where}: {value!r} is not a decimal string")


def plain(figure: Decimal) -> str:
    """Return a decimal in one spelling: no exponent, at most four places, no trailing zeros."""
    kept = figure.quantize(Decimal("0.0001"), ROUND_FLOOR).normalize()
    return format(kept + 0, "f")


def decimals_by_band(document: object, where: str) -> dict[str, Decimal]:
    """:raises InvalidPolicy: if it is no table of decimal strings"""
    if not isinstance(document, dict) or not document:
        raise InvalidPolicy(f"{where}: expected a table by band")
    return {str(band): amount(value, f"{where}: {band}") for band, value in document.items()}


def _bound(row: Mapping[str, Any]) -> Bound:
    code, kind = str(row.get("code", "")), row.get("kind")
    if not code or kind not in KINDS:
        raise InvalidPolicy(f"limits: bound {code!r}: kind {kind!r}, expected one of {KINDS}")
    where = f"limits: {code}"
    column = {"request": f"request.{row.get('key')}", "flow": row.get("feature"), "band": ""}[kind]
    if kind == "flow" and not isinstance(column, str):
        raise InvalidPolicy(f"{where}: a flow bound needs a feature")
    haircuts = {
        str(name): amount(weight, f"{where}: haircut {name}")
        for name, weight in row.get("haircuts", {}).items()
    }
    by_band = {} if kind == "request" else decimals_by_band(row.get("by_band"), where)
    return Bound(code, str(kind), str(column), by_band, haircuts)


def _figure(bound: Bound, facts: Mapping[str, Fact]) -> Decimal | None:
    if bound.kind == "request":
        return number(bound.column, facts[bound.column])
    by_band = bound.by_band.get(str(facts["band"]))
    if bound.kind == "band" or by_band is None:
        return by_band
    flow = facts.get(bound.column)
    if flow is None:
        return None
    figure = by_band * number(bound.column, flow)
    for name, weight in bound.haircuts.items():
        share = facts.get(name)
        if share is None:
            return None
        figure *= max(Decimal(0), 1 - weight * number(name, share))
    return max(figure, Decimal(0))
