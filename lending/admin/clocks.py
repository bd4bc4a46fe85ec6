"""An application's service level in words: what is left, by how much it is late, or paused."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from lending.models import Application, StageChange
from lending.rules.stages import PAUSED, WAITING_FOR_PARTNER
from tenancy.admin.shown import tag
from tenancy.templatetags.figures import age, clock


def clock_of(row: Application) -> SafeString | str:
    """Return the clock of an application's stage; ours stands still while a bank has it."""
    if row.stage in WAITING_FOR_PARTNER:
        return tag(_("paused for %s, a bank has it") % age(row.stage_since), "calm")
    return clock(row.stage_due_at)


def paused(row: Application, changes: Iterable[StageChange], *, at: datetime) -> timedelta:
    """Return how long our clock has stood still in all, for the borrower or for banks."""
    before = sum((change.spent for change in changes if change.from_stage in PAUSED), timedelta(0))
    return before + (at - row.stage_since if row.stage in PAUSED else timedelta(0))
