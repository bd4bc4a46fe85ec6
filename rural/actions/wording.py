"""What the form engine found, in the reader's words."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from rural.rules.forms.definitions import Type
from rural.rules.forms.findings import Finding
from tenancy.errors import FieldError


def field_errors(findings: Iterable[Finding], above: str = "/answers") -> list[FieldError]:
    """Return findings as the errors of a refusal; pointers stand in the body that was sent."""
    return [
        FieldError(f"{above}{finding.pointer}", finding.value, expected(finding))
        for finding in findings
    ]


def expected(finding: Finding) -> str:
    """Return what would have fitted, in the form's own words where it has some."""
    if finding.words is not None:
        return finding.words.in_language(get_language() or "")
    if finding.rule == "type":
        return _type_words(finding.limit)
    limit = f"{finding.limit} {finding.unit}".strip()
    return _rule_words(finding.rule, limit)


def _rule_words(rule: str, limit: str) -> str:
    words = {
        "required": _("an answer"),
        "min": _("at least %s"),
        "max": _("at most %s"),
        "places": _("at most %s decimal places"),
        "length": _("%s characters"),
        "pattern": _("text of the form %s"),
        "choice": _("one of the list: %s"),
        "count": _("%s of them"),
        "twice": _("each photo only once"),
        "corners": _("%s corners"),
        "crossed": _("a boundary whose sides do not cross"),
        "accuracy": _("a place measured to at most %s m"),
        "old": _("a photo taken at most %s hours before the form was finished"),
        "far": _("a photo taken at most %s away"),
        "role": _("nothing: this part is filled in by others"),
        "unknown": _("nothing: the form has no such question"),
        "constraint": _("what the form asks for"),
    }[rule]
    return words % limit if "%s" in words else words


def _type_words(kind: str) -> str:
    words = {
        Type.TEXT: _("text without control characters"),
        Type.INTEGER: _("a whole number, as text"),
        Type.DECIMAL: _("a decimal number, as text"),
        Type.DATE: _("a day as YYYY-MM-DD"),
        Type.SELECT: _("one value"),
        Type.MULTISELECT: _("a list of values"),
        Type.BOOLEAN: _("yes or no"),
        Type.PHONE: _("a mobile number of 11 digits"),
        Type.ID_NUMBER: _("an ID number of 18 characters with the right check digit"),
        Type.GEOPOINT: _("latitude, longitude, accuracy and time of a place"),
        Type.BOUNDARY: _("a list of corners, each a place"),
        Type.PHOTOS: _("a list of photos with hash and time"),
        Type.SIGNATURE: _("a signature with hash and time"),
        Type.REPEAT: _("a list of rows"),
        Type.PLACE: _("a village code of 12 digits"),
    }
    return words[Type(kind)]
