"""Conditions and sums over a form's answers, written as JSON arrays; decimals are exact."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

from rural.rules.forms import boundary

# A number as answers and literals write it. Text that looks like one is compared as one.
NUMBER = re.compile(r"-?[0-9]{1,20}(\.[0-9]{1,12})?")
QUOTIENT_PLACES = Decimal("1E-12")
_EXACT = Context(prec=80)
_ID_NUMBER = re.compile(r"[0-9]{17}[0-9X]")

Answers = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Scope:
    """Where names are looked up: in the same row of a repeat first, then at the top."""

    answers: Answers
    today: date
    row: Answers = field(default_factory=dict)

    def value(self, name: str) -> Any:
        """Return an answer, None if there is none."""
        return self.row.get(name) if name in self.row else self.answers.get(name)


def evaluate(expression: Any, scope: Scope) -> Any:
    """
    Return the value of an expression: a Decimal, text, a boolean, a list, or None for unknown.

    Whatever is compared or computed with an empty answer is unknown, and `not`, `and`, `or`
    treat unknown as Kleene does: a constraint refuses only what is certainly wrong, a question
    is asked only when it is certainly relevant.
    """
    if not isinstance(expression, list):
        return expression
    name, *operands = expression
    return OPERATORS[name](operands, scope)


def is_true(expression: Any, scope: Scope) -> bool:
    """Return whether an expression certainly holds."""
    return evaluate(expression, scope) is True


def is_false(expression: Any, scope: Scope) -> bool:
    """Return whether an expression certainly does not hold."""
    return evaluate(expression, scope) is False


def is_empty(value: Any) -> bool:
    """Return whether nothing was answered; `False` and zero are answers."""
    return value is None or value in ("", [], {})


def number(value: Any) -> Decimal | None:
    """Return a value as the number that it is or is written as, None if it is neither."""
    if isinstance(value, Decimal):
        return value
    if isinstance(value, str) and NUMBER.fullmatch(value):
        return Decimal(value)
    return None


def day(value: Any) -> date | None:
    """Return an ISO day as a date, None if it is not one."""
    if not isinstance(value, str) or len(value) != len("2026-01-05"):
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def birth_of(value: Any) -> str | None:
    """Return the day of birth that stands in an ID number (GB 11643: digits 7 to 14)."""
    if not isinstance(value, str) or not _ID_NUMBER.fullmatch(value):
        return None
    born = f"{value[6:10]}-{value[10:12]}-{value[12:14]}"
    return born if day(born) else None


def age(born: date, today: date) -> int:
    """Return the years completed; who is born on 29 February completes one on 1 March."""
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


Operator = Callable[[Sequence[Any], Scope], Any]


def _field(operands: Sequence[Any], scope: Scope) -> Any:
    value = scope.value(operands[0])
    return None if is_empty(value) else value


def _column(operands: Sequence[Any], scope: Scope) -> Any:
    rows = scope.answers.get(operands[0])
    if not isinstance(rows, list):
        return []
    return [row.get(operands[1]) for row in rows if isinstance(row, Mapping)]


def _sum(operands: Sequence[Any], scope: Scope) -> Any:
    values = evaluate(operands[0], scope)
    items = values if isinstance(values, list) else [values]
    found = [number(item) for item in items if not is_empty(item)]
    return sum((n for n in found if n is not None), Decimal(0))


def _count(operands: Sequence[Any], scope: Scope) -> Any:
    values = evaluate(operands[0], scope)
    items = values if isinstance(values, list) else [values]
    return Decimal(sum(not is_empty(item) for item in items))


def _arithmetic(compute: Callable[[Decimal, Decimal], Decimal | None]) -> Operator:
    def run(operands: Sequence[Any], scope: Scope) -> Any:
        numbers = [number(evaluate(operand, scope)) for operand in operands]
        total = numbers[0]
        for each in numbers[1:]:
            total = None if total is None or each is None else compute(total, each)
        return total

    return run


def _divide(a: Decimal, b: Decimal) -> Decimal | None:
    if not b:
        return None
    return _EXACT.divide(a, b).quantize(QUOTIENT_PLACES, rounding=ROUND_HALF_UP, context=_EXACT)


def _comparison(holds: Callable[[Any, Any], bool], *, is_order: bool) -> Operator:
    def run(operands: Sequence[Any], scope: Scope) -> Any:
        a, b = (evaluate(operand, scope) for operand in operands)
        if is_empty(a) or is_empty(b):
            return None
        left, right = number(a), number(b)
        if left is not None and right is not None:
            return holds(left, right)
        if isinstance(a, str) and isinstance(b, str):
            return holds(a, b)
        return None if is_order else holds(a, b)

    return run


def _and(operands: Sequence[Any], scope: Scope) -> Any:
    values = [evaluate(operand, scope) for operand in operands]
    if any(value is False for value in values):
        return False
    return True if all(value is True for value in values) else None


def _or(operands: Sequence[Any], scope: Scope) -> Any:
    values = [evaluate(operand, scope) for operand in operands]
    if any(value is True for value in values):
        return True
    return False if all(value is False for value in values) else None


def _not(operands: Sequence[Any], scope: Scope) -> Any:
    value = evaluate(operands[0], scope)
    return not value if isinstance(value, bool) else None


def _in(operands: Sequence[Any], scope: Scope) -> Any:
    value, listed = evaluate(operands[0], scope), operands[1]
    if is_empty(value):
        return None
    return any(item in listed for item in (value if isinstance(value, list) else [value]))


def _days(operands: Sequence[Any], scope: Scope) -> Any:
    a, b = (day(evaluate(operand, scope)) for operand in operands)
    return None if a is None or b is None else Decimal((b - a).days)


def _abs(operands: Sequence[Any], scope: Scope) -> Any:
    value = number(evaluate(operands[0], scope))
    return None if value is None else value.copy_abs()


def _if(operands: Sequence[Any], scope: Scope) -> Any:
    condition = evaluate(operands[0], scope)
    if not isinstance(condition, bool):
        return None
    return evaluate(operands[1 if condition else 2], scope)


def _age(operands: Sequence[Any], scope: Scope) -> Any:
    born = day(evaluate(operands[0], scope))
    return None if born is None else Decimal(age(born, scope.today))


OPERATORS: dict[str, Operator] = {
    "field": _field,
    "column": _column,
    "sum": _sum,
    "count": _count,
    "add": _arithmetic(_EXACT.add),
    "sub": _arithmetic(_EXACT.subtract),
    "mul": _arithmetic(_EXACT.multiply),
    "div": _arithmetic(_divide),
    "eq": _comparison(lambda a, b: a == b, is_order=False),
    "ne": _comparison(lambda a, b: a != b, is_order=False),
    "lt": _comparison(lambda a, b: a < b, is_order=True),
    "le": _comparison(lambda a, b: a <= b, is_order=True),
    "gt": _comparison(lambda a, b: a > b, is_order=True),
    "ge": _comparison(lambda a, b: a >= b, is_order=True),
    "and": _and,
    "or": _or,
    "not": _not,
    "in": _in,
    "days": _days,
    "today": lambda operands, scope: scope.today.isoformat(),
    "abs": _abs,
    "empty": lambda operands, scope: is_empty(evaluate(operands[0], scope)),
    "if": _if,
    "area": lambda operands, scope: boundary.area_of(evaluate(operands[0], scope)),
    "birth": lambda operands, scope: birth_of(evaluate(operands[0], scope)),
    "age": _age,
}
# The least and most operands of each.
ARITY: dict[str, tuple[int, int]] = {
    "field": (1, 1), "column": (2, 2), "sum": (1, 1), "count": (1, 1),
    "add": (2, 20), "sub": (2, 2), "mul": (2, 20), "div": (2, 2),
    "eq": (2, 2), "ne": (2, 2), "lt": (2, 2), "le": (2, 2), "gt": (2, 2), "ge": (2, 2),
    "and": (1, 20), "or": (1, 20), "not": (1, 1), "in": (2, 2), "days": (2, 2), "today": (0, 0),
    "abs": (1, 1), "empty": (1, 1), "if": (3, 3), "birth": (1, 1), "age": (1, 1),
    "area": (1, 1),
}  # fmt: skip
