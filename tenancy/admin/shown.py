"""How values look in lists: tags, links, money."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db import models
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from tenancy.templatetags.figures import money

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


def tag(words: Any, tone: str = "") -> SafeString:
    """Return a short word as a coloured tag; the word itself says what the colour says."""
    return format_html('<span class="bo-tag{}">{}</span>', f" bo-{tone}" if tone else "", words)


def link(row: models.Model | None, words: Any = "") -> SafeString | str:
    """Return a link to a row's own page."""
    if row is None:
        return "–"
    opts = row._meta
    address = reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[row.pk])
    return format_html('<a href="{}">{}</a>', address, words or row)


def amount(value: Decimal | None, currency: str = "") -> SafeString | str:
    """Return an amount of money, aligned with those above and below it."""
    if value is None:
        return "–"
    return format_html('<span class="bo-amount">{}</span>', f"{money(value)} {currency}".strip())


def related(name: str, label: _StrPromise, ordering: str = "") -> Callable[[Any], Any]:
    """Return a list's column that shows a related row, as a link where it has a page."""

    @admin.display(description=label, ordering=ordering or name)
    def shown(row: Any) -> Any:
        other = getattr(row, name)
        return link(other) if type(other) in admin.site._registry else other

    # What the list calls the column in its markup.
    shown.__name__ = f"shown_{name}"
    shown.is_link = True  # type: ignore[attr-defined]
    return shown
