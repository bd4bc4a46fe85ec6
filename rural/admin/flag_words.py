"""What was odd about a form, in the reader's words."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from rural.admin.answers import label
from rural.rules.forms.definitions import Form


def odd(form: Form | None, flags: Iterable[str]) -> list[tuple[str, str]]:
    """Return each flag as what it means and where in the form it is."""
    found = [flag.partition(":") for flag in flags]
    return [(_said(code), _where(form, pointer)) for code, _colon, pointer in found]


def _said(code: str) -> str:
    words = {
        "late": _("finished long before it was sent"),
        "clock": _("the device's clock was wrong"),
        "mock_gps": _("a place that is simulated or set by hand"),
        "old_version": _("filled in by an earlier version of the form"),
        "base_ahead": _("refers to a version of the household that is not here"),
        "merged": _("others changed the household meanwhile; both stand"),
        "superseded": _("a form that was finished later stands"),
        "replaced": _("its content was replaced by an officer's choice"),
        "held_too_long": _("its household did not come for days"),
        "warn": _("to be looked at"),
        "not_relevant": _("answered without being asked"),
        "accuracy": _("measured with a wide radius"),
        "no_place": _("a photo without a place"),
        "overlap": _("partly land that was walked for another household too"),
        "overlap_own": _("partly another parcel of the same household"),
        "off_parcel": _("taken away from the parcel as it was walked"),
        "photo_again": _("a photo that came with another household's form"),
    }
    return words.get(code, code)


def _where(form: Form | None, pointer: str) -> str:
    """Return what the form calls a place in it, rows counted from one."""
    name, *deeper = pointer.removeprefix("/").split("/")
    field = form.field(name) if form else None
    if field is None:
        return pointer or "–"
    parts = [label(field)]
    if deeper:
        parts[0] += f" {int(deeper[0]) + 1}"
    parts += [label(inner) for inner in field.fields if inner.name in deeper[1:]]
    return " · ".join(parts)
