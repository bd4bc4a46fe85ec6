"""What is wrong with a definition, found before anybody fills it in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rural.rules.forms.definitions import Type
from rural.rules.forms.expressions import ARITY, NUMBER

_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")
_FORM = {"code", "version", "title", "roles", "sections"}
_SECTION = {"name", "title", "roles", "relevant", "fields"}
_FIELD = {
    "name", "type", "label", "hint", "required", "relevant", "unit", "min", "max", "places",
    "pattern", "min_length", "max_length", "choices", "choices_from", "constraint", "message",
    "warn", "warn_message", "money", "min_rows", "max_rows", "min_count", "max_count", "fields",
    "default", "warn_accuracy", "max_accuracy", "within_hours", "near", "within_metres",
}  # fmt: skip
_NUMBERS = ("min", "max", "warn_accuracy", "max_accuracy", "within_hours", "within_metres")
_WHOLE = ("places", "min_length", "max_length", "min_rows", "max_rows", "min_count", "max_count")
_WORDS = ("label", "hint", "message", "warn_message")
_EXPRESSIONS = ("required", "relevant", "constraint", "warn")
_CHOSEN = {Type.SELECT, Type.MULTISELECT}
DEPTH = 20


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: where (JSON pointer), what was found, which rule it breaks."""

    pointer: str
    value: str
    rule: str


