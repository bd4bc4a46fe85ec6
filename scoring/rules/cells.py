"""
One cell of a decision table: an input, an operator and an operand, compiled to a closure.

A comparison with a missing value is never met; only the operator `missing` asks for it.
"""

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

Fact = str | int | bool | None
Value = Decimal | str | bool | None
Test = Callable[[Value], bool]

TYPES = ("integer", "number", "text", "boolean")
# Before the point: what a column of money holds, numeric(20,4).
MAX_DIGITS = 16
ORDERED = {">": operator.gt, ">=": operator.ge, "<": operator.lt, "<=": operator.le}
OPERATORS = ("=", "!=", "in", "not_in", *ORDERED, "range", "missing")


class InvalidPolicy(ValueError):
    """The table is malformed; the message names the rule, the input and what was expected."""


class InvalidInput(ValueError):
    """A fact does not fit the declared input; the message names it."""


@dataclass(frozen=True, slots=True)
class Input:
    """
    A declared column. `lowest` and `highest` bound a number, both included; `values` lists the
    texts that can occur, none meaning any.
    """

    name: str
    type: str
    is_nullable: bool = False
    lowest: Decimal | None = None
    highest: Decimal | None = None
    values: tuple[str, ...] = ()

    def value(self, fact: Fact) -> Value:
        """
        Return the fact in the type of the column.

        :raises InvalidInput: missing though not nullable, of another type, or out of bounds
        """
        if fact is None:
            if not self.is_nullable:
                raise InvalidInput(f"{self.name} is missing")
            return None
        try:
            value = typed(self.type, fact)
        except ValueError as problem:
            raise InvalidInput(f"{self.name}: {problem}") from problem
        if isinstance(value, Decimal):
            too_low = self.lowest is not None and value < self.lowest
            if too_low or (self.highest is not None and value > self.highest):
                raise InvalidInput(f"{self.name}: {fact} is outside its declared bounds")
        elif self.values and value not in self.values:
            raise InvalidInput(f"{self.name}: {fact!r} is not one of {', '.join(self.values)}")
        return value


@dataclass(frozen=True, slots=True)
class Cell:
    """A condition as written, and as a closure. `literals` are where its answer can change."""

    input: str
    operator: str
    operand: object
    literals: tuple[Value, ...]
    met: Test


def typed(kind: str, fact: object) -> Decimal | str | bool:
    """:raises ValueError: if the fact is not of that type"""
    if kind in ("integer", "number"):
        if isinstance(fact, bool) or not isinstance(fact, str | int):
            raise ValueError(f"{fact!r} is not a decimal string")
        return _finite(kind, fact)
    expected = bool if kind == "boolean" else str
    if not isinstance(fact, expected):
        raise ValueError(f"{fact!r} is not {kind}")
    return fact


def _finite(kind: str, fact: str | int) -> Decimal:
    try:
        figure = Decimal(fact)
    except InvalidOperation:
        raise ValueError(f"{fact!r} is not a number") from None
    if not figure.is_finite():
        raise ValueError(f"{fact!r} is not a finite {kind}")
    # Before any arithmetic: int() would write out all the digits of 1e999999999.
    if figure.adjusted() >= MAX_DIGITS:
        raise ValueError(f"{str(fact)[:30]!r} has more than {MAX_DIGITS} digits")
    if kind == "integer" and figure != int(figure):
        raise ValueError(f"{fact!r} is not a finite integer")
    return figure


def number(name: str, fact: Fact) -> Decimal:
    """:raises InvalidInput: if the fact is missing or no finite number"""
    try:
        value = typed("number", fact)
    except ValueError as problem:
        raise InvalidInput(f"{name}: {problem}") from problem
    assert isinstance(value, Decimal)
    return value


def read_input(row: Mapping[str, object]) -> Input:
    """:raises InvalidPolicy: for an unknown type or bounds that are no numbers"""
    name, kind = str(row.get("name", "")), str(row.get("type", ""))
    if not name or kind not in TYPES:
        raise InvalidPolicy(f"input {name!r}: type {kind!r}, expected one of {', '.join(TYPES)}")
    values = row.get("values", ())
    if not isinstance(values, list | tuple) or not all(isinstance(v, str) for v in values):
        raise InvalidPolicy(f"input {name}: values must be a list of texts")
    return Input(
        name=name,
        type=kind,
        is_nullable=row.get("nullable") is True,
        lowest=_bound(name, kind, row.get("from")),
        highest=_bound(name, kind, row.get("to")),
        values=tuple(values),
    )


def compile_cell(column: Input, symbol: str, operand: object) -> Cell:
    """:raises InvalidPolicy: for an operator or an operand that the type does not have"""
    try:
        literals, met = _compile(column, symbol, operand)
    except ValueError as problem:
        raise InvalidPolicy(f"{column.name} {symbol}: {problem}") from problem
    return Cell(column.name, symbol, operand, literals, met)


def _bound(name: str, kind: str, operand: object) -> Decimal | None:
    if operand is None:
        return None
    try:
        bound = typed(kind, operand)
    except ValueError as problem:
        raise InvalidPolicy(f"input {name}: {problem}") from problem
    if not isinstance(bound, Decimal):
        raise InvalidPolicy(f"input {name}: only a number has bounds")
    return bound


def _compile(column: Input, symbol: str, operand: object) -> tuple[tuple[Value, ...], Test]:
    if symbol == "missing":
        if not isinstance(operand, bool):
            raise ValueError("expected true or false")
        return (), lambda value: (value is None) is operand
    if symbol in ("in", "not_in"):
        return _among(column, symbol, operand)
    if symbol == "range":
        return _between(column, operand)
    literal = typed(column.type, operand)
    if symbol == "=":
        return (literal,), lambda value: value is not None and value == literal
    if symbol == "!=":
        return (literal,), lambda value: value is not None and value != literal
    compare = ORDERED.get(symbol)
    if compare is None or not isinstance(literal, Decimal):
        raise ValueError(f"no such operator for {column.type}")
    return (literal,), lambda value: value is not None and compare(value, literal)


def _among(column: Input, symbol: str, operand: object) -> tuple[tuple[Value, ...], Test]:
    if not isinstance(operand, list) or not operand:
        raise ValueError("expected a list that is not empty")
    members = frozenset(typed(column.type, item) for item in operand)
    wanted = symbol == "in"
    literals = tuple(typed(column.type, item) for item in operand)
    return literals, lambda value: value is not None and (value in members) is wanted


def _between(column: Input, operand: object) -> tuple[tuple[Value, ...], Test]:
    """A range is half-open, [from, to); null leaves an end open."""
    if column.type not in ("integer", "number"):
        raise ValueError(f"no such operator for {column.type}")
    if not isinstance(operand, list) or len(operand) != 2 or operand == [None, None]:
        raise ValueError("expected [from, to], one of which may be null")
    low, high = (None if end is None else Decimal(str(typed(column.type, end))) for end in operand)
    if low is not None and high is not None and low >= high:
        raise ValueError(f"{low} to {high} is empty")

    def met(value: Value) -> bool:
        if not isinstance(value, Decimal):
            return False
        return (low is None or value >= low) and (high is None or value < high)

    return tuple(end for end in (low, high) if end is not None), met
