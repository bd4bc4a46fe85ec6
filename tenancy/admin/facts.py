"""A row as names and values, for pages that need no layout of their own."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.db import models
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from tenancy.admin.shown import link
from tenancy.templatetags.figures import digest, money, number, pretty, said

Facts = list[tuple[str, Any]]
_HASH = re.compile(r"[0-9a-f]{64}")


def facts(row: models.Model, leave_out: Collection[str] = ()) -> Facts:
    """Return every column that people may see; the tenant is said by the page's head."""
    left_out = {"tenant", "id", *leave_out}
    return [
        (_label(field), _shown(row, field))
        for field in row._meta.concrete_fields
        if field.name not in left_out
    ]


def column_name(model: type[models.Model], name: str) -> str:
    """Return what a column is called, as a label begins: "Due on"."""
    column = next(field for field in model._meta.concrete_fields if field.name == name)
    return _label(column)


def _label(column: models.Field[Any, Any]) -> str:
    """A reference that was given no name of its own is called by what it refers to."""
    name = column.verbose_name or column.name
    is_nameless = str(name) == column.name.replace("_", " ")
    if is_nameless and isinstance(column, models.ForeignKey):
        name = column.remote_field.model._meta.verbose_name or name
    return str(capfirst(str(name)))


def _shown(row: models.Model, field: models.Field[Any, Any]) -> Any:
    if isinstance(field, models.ForeignKey):
        other = getattr(row, field.name)
        return link(other) if type(other) in admin.site._registry else other
    if field.choices:
        return getattr(row, f"get_{field.name}_display")()
    return value_shown(getattr(row, field.attname))


def value_shown(value: Any) -> Any:
    """Return a plain value as people read it."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, Decimal):
        return money(value) if value == round(value, 2) else number(value)
    if isinstance(value, datetime):
        return f"{localtime(value):%Y-%m-%d %H:%M:%S}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict | list):
        return format_html("<pre>{}</pre>", pretty(value)) if value else ""
    if isinstance(value, str) and _HASH.fullmatch(value):
        return digest(value)
    return said(value) if isinstance(value, str) else value