def problems(definition: Any, *, roles: frozenset[str]) -> list[Problem]:
    """Return everything that is wrong with a definition; empty if it can be published."""
    if not isinstance(definition, Mapping):
        return [Problem("", str(definition)[:40], "object")]
    found = list(_members(definition, _FORM, ""))
    found += _words(definition, ("title",), "")
    if not isinstance(definition.get("code"), str) or not definition.get("code"):
        found.append(Problem("/code", "", "missing"))
    version = definition.get("version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        found.append(Problem("/version", str(version)[:40], "version"))
    found += _roles(definition.get("roles"), roles, "/roles")
    sections = definition.get("sections")
    if not isinstance(sections, list) or not sections:
        return [*found, Problem("/sections", "", "missing")]
    names = _names(sections)
    for place, section in enumerate(sections):
        found += _section(section, f"/sections/{place}", roles, names)
    return found + list(_repeated(sections))


def _section(
    section: Any, pointer: str, roles: frozenset[str], names: Mapping[str, set[str]]
) -> Iterator[Problem]:
    if not isinstance(section, Mapping) or not isinstance(section.get("fields"), list):
        yield Problem(pointer, "", "section")
        return
    yield from _members(section, _SECTION, pointer)
    yield from _name(section, pointer)
    yield from _words(section, ("title",), pointer)
    if "roles" in section:
        yield from _roles(section["roles"], roles, f"{pointer}/roles")
    if "relevant" in section:
        yield from _expression(section["relevant"], f"{pointer}/relevant", names, set())
    for place, field in enumerate(section["fields"]):
        yield from _field(field, f"{pointer}/fields/{place}", names, set())


def _field(
    field: Any, pointer: str, names: Mapping[str, set[str]], siblings: set[str]
) -> Iterator[Problem]:
    if not isinstance(field, Mapping):
        yield Problem(pointer, str(field)[:40], "object")
        return
    yield from _members(field, _FIELD, pointer)
    yield from _name(field, pointer)
    yield from _words(field, ("label",), pointer)
    yield from _words(field, [name for name in _WORDS if name in field], pointer)
    if field.get("type") not in list(Type):
        yield Problem(f"{pointer}/type", str(field.get("type"))[:40], "type")
        return
    yield from _limits(field, pointer)
    yield from _choices(field, pointer)
    for name in _EXPRESSIONS:
        if name in field and not isinstance(field[name], bool):
            yield from _expression(field[name], f"{pointer}/{name}", names, siblings)
    yield from _near(field, pointer, names)
    yield from _inner(field, pointer, names, siblings)


def _inner(
    field: Mapping[str, Any], pointer: str, names: Mapping[str, set[str]], above: set[str]
) -> Iterator[Problem]:
    is_repeat, inner = field["type"] == Type.REPEAT, field.get("fields")
    if is_repeat != isinstance(inner, list) or (is_repeat and above):
        yield Problem(f"{pointer}/fields", "", "fields")
        return
    siblings = {each.get("name", "") for each in inner or () if isinstance(each, Mapping)}
    for place, each in enumerate(inner or ()):
        yield from _field(each, f"{pointer}/fields/{place}", names, siblings)


def _limits(field: Mapping[str, Any], pointer: str) -> Iterator[Problem]:
    for name in _NUMBERS:
        sent = field.get(name, "0")
        if not isinstance(sent, str) or not NUMBER.fullmatch(sent):
            yield Problem(f"{pointer}/{name}", str(sent)[:40], "number")
    for name in _WHOLE:
        sent = field.get(name, 0)
        if not isinstance(sent, int) or isinstance(sent, bool) or sent < 0:
            yield Problem(f"{pointer}/{name}", str(sent)[:40], "whole")
    try:
        re.compile(str(field.get("pattern", "")))
    except re.error:
        yield Problem(f"{pointer}/pattern", str(field["pattern"])[:40], "pattern")


def _choices(field: Mapping[str, Any], pointer: str) -> Iterator[Problem]:
    listed, source = field.get("choices"), field.get("choices_from")
    if field["type"] in _CHOSEN and bool(listed) == bool(source):
        yield Problem(f"{pointer}/choices", "", "choices")
    if listed is None:
        return
    if not isinstance(listed, list):
        yield Problem(f"{pointer}/choices", "", "choices")
        return
    values = []
    for place, choice in enumerate(listed):
        at = f"{pointer}/choices/{place}"
        if not isinstance(choice, Mapping) or not isinstance(choice.get("value"), str):
            yield Problem(at, str(choice)[:40], "choice")
            continue
        values.append(choice["value"])
        yield from _words(choice, ("label",), at)
    if len(set(values)) < len(values):
        yield Problem(f"{pointer}/choices", "", "repeated")


def _near(
    field: Mapping[str, Any], pointer: str, names: Mapping[str, set[str]]
) -> Iterator[Problem]:
    near = field.get("near", [])
    if not isinstance(near, list) or any(name not in names for name in map(str, near)):
        yield Problem(f"{pointer}/near", str(near)[:40], "name")


def _expression(
    expression: Any,
    pointer: str,
    names: Mapping[str, set[str]],
    siblings: set[str],
    depth: int = 0,
) -> Iterator[Problem]:
    if isinstance(expression, str | bool):
        return
    if not isinstance(expression, list) or not expression or depth > DEPTH:
        yield Problem(pointer, str(expression)[:40], "expression")
        return
    operator, *operands = expression
    least, most = ARITY.get(str(operator), (1, 0))
    if not least <= len(operands) <= most:
        yield Problem(pointer, str(operator)[:40], "operator")
    elif operator == "field":
        if str(operands[0]) not in siblings and str(operands[0]) not in names:
            yield Problem(pointer, str(operands[0])[:40], "name")
    elif operator == "column":
        if str(operands[1]) not in names.get(str(operands[0]), set()):
            yield Problem(pointer, ".".join(map(str, operands))[:40], "name")
    else:
        yield from _operands(operator, operands, pointer, names, siblings, depth)


def _operands(
    operator: str,
    operands: list[Any],
    pointer: str,
    names: Mapping[str, set[str]],
    siblings: set[str],
    depth: int,
) -> Iterator[Problem]:
    if operator == "in":
        listed = operands.pop()
        if not isinstance(listed, list) or not all(isinstance(item, str) for item in listed):
            yield Problem(f"{pointer}/2", str(listed)[:40], "list")
    for place, operand in enumerate(operands, start=1):
        yield from _expression(operand, f"{pointer}/{place}", names, siblings, depth + 1)


def _members(value: Mapping[str, Any], known: set[str], pointer: str) -> Iterator[Problem]:
    for name in sorted(set(map(str, value)) - known):
        yield Problem(f"{pointer}/{name}", "", "member")


def _name(value: Mapping[str, Any], pointer: str) -> Iterator[Problem]:
    name = value.get("name")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        yield Problem(f"{pointer}/name", str(name)[:40], "identifier")


def _words(value: Mapping[str, Any], names: Any, pointer: str) -> Iterator[Problem]:
    for name in names:
        words = value.get(name)
        if not isinstance(words, Mapping) or not all(
            isinstance(words.get(language), str) and words[language] for language in ("zh", "en")
        ):
            yield Problem(f"{pointer}/{name}", "", "words")


def _roles(sent: Any, roles: frozenset[str], pointer: str) -> Iterator[Problem]:
    if not isinstance(sent, list) or not sent or any(str(role) not in roles for role in sent):
        yield Problem(pointer, str(sent)[:40], "roles")


def _names(sections: list[Any]) -> dict[str, set[str]]:
    """Return the names of the top level, each with the names in its rows."""
    return {
        str(field.get("name")): {
            str(inner.get("name"))
            for inner in field.get("fields") or ()
            if isinstance(inner, Mapping)
        }
        for field in _fields(sections)
    }


def _fields(sections: list[Any]) -> Iterator[Mapping[str, Any]]:
    for section in sections:
        fields = section.get("fields") if isinstance(section, Mapping) else None
        for field in fields if isinstance(fields, list) else ():
            if isinstance(field, Mapping):
                yield field


def _repeated(sections: list[Any]) -> Iterator[Problem]:
    seen = set()
    for field in _fields(sections):
        name = str(field.get("name"))
        if name in seen:
            yield Problem("/sections", name[:40], "repeated")
        seen.add(name)
