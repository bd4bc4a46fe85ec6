"""Figures as people read them: money, rates, ages, hashes, two-language texts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from babel.numbers import format_currency, format_decimal
from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from tenancy import wording
from tenancy.roles import Role

register = template.Library()
HUNDRED = Decimal(100)
MINUTE, HOUR, DAY = 60, 3600, 86400


def in_chinese() -> bool:
    """Whether the reader reads Chinese."""
    return (get_language() or "").startswith("zh")


def _locale() -> str:
    return "zh_Hans_CN" if in_chinese() else "en"


def _number(value: Any) -> Decimal | None:
    try:
        return None if value in (None, "") else Decimal(str(value))
    except InvalidOperation:
        return None


@register.filter
def money(value: Any, currency: str = "") -> str:
    """Return an amount with separators and its currency's decimals: 1,500.00 or ¥1,500.00."""
    amount = _number(value)
    if amount is None:
        return "–"
    if currency:
        return str(format_currency(amount, currency, locale=_locale()))
    return str(format_decimal(amount, "#,##0.00", locale=_locale()))


@register.filter
def number(value: Any) -> str:
    """Return a number with separators and up to four decimals; other texts as they are."""
    amount = _number(value)
    if amount is None:
        return "–" if value in (None, "") else str(value)
    return str(format_decimal(amount, "#,##0.####", locale=_locale()))


@register.filter
def percent(value: Any, places: int = 2) -> str:
    """Return a fraction as a percentage: 0.219 is 21.90 %."""
    share = _number(value)
    if share is None:
        return "–"
    return f"{share * HUNDRED:.{places}f} %"


@register.filter
def local(text: Any) -> str:
    """Return the reader's version of a text that is kept in two languages."""
    if isinstance(text, Mapping):
        return str(text.get("zh" if in_chinese() else "en") or text.get("en") or "")
    return str(text or "")


@register.filter
def said(kept: Any) -> str:
    """Return a kept sentence in the reader's language; a person's own words as they are."""
    return wording.said(kept or "")


@register.filter
def local_name(row: Any) -> str:
    """Return a row's name in the reader's language."""
    name_zh = getattr(row, "name_zh", "") or getattr(row, "title_zh", "")
    name = getattr(row, "name", "") or getattr(row, "title", "")
    return name_zh if in_chinese() and name_zh else name


@register.filter
def age(value: timedelta | datetime | None) -> str:
    """Return how long something takes or has lasted, in its largest unit: "3 days"."""
    if value is None:
        return "–"
    span = timezone.now() - value if isinstance(value, datetime) else value
    seconds = int(abs(span).total_seconds())
    if seconds < MINUTE:
        return ngettext("%(n)d second", "%(n)d seconds", seconds) % {"n": seconds}
    if seconds < 2 * HOUR:
        minutes = seconds // MINUTE
        return ngettext("%(n)d minute", "%(n)d minutes", minutes) % {"n": minutes}
    if seconds < 2 * DAY:
        hours = seconds // HOUR
        return ngettext("%(n)d hour", "%(n)d hours", hours) % {"n": hours}
    days = seconds // DAY
    return ngettext("%(n)d day", "%(n)d days", days) % {"n": days}


@register.filter
def clock(due_at: datetime | None) -> SafeString | str:
    """Return a service level's state: how much time is left, or by how much it is overdue."""
    if due_at is None:
        return "–"
    if due_at < timezone.now():
        return format_html(
            '<span class="bo-tag bo-bad">{}</span>', _("overdue by %s") % age(due_at)
        )
    return format_html('<span class="bo-tag">{}</span>', _("%s left") % age(due_at))


@register.filter
def digest(value: str) -> SafeString | str:
    """Return the head of a hash, with the whole of it to look at."""
    if not value:
        return "–"
    return format_html('<code class="bo-hash" title="{}">{}…</code>', value, value[:12])


@register.filter
def as_json(value: Any) -> str:
    """Return a value as JSON text, for a chart's data attribute."""
    return json.dumps(value, ensure_ascii=False, default=str)


@register.filter
def pretty(value: Any) -> str:
    """Return a document as indented JSON."""
    return json.dumps(value, ensure_ascii=False, indent=2, default=str)


@register.filter
def width(part: Any, whole: Any) -> str:
    """Return a bar's length as a whole percentage between 0 and 100."""
    top, bottom = _number(part), _number(whole)
    if not top or not bottom:
        return "0"
    return str(min(100, max(0, round(abs(top) / abs(bottom) * HUNDRED))))


@register.filter
def at(mapping: Any, key: Any) -> Any:
    """Return what a mapping holds under a key, or nothing."""
    return mapping.get(key) if isinstance(mapping, Mapping) else None


@register.filter
def admin_address(opts: Any, page: str) -> str:
    """Return the name of a model's page, for the url tag: "admin:lending_loan_change"."""
    return f"admin:{opts.app_label}_{opts.model_name}_{page}"


@register.filter
def role_name(role: str) -> str:
    """Return a role in the reader's language."""
    return str(Role(role).label) if role in Role.values else str(role)


@register.filter
def absolute(value: Any) -> Any:
    """Return a number without its sign: credits are shown in a column of their own."""
    return abs(value) if isinstance(value, Decimal | int) else value
