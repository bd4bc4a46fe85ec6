"""
Frozen dataclasses to JSON values and back, by their type hints.

Decimals travel as strings, dates in ISO form, enums by value. Floats are refused: 0.1 is not a
tenth.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

T = TypeVar("T")


class Malformed(ValueError):
    """A value does not fit its field; the message starts with the path to it."""


def encoded(value: Any) -> Any:
    """Turn a dataclass, and everything in it, into JSON values."""
    if is_dataclass(value):
        return {f.name: encoded(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (tuple, list)):
        return [encoded(part) for part in value]
    return value


def decoded(kind: type[T], data: Any, error: type[ValueError]) -> T:
    """
    Build a dataclass from JSON values.

    :raises error: naming the path of the offending value
    """
    try:
        built: T = _build(kind, data, "")
    except Malformed as problem:
        raise error(str(problem)) from None
    return built


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _build(kind: type, data: Any, path: str) -> Any:
    if not isinstance(data, Mapping):
        raise Malformed(f"{path or 'document'}: expected an object")
    known: dict[str, Field[Any]] = {f.name: f for f in fields(kind)}
    unknown = sorted(set(data) - set(known))
    if unknown:
        raise Malformed(f"{path}{unknown[0]}: unknown field")
    values = {}
    for name, spec in known.items():
        if name in data:
            values[name] = _read(_hints(kind)[name], data[name], f"{path}{name}")
        elif spec.default is MISSING and spec.default_factory is MISSING:
            raise Malformed(f"{path}{name}: is missing")
    return kind(**values)


def _read(hint: Any, value: Any, path: str) -> Any:
    if isinstance(hint, UnionType):
        if value is None:
            return None
        hint = next(option for option in get_args(hint) if option is not NoneType)
    if get_origin(hint) is tuple:
        if not isinstance(value, (list, tuple)):
            raise Malformed(f"{path}: expected a list")
        inner = get_args(hint)[0]
        return tuple(_read(inner, part, f"{path}/{i}") for i, part in enumerate(value))
    if is_dataclass(hint):
        return _build(hint, value, f"{path}/")  # type: ignore[arg-type]
    return _scalar(hint, value, path)


def _scalar(hint: Any, value: Any, path: str) -> Any:
    try:
        if hint is Decimal:
            return _decimal(value)
        if hint is date:
            return date.fromisoformat(value)
        if isinstance(hint, type) and issubclass(hint, Enum):
            return hint(value)
    except (ValueError, TypeError, InvalidOperation):
        raise Malformed(f"{path}: {value!r} is not a {_name(hint)}") from None
    if type(value) is not hint:
        raise Malformed(f"{path}: {value!r} is not a {_name(hint)}")
    return value


def _decimal(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        raise ValueError
    number = Decimal(value)
    if not number.is_finite():
        raise ValueError
    return number


def _name(hint: Any) -> str:
    if isinstance(hint, type) and issubclass(hint, Enum):
        return "value of " + ", ".join(str(option.value) for option in hint)
    return {Decimal: "decimal string", date: "date"}.get(hint, getattr(hint, "__name__", "value"))
