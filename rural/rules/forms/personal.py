"""Taking personal numbers out of answers and putting them back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rural.rules.forms.definitions import PERSONAL, Field, Form, Type

_HEAD, _TAIL = 3, 4
MASK = "*"


def split(form: Form, answers: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the answers with personal numbers masked, and those numbers by pointer."""
    numbers = {
        pointer: value
        for pointer, value in _personal(form, answers)
        if isinstance(value, str) and MASK not in value
    }
    return _with(answers, {p: masked(value) for p, value in numbers.items()}), numbers


def restore(answers: Mapping[str, Any], numbers: Mapping[str, str]) -> dict[str, Any]:
    """Return the answers as they were sent, with their personal numbers."""
    return _with(answers, numbers)


def masked(number: str) -> str:
    """Return a number as it may be shown: its first three and last four characters."""
    if len(number) <= _HEAD + _TAIL:
        return MASK * len(number)
    return number[:_HEAD] + MASK * (len(number) - _HEAD - _TAIL) + number[-_TAIL:]


def without_numbers(form: Form, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answers without any personal number, masked ones neither."""
    kept = {}
    for name, value in answers.items():
        field = form.field(name)
        if field is None or field.type in PERSONAL:
            continue
        hidden = {inner.name for inner in field.fields if inner.type in PERSONAL}
        if hidden and isinstance(value, list):
            kept[name] = [{k: v for k, v in row.items() if k not in hidden} for row in value]
        else:
            kept[name] = value
    return kept


def _personal(form: Form, answers: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for field in form.fields():
        value = answers.get(field.name)
        if field.type in PERSONAL:
            yield f"/{field.name}", value
        elif field.type is Type.REPEAT and isinstance(value, list):
            yield from _personal_in_rows(field, value)


def _personal_in_rows(field: Field, rows: list[Any]) -> Iterator[tuple[str, Any]]:
    for inner in field.fields:
        if inner.type not in PERSONAL:
            continue
        for place, row in enumerate(rows):
            if isinstance(row, Mapping):
                yield f"/{field.name}/{place}/{inner.name}", row.get(inner.name)


def _with(answers: Mapping[str, Any], at: Mapping[str, str]) -> dict[str, Any]:
    changed = dict(answers)
    for pointer, value in at.items():
        name, *deeper = pointer.removeprefix("/").split("/")
        if not deeper:
            changed[name] = value
            continue
        place, inner = int(deeper[0]), deeper[1]
        rows = list(changed[name])
        rows[place] = {**rows[place], inner: value}
        changed[name] = rows
    return changed
