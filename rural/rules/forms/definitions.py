"""A form's definition, read from its JSON into frozen parts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any


class Type(StrEnum):
    """What a field's answer is."""

    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    DATE = "date"
    SELECT = "select"
    MULTISELECT = "multiselect"
    BOOLEAN = "boolean"
    PHONE = "phone"
    ID_NUMBER = "id_number"
    GEOPOINT = "geopoint"
    BOUNDARY = "boundary"
    PHOTOS = "photos"
    SIGNATURE = "signature"
    REPEAT = "repeat"
    NOTE = "note"
    PLACE = "place"


PERSONAL = frozenset({Type.PHONE, Type.ID_NUMBER})


@dataclass(frozen=True, slots=True)
class Words:
    """The same in Chinese and English."""

    zh: str
    en: str

    def in_language(self, language: str) -> str:
        """Return the words in the reader's language."""
        return self.zh if language.startswith("zh") else self.en


@dataclass(frozen=True, slots=True)
class Field:
    """One question; what does not apply to its type is None or empty."""

    name: str
    type: Type
    label: Words
    required: Any = False
    relevant: Any = None
    unit: str = ""
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    places: int | None = None
    pattern: str = ""
    min_length: int | None = None
    max_length: int | None = None
    choices: tuple[str, ...] = ()
    labels: tuple[Words, ...] = ()
    choices_from: str = ""
    constraint: Any = None
    message: Words | None = None
    warn: Any = None
    warn_message: Words | None = None
    is_money: bool = False
    least: int | None = None
    most: int | None = None
    fields: tuple[Field, ...] = ()
    warn_accuracy: Decimal | None = None
    max_accuracy: Decimal | None = None
    within_hours: Decimal | None = None
    near: tuple[str, ...] = ()
    within_metres: Decimal | None = None

    @property
    def holds_money(self) -> bool:
        """Whether the answer is an amount, or has one in its rows."""
        return self.is_money or any(inner.is_money for inner in self.fields)


@dataclass(frozen=True, slots=True)
class Section:
    """Questions under one heading; without roles of its own it is for all of the form's."""

    name: str
    title: Words
    roles: frozenset[str]
    relevant: Any
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Form:
    """One version of a form."""

    code: str
    version: int
    title: Words
    roles: frozenset[str]
    sections: tuple[Section, ...]

    def fields(self) -> Iterator[Field]:
        """Give every field of the top level, in the order of the page."""
        for section in self.sections:
            yield from section.fields

    def field(self, name: str) -> Field | None:
        """Return a field of the top level by its name."""
        return next((each for each in self.fields() if each.name == name), None)

    def is_for(self, role: str) -> bool:
        """Return whether somebody of a role may fill it in."""
        return role in self.roles

    def fields_for(self, role: str) -> frozenset[str]:
        """Return the names of the fields that a role fills in."""
        return frozenset(
            field.name
            for section in self.sections
            if role in section.roles
            for field in section.fields
        )


def parse(definition: Mapping[str, Any]) -> Form:
    """Return a definition's parts; `lint.problems` has found nothing wrong with it."""
    roles = frozenset(definition["roles"])
    return Form(
        code=definition["code"],
        version=definition["version"],
        title=_words(definition["title"]),
        roles=roles,
        sections=tuple(_section(each, roles) for each in definition["sections"]),
    )


def _section(section: Mapping[str, Any], roles: frozenset[str]) -> Section:
    return Section(
        name=section["name"],
        title=_words(section["title"]),
        roles=frozenset(section.get("roles", roles)),
        relevant=section.get("relevant"),
        fields=tuple(_field(each) for each in section["fields"]),
    )


def _field(field: Mapping[str, Any]) -> Field:
    choices = field.get("choices", ())
    return Field(
        name=field["name"],
        type=Type(field["type"]),
        label=_words(field["label"]),
        required=field.get("required", False),
        relevant=field.get("relevant"),
        unit=field.get("unit", ""),
        minimum=_decimal(field, "min"),
        maximum=_decimal(field, "max"),
        places=field.get("places"),
        pattern=field.get("pattern", ""),
        min_length=field.get("min_length"),
        max_length=field.get("max_length"),
        choices=tuple(choice["value"] for choice in choices),
        labels=tuple(_words(choice["label"]) for choice in choices),
        choices_from=field.get("choices_from", ""),
        constraint=field.get("constraint"),
        message=_words(field["message"]) if "message" in field else None,
        warn=field.get("warn"),
        warn_message=_words(field["warn_message"]) if "warn_message" in field else None,
        is_money=field.get("money", False),
        least=field.get("min_rows", field.get("min_count")),
        most=field.get("max_rows", field.get("max_count")),
        fields=tuple(_field(inner) for inner in field.get("fields", ())),
        warn_accuracy=_decimal(field, "warn_accuracy"),
        max_accuracy=_decimal(field, "max_accuracy"),
        within_hours=_decimal(field, "within_hours"),
        near=tuple(field.get("near", ())),
        within_metres=_decimal(field, "within_metres"),
    )


def _words(words: Mapping[str, str]) -> Words:
    return Words(zh=words["zh"], en=words["en"])


def _decimal(field: Mapping[str, Any], name: str) -> Decimal | None:
    return Decimal(field[name]) if name in field else None
