"""Answers as people read them: the form's own words, values with units."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from rural.admin.assessment_words import unit_name
from rural.rules.forms import boundary
from rural.rules.forms.definitions import Field, Form, Type
from rural.rules.forms.expressions import is_empty


def answered(form: Form, answers: Mapping[str, Any]) -> list[tuple[str, list[tuple[str, Any]]]]:
    """Return what was answered, section by section, each with its label."""
    language = get_language() or ""
    sections = []
    for section in form.sections:
        rows = [
            (label(field), shown(field, answers[field.name]))
            for field in section.fields
            if not is_empty(answers.get(field.name))
        ]
        if rows:
            sections.append((section.title.in_language(language), rows))
    return sections


def label(field: Field) -> str:
    """Return what the form calls a field."""
    return field.label.in_language(get_language() or "")


def named(form: Form | None, name: str) -> str:
    """Return what a form calls a field of the top level, or its bare name."""
    field = form.field(name) if form else None
    return label(field) if field else name


def shown(field: Field | None, value: Any) -> str | SafeString:
    """Return one answer; rows as a list, choices by their words."""
    if is_empty(value):
        return "–"
    if field is None:
        return str(value)
    if field.type is Type.REPEAT and isinstance(value, list):
        return format_html("<ol>{}</ol>", format_html_join("", "<li>{}</li>", _rows(field, value)))
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if field.type in (Type.PHOTOS, Type.SIGNATURE):
        return _("%d files") % (len(value) if isinstance(value, list) else 1)
    if field.type is Type.BOUNDARY:
        return _walked(value)
    if isinstance(value, dict):
        return f"{value.get('lat')}, {value.get('lon')} ± {value.get('accuracy')} m"
    chosen = value if isinstance(value, list) else [value]
    words = ", ".join(_chosen(field, str(item)) for item in chosen)
    return f"{words} {unit_name(field.unit)}".strip()


def _walked(corners: list[Any]) -> str:
    return _("%(count)d corners, %(area)s mu") % {
        "count": len(corners),
        "area": boundary.area_of(corners),
    }


def _rows(field: Field, rows: list[Any]) -> list[tuple[str]]:
    return [
        (
            "; ".join(
                f"{label(inner)}: {shown(inner, row[inner.name])}"
                for inner in field.fields
                if not is_empty(row.get(inner.name))
            ),
        )
        for row in rows
        if isinstance(row, Mapping)
    ]


def _chosen(field: Field, value: str) -> str:
    words = dict(zip(field.choices, field.labels, strict=True)).get(value)
    return words.in_language(get_language() or "") if words else value
