"""Which departments' data was used: the lines that officers read out to a farmer."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from rural.models import CountyDataUse


def used_facts(uses: Iterable[CountyDataUse]) -> list[tuple[str, str]]:
    """Return a line for each use: when and which department; what, as of when, for what."""
    lines = [
        (
            f"{each.used_at:%Y-%m-%d} · {each.source}",
            _("%(items)s, as of %(day)s, for: %(purpose)s")
            % {"items": ", ".join(each.items), "day": each.as_of, "purpose": each.purpose},
        )
        for each in uses
    ]
    return lines or [(_("County data"), _("none was used"))]
