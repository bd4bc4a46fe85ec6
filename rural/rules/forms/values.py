"""Whether one answer is of its type and within its limits; one rule a type."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from rural.rules.forms import boundary
from rural.rules.forms.definitions import Field, Type
from rural.rules.forms.distance import place
from rural.rules.forms.expressions import day
from rural.rules.forms.findings import Context, Finding, shown
from rural.rules.forms.identity import MASKED, MOBILE, is_id_number
from rural.rules.forms.personal import masked

TEXT_CHARACTERS = 2000
_INTEGER = re.compile(r"0|-?[1-9][0-9]{0,14}")
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,8})?")
_VILLAGE = re.compile(r"[0-9]{12}")
_HASH = re.compile(r"[0-9a-f]{64}")
_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?"
    r"(Z|[+-][0-9]{2}:[0-9]{2})"
)
_EARLIEST, _LATEST = "1900-01-01", "2100-12-31"

Check = Callable[[Field, Any, Context], Iterator[tuple[str, str]]]


def misfits(field: Field, value: Any, context: Context, pointer: str) -> Iterator[Finding]:
    """Give what is wrong with an answer, its type first; nothing more if that is wrong."""
    for rule, limit in _CHECKS[field.type](field, value, context):
        told = masked(value) if field.type in _SECRET and isinstance(value, str) else shown(value)
        words = field.message if rule in ("pattern", "length") else None
        yield Finding(pointer, rule, told, limit, field.unit, words)


def moment(value: Any) -> datetime | None:
    """Return an ISO moment with its offset, None if it is not one."""
    if not isinstance(value, str) or not _MOMENT.fullmatch(value):
        return None
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        return None


def is_shot(value: Any) -> bool:
    """Return whether a value is one photo or signature: a hash and a moment."""
    return (
        isinstance(value, Mapping)
        and isinstance(value.get("sha256"), str)
        and bool(_HASH.fullmatch(value["sha256"]))
        and moment(value.get("taken_at")) is not None
    )


def _text(field: Field, value: Any, context: Context) -> Iterator[tuple[str, str]]:
    if not isinstance(value, str) or any(_is_control(character) for character in value):
        yield "type", field.type
        return
    least, most = field.min_length or 0, field.max_length or TEXT_CHARACTERS
    if not least <= len(value) <= most:
        yield "length", f"{least}–{most}"
    elif field.pattern and not re.fullmatch(field.pattern, value):
        yield "pattern", field.pattern


def _is_control(character: str) -> bool:
    return (character < " " and character not in "\n\t") or "\ud800" <= character <= "\udfff"


def _number(shape: re.Pattern[str]) -> Check:
    def check(field: Field, value: Any, context: Context) -> Iterator[tuple[str, str]]:
        if not isinstance(value, str) or not shape.fullmatch(value):
            yield "type", field.type
            return
        yield from _bounds(field, Decimal(value))
        if field.places is not None and len(value.partition(".")[2]) > field.places:
            yield "places", str(field.places)

    return check


def _bounds(field: Field, amount: Decimal) -> Iterator[tuple[str, str]]:
    if field.minimum is not None and amount < field.minimum:
        yield "min", f"{field.minimum:f}"
    if field.maximum is not None and amount > field.maximum:
        yield "max", f"{field.maximum:f}"


def _date(field: Field, value: Any, context: Context) -> Iterator[tuple[str, str]]:
    if day(value) is None or not _EARLIEST <= value <= _LATEST:
        yield "type", field.type


def _boolean(field: Field, value: Any, context: Context) -> Iterator[tuple[str, str]]:
    if not isinstance(value, bool):
        yield "type", field.type


def _select(field: Field, value: Any, context: Context) -> Iterator[tuple[str, str]]:
    if not isinstance(value, str):
        yield "type", field.type
    elif not _is_listed(field, value, context):
        yield "choice", ", ".join(field.choices[:20])


def _multiselect(field: Field, value: Any, context: Context) -> Iterator[tuple[str, str]]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        yield "type", field.type
    elif len(set(value)) < len(value) or not all(_is_listed(field, v, context) for v in value):
        yield "choice", ", ".join(field.choices[:20])


def _is_listed(field: Field, value: str, context: Context) -> bool:
    if not field.choices_from:
        return value in field.choices
    listed = context.lists.get(field.choices_from)
    return listed is None or value in listed


def _phone(field: Field, value: Any, context: Context) -> Iterator[tuple[str, str]]:
    if not isinstance(value, str) or not (
        MOBILE.fullmatch(value) or (context.may_be_masked and MASKED.fullmatch(value))
    ):
        yield "type", field.type


def _id_number(field: Field, value: Any, context: Context) -> Iterator[tuple[str, str]]:
    if not isinstance(value, str) or not (
        is_id_number(value) or (context.may_be_masked and MASKED.fullmatch(value))
    ):
        yield "type", field.type


def _place(field: Field, value: Any, context: Context) -> Iterator[tuple[str, str]]:
    if not isinstance(value, str) or not _VILLAGE.fullmatch(value):
        yield "type", field.type
    elif not _is_listed(field, value, context):
        yield "choice", ""


def _geopoint(field: Field, value: Any, context: Context) -> Iterator[tuple[str, str]]:
    if not _is_point(value):
        yield "type", field.type
    else:
        yield from _imprecise(field, [value])


def _is_point(value: Any) -> bool:
    return (
        isinstance(value, Mapping)
        and place(value) is not None
        and accuracy(value) is not None
        and moment(value.get("at")) is not None
    )


def _imprecise(field: Field, points: list[Any]) -> Iterator[tuple[str, str]]:
    if field.max_accuracy is not None and worst_accuracy(points) > field.max_accuracy:
        yield "accuracy", f"{field.max_accuracy:f}"


def _boundary(field: Field, value: Any, context: Context) -> Iterator[tuple[str, str]]:
    if not isinstance(value, list) or not all(_is_point(point) for point in value):
        yield "type", field.type
        return
    ring = boundary.corners([place(point) or (0.0, 0.0) for point in value])
    least, most = field.least or boundary.FEWEST_CORNERS, field.most or boundary.MOST_CORNERS
    if len(ring) < least or len(value) > most:
        yield "corners", f"{least}–{most}"
        return
    if boundary.is_crossed(ring):
        yield "crossed", ""
    else:
        yield from _bounds(field, boundary.mu(ring))
    yield from _imprecise(field, value)


def _photos(field: Field, value: Any, context: Context) -> Iterator[tuple[str, str]]:
    if not isinstance(value, list) or not all(is_shot(item) for item in value):
        yield "type", field.type
        return
    yield from _count(field, len(value))
    if len({item["sha256"] for item in value}) < len(value):
        yield "twice", ""


def _signature(field: Field, value: Any, context: Context) -> Iterator[tuple[str, str]]:
    if not is_shot(value):
        yield "type", field.type


def _repeat(field: Field, value: Any, context: Context) -> Iterator[tuple[str, str]]:
    if not isinstance(value, list) or not all(isinstance(row, Mapping) for row in value):
        yield "type", field.type
        return
    yield from _count(field, len(value))


def _note(field: Field, value: Any, context: Context) -> Iterator[tuple[str, str]]:
    yield "unknown", ""


def _count(field: Field, found: int) -> Iterator[tuple[str, str]]:
    if not (field.least or 0) <= found <= (field.most or TEXT_CHARACTERS):
        yield "count", f"{field.least or 0}–{field.most or TEXT_CHARACTERS}"


def accuracy(value: Mapping[str, Any]) -> Decimal | None:
    """Return the radius in metres within which a point was measured, None if it is not said."""
    sent = value.get("accuracy")
    if not isinstance(sent, str) or not _DECIMAL.fullmatch(sent) or sent.startswith("-"):
        return None
    return Decimal(sent)


def worst_accuracy(points: Iterable[Mapping[str, Any]]) -> Decimal:
    """Return the widest radius of some points."""
    return max((accuracy(point) or Decimal(0) for point in points), default=Decimal(0))


_SECRET = (Type.PHONE, Type.ID_NUMBER)
_CHECKS: dict[Type, Check] = {
    Type.TEXT: _text,
    Type.INTEGER: _number(_INTEGER),
    Type.DECIMAL: _number(_DECIMAL),
    Type.DATE: _date,
    Type.SELECT: _select,
    Type.MULTISELECT: _multiselect,
    Type.BOOLEAN: _boolean,
    Type.PHONE: _phone,
    Type.ID_NUMBER: _id_number,
    Type.GEOPOINT: _geopoint,
    Type.BOUNDARY: _boundary,
    Type.PHOTOS: _photos,
    Type.SIGNATURE: _signature,
    Type.REPEAT: _repeat,
    Type.NOTE: _note,
    Type.PLACE: _place,
}
