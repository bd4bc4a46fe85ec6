"""Evidence: everything that a channel knew of a borrower when he applied, frozen and hashed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from lending.models import Borrower
from scoring.rules.canonical import canonical, sha256
from tenancy.errors import FieldError

# Features of 60 names are 4 KB, a whole package with its figures some 40; a photo is a Document.
MAX_BYTES = 1_000_000
MAX_DEPTH = 12


def _plain(name: str) -> str:
    return "".join(letter for letter in name.lower() if letter.isalnum())


# Evidence is kept, hashed and shown as it came; what must be encrypted has a place of its own.
_ENCRYPTED = frozenset(map(_plain, Borrower.PERSONAL_NUMBERS))


@dataclass(frozen=True, slots=True)
class Evidence:
    """A checked package: `features` are decimal strings, categories or None, as of one date."""

    package: Mapping[str, Any]
    as_of: date
    source: str
    features: Mapping[str, str | None]
    inputs: Mapping[str, Any]

    @property
    def sha256(self) -> str:
        return sha256(self.package)


def problems(package: object, *, on: date) -> list[FieldError]:
    """
    Return what is wrong with a package, an empty list if nothing is.

    It is a JSON object with `as_of` (ISO date, not after `on`), `source` (text), `features`
    (name to text or null) and optionally `inputs` (name to any value); more keys are kept.
    Numbers are decimal strings: a float has no one way to be written, and so no hash. Personal
    numbers (ID, telephone, bank card) are refused by their names: they belong to the borrower.
    """
    if not isinstance(package, Mapping):
        return [FieldError("/evidence", type(package).__name__, _("an object"))]
    found = list(_unwritable(package))
    if not found and len(canonical(package)) > MAX_BYTES:
        found.append(FieldError("/evidence", "", _("at most %d bytes") % MAX_BYTES))
    return found + list(_misshapen(package, on))


def read(package: Mapping[str, Any]) -> Evidence:
    """Return a package without `problems` as typed evidence."""
    return Evidence(
        package=package,
        as_of=date.fromisoformat(package["as_of"]),
        source=package["source"],
        features=package["features"],
        inputs=package.get("inputs", {}),
    )


def missing(required: list[str], package: Mapping[str, Any]) -> list[str]:
    """Return the required inputs that the package leaves out or leaves empty, in their order."""
    inputs = package.get("inputs", {})
    return [name for name in required if inputs.get(name) in (None, "", [], {})]


def is_storable(text: str) -> bool:
    """
    Return whether the database can keep a text as it is.

    A NUL and a lone surrogate get through a JSON parser, but not into a column.
    """
    return "\x00" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)


def _misshapen(package: Mapping[str, Any], on: date) -> Iterator[FieldError]:
    as_of = _day(package.get("as_of"))
    if as_of is None or as_of > on:
        expected = _("a date not after %s") % on.isoformat()
        yield FieldError("/evidence/as_of", str(package.get("as_of"))[:40], expected)
    source = package.get("source")
    if not isinstance(source, str) or not 0 < len(source) <= 40:
        yield FieldError("/evidence/source", str(source)[:40], _("1 to 40 characters"))
    features = package.get("features")
    if not isinstance(features, Mapping):
        yield FieldError("/evidence/features", str(features)[:40], _("an object"))
    else:
        for name, value in features.items():
            if value is not None and not isinstance(value, str):
                pointer = f"/evidence/features/{name}"
                yield FieldError(pointer, str(value)[:40], _("a decimal string or null"))
    if not isinstance(package.get("inputs", {}), Mapping):
        yield FieldError("/evidence/inputs", str(package["inputs"])[:40], _("an object"))


def _unwritable(package: object) -> Iterator[FieldError]:
    """Walk without recursion, because the sender decides how deep it goes."""
    waiting: list[tuple[str, object, int]] = [("/evidence", package, 0)]
    while waiting:
        where, value, depth = waiting.pop()
        if depth > MAX_DEPTH:
            yield FieldError(where[:200], "", _("at most %d levels") % MAX_DEPTH)
        elif isinstance(value, Mapping):
            waiting += [(f"{where}/{key}", item, depth + 1) for key, item in value.items()]
            if any(not isinstance(key, str) or not is_storable(key) for key in value):
                yield FieldError(where, "", _("keys that are text"))
            elif any(_plain(key) in _ENCRYPTED for key in value):
                yield FieldError(where, "", _("personal numbers with the borrower only"))
        elif isinstance(value, list):
            waiting += [(f"{where}/{n}", item, depth + 1) for n, item in enumerate(value)]
        elif isinstance(value, str):
            if not is_storable(value):
                yield FieldError(where, "", _("text that can be stored"))
        elif value is not None and not isinstance(value, bool | int):
            yield FieldError(where, str(value)[:40], _("a decimal string"))


def _day(value: object) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
