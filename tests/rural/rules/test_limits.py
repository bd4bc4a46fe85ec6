"""Every field of every form at, below and above its limits, taken from the definitions."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from rural.rules.forms import checking, definitions
from rural.rules.forms.definitions import Field, Form, Type
from rural.rules.forms.findings import Context
from tests.rural import answers
from tests.rural.answers import Files

FORMS = Path(definitions.__file__).resolve().parents[2] / "forms"
AT = datetime(2026, 1, 5, 4, tzinfo=UTC)
LISTS = {
    **{
        name: frozenset(row["value"] for row in rows)
        for name, rows in json.loads((FORMS / "choices.json").read_text(encoding="utf-8")).items()
    },
    "villages": frozenset({answers.VILLAGE}),
    "seasons": frozenset({"2026-spring"}),
    "colleagues": frozenset({"colleague"}),
}
FILLED: list[tuple[str, str, Callable[[Files], dict[str, Any]]]] = [
    ("F1", "officer", answers.household),
    ("F1", "agent", answers.identity),
    ("F2", "officer", answers.crop),
    ("F3", "officer", answers.livestock),
    ("F3", "officer", answers.laying),
    ("F4", "agent", answers.recommendation),
    ("F5", "officer", answers.visit),
    ("F5", "officer", answers.barn_visit),
    ("F5", "officer", answers.shop_visit),
    ("F6", "officer", answers.ballot),
]


@dataclass(frozen=True)
class Try:
    """One answer exchanged for another, and the rule that is to refuse it; none if it fits."""

    value: Any
    rule: str


def form(code: str) -> Form:
    return definitions.parse(json.loads((FORMS / f"{code}.json").read_text(encoding="utf-8")))


def found(code: str, role: str, filled: dict[str, Any]) -> list[tuple[str, str]]:
    context = Context(role=role, today=AT.date(), finalized_at=AT, lists=LISTS)
    errors = checking.check(form(code), filled, context).errors
    return [(error.pointer, error.rule) for error in errors]


def tries(field: Field, value: Any) -> Iterator[Try]:
    if field.required is True:
        yield Try("", "required")
        yield Try(None, "required")
    yield Try({"an": "object"}, "type")
    yield from _OF_TYPE[field.type](field, value)


def of_number(field: Field, value: Any) -> Iterator[Try]:
    places = field.places or 0
    step = Decimal(1).scaleb(-places)
    for limit, sign, rule in ((field.minimum, -1, "min"), (field.maximum, 1, "max")):
        if limit is not None:
            yield Try(f"{limit:f}", "")
            yield Try(f"{limit + sign * step:f}", rule)
            yield Try(f"{limit - sign * step:f}", "")
    if field.type is Type.DECIMAL:
        whole = int(field.minimum or 0) + 1
        yield Try(f"{whole}.{'1' * (places + 1)}", "places")
    for broken in ("abc", "1e2", "NaN", "1,5", " 1", "+1", "٣"):
        yield Try(broken, "type")
    yield Try(5, "type")


def of_text(field: Field, value: Any) -> Iterator[Try]:
    yield Try("a\x00b", "type")
    yield Try(7, "type")
    most = field.max_length or 2000
    letter = "王"
    yield Try(letter * (most + 1), "length")
    if not field.pattern:
        yield Try(letter * most, "")
        if field.min_length and field.min_length > 1:
            yield Try(letter * (field.min_length - 1), "length")
    elif "㐀" in field.pattern:
        yield Try(letter * most, "")
        yield Try("John Smith", "pattern")
    else:
        yield Try("~", "pattern")


def of_choice(field: Field, value: Any) -> Iterator[Try]:
    yield Try("no such choice", "choice")
    yield Try(True, "type")


def of_choices(field: Field, value: Any) -> Iterator[Try]:
    yield Try(["no such choice"], "choice")
    yield Try([value[0], value[0]], "choice")
    yield Try("text", "type")


def of_boolean(field: Field, value: Any) -> Iterator[Try]:
    yield Try("true", "type")
    yield Try("1", "type")


def of_date(field: Field, value: Any) -> Iterator[Try]:
    for broken in ("2026-02-30", "2026-1-5", "05.01.2026", "1899-12-31", "2101-01-01"):
        yield Try(broken, "type")


def of_phone(field: Field, value: Any) -> Iterator[Try]:
    for broken in ("1280013800", "12800138000", "138001380001", "+8613800138000", "138*****000"):
        yield Try(broken, "type")
    yield Try("19900138000", "")


def of_id_number(field: Field, value: Any) -> Iterator[Try]:
    yield Try("11010519491231002X", "")
    for broken in ("110105194912310021", "11010519491231002", "110105194913310020", "x" * 18):
        yield Try(broken, "type")


def of_point(field: Field, value: Any) -> Iterator[Try]:
    most = field.max_accuracy
    assert most is not None
    yield Try({**value, "accuracy": f"{most:f}"}, "")
    yield Try({**value, "accuracy": f"{most}.1"}, "accuracy")
    for broken in ({"lat": "91"}, {"lon": "181"}, {"accuracy": "-1"}, {"at": "noon"}):
        yield Try({**value, **broken}, "type")


def of_boundary(field: Field, value: Any) -> Iterator[Try]:
    yield Try(value[:2], "corners")
    yield Try(value[:3], "")
    yield Try(value[::-1], "")
    yield Try([value[0], value[2], value[1], value[3]], "crossed")
    yield Try(answers.walked(38.2, 116.2, metres=6), "min")
    yield Try(answers.walked(38.2, 116.2, metres=1900), "max")
    for attempt in of_point(field, value[0]):
        yield Try([attempt.value, *value[1:]], attempt.rule)


def of_photos(field: Field, value: Any) -> Iterator[Try]:
    files = Files(AT, first=40_000)
    yield Try(files.shots((field.most or 0) + 1), "count")
    yield Try(files.shots(field.most or 0), "")
    if field.least and field.least > 1:
        yield Try(files.shots(field.least - 1), "count")
    yield Try([{**files.shot(), "sha256": "A" * 64}], "type")


def of_signature(field: Field, value: Any) -> Iterator[Try]:
    yield Try("signed", "type")
    yield Try({**value, "taken_at": ""}, "type")


def of_rows(field: Field, value: Any) -> Iterator[Try]:
    yield Try([value[0]] * ((field.most or 0) + 1), "count")
    yield Try(["row"], "type")


def of_place(field: Field, value: Any) -> Iterator[Try]:
    yield Try("130929203299", "choice")
    yield Try("柳树村", "type")


_OF_TYPE: dict[Type, Callable[[Field, Any], Iterator[Try]]] = {
    Type.INTEGER: of_number,
    Type.DECIMAL: of_number,
    Type.TEXT: of_text,
    Type.SELECT: of_choice,
    Type.MULTISELECT: of_choices,
    Type.BOOLEAN: of_boolean,
    Type.DATE: of_date,
    Type.PHONE: of_phone,
    Type.ID_NUMBER: of_id_number,
    Type.GEOPOINT: of_point,
    Type.BOUNDARY: of_boundary,
    Type.PHOTOS: of_photos,
    Type.SIGNATURE: of_signature,
    Type.REPEAT: of_rows,
    Type.PLACE: of_place,
}


def places(code: str, filled: dict[str, Any]) -> Iterator[tuple[str, Field, list[Any]]]:
    """Each answered field: its pointer, and the way to it."""
    for field in form(code).fields():
        if field.name not in filled:
            continue
        yield f"/{field.name}", field, [field.name]
        if field.type is Type.REPEAT:
            for inner in field.fields:
                if inner.name in filled[field.name][0]:
                    way = [field.name, 0, inner.name]
                    yield f"/{field.name}/0/{inner.name}", inner, way


@pytest.mark.parametrize(("code", "role", "fill"), FILLED)
class TestEveryField:
    def test_fits_as_filled_in(self, code: str, role: str, fill: Any) -> None:
        assert found(code, role, fill(Files(AT))) == []

    def test_is_refused_beyond_its_limits_only(self, code: str, role: str, fill: Any) -> None:
        filled, wrong, tried = fill(Files(AT)), [], 0
        for pointer, field, way in places(code, filled):
            value = filled
            for step in way:
                value = value[step]
            for attempt in tries(field, value):
                changed = copy.deepcopy(filled)
                inside: Any = changed
                for step in way[:-1]:
                    inside = inside[step]
                inside[way[-1]] = attempt.value
                rules = {rule for where, rule in found(code, role, changed) if where == pointer}
                tried += 1
                if attempt.rule not in (rules or {""}) and not (
                    # Within its own limits, it may still not agree with other answers.
                    attempt.rule == "" and rules == {"constraint"}
                ):
                    wrong.append((pointer, attempt, rules))
        assert wrong == []
        assert tried > 40


def test_no_field_is_left_out() -> None:
    reached = {
        (code, pointer.replace("/0/", "/"))
        for code, _role, fill in FILLED
        for pointer, _field, _way in places(code, fill(Files(AT)))
    }
    asked = set()
    for code in ("F1", "F2", "F3", "F4", "F5", "F6"):
        for field in form(code).fields():
            if field.type is not Type.NOTE:
                asked |= {(code, f"/{field.name}")}
                asked |= {(code, f"/{field.name}/{inner.name}") for inner in field.fields}
    assert asked - reached == set()
