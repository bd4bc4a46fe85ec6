"""
What a village partner may know of a farmer whom he brought: one word, never a number.

No score, limit, other debt or vote reaches these answers: they are built from stages and dates
alone (domain text: rural, §3.8).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import models
from django.utils.translation import gettext_lazy as _

from lending.models import Application
from lending.rules.stages import Stage
from rural.models import Lead, PaperRequest, Reminder, VillagePartner, Visit, VisitStatus


class StatusWord(models.TextChoices):
    """All that a village partner is told."""

    RECEIVED = "received", _("Received")
    NEED_PAPER = "need_paper", _("Need a paper")
    VISITED = "visited", _("Visited")
    APPROVED = "approved", _("Approved")
    REFUSED = "refused", _("Refused")


APPROVED = frozenset({Stage.APPROVED.value, Stage.ACCEPTED.value})
REFUSED = frozenset({Stage.DECLINED.value})


@dataclass(frozen=True, slots=True)
class LeadStatus:
    """One lead as its partner sees it."""

    id: UUID
    name: str
    village: str
    word: StatusWord
    papers: tuple[str, ...]
    created_at: datetime


def leads_of(partner: VillagePartner) -> list[LeadStatus]:
    """Return the partner's leads, newest first, each with its word and the papers needed."""
    leads = list(
        Lead.objects.filter(partner=partner)
        .select_related("village", "household")
        .order_by("-created_at", "pk")
    )
    papers = _papers(leads)
    stages = _stages(leads)
    visited = _visited(leads)
    return [
        LeadStatus(
            id=lead.pk,
            name=lead.name,
            village=lead.village.code,
            word=_word(stages.get(lead.pk), bool(papers[lead.pk]), lead.household_id in visited),
            papers=tuple(papers[lead.pk]),
            created_at=lead.created_at,
        )
        for lead in leads
    ]


@dataclass(frozen=True, slots=True)
class ReminderStatus:
    """One reminder as its partner sees it: whom, when, and whether it is before or after."""

    id: UUID
    lead: UUID
    name: str
    kind: str
    due_on: date


def reminders_of(partner: VillagePartner) -> list[ReminderStatus]:
    """Return the partner's open reminders, the earliest first; no amounts."""
    rows = Reminder.objects.filter(partner=partner, finished_at__isnull=True)
    return [
        ReminderStatus(row.pk, row.lead_id, row.lead.name, row.kind, row.due_on)
        for row in rows.select_related("lead").order_by("due_on", "pk")
    ]


def _word(stage: str | None, needs_paper: bool, is_visited: bool) -> StatusWord:
    if stage in APPROVED:
        return StatusWord.APPROVED
    if stage in REFUSED:
        return StatusWord.REFUSED
    if needs_paper:
        return StatusWord.NEED_PAPER
    return StatusWord.VISITED if is_visited else StatusWord.RECEIVED


def _papers(leads: Sequence[Lead]) -> dict[UUID, list[str]]:
    found: dict[UUID, list[str]] = defaultdict(list)
    rows = PaperRequest.objects.filter(lead__in=leads, received_at__isnull=True)
    for row in rows.order_by("asked_at", "pk"):
        found[row.lead_id].append(row.paper)
    return found


def _stages(leads: Sequence[Lead]) -> dict[UUID, str]:
    """The stage of the latest application that came after each lead."""
    borrowers = {
        lead.household.borrower_id: lead
        for lead in leads
        if lead.household is not None and lead.household.borrower_id is not None
    }
    rows = Application.objects.filter(borrower_id__in=list(borrowers)).order_by("submitted_at")
    found = {}
    for borrower_id, stage, at in rows.values_list("borrower_id", "stage", "submitted_at"):
        lead = borrowers[borrower_id]
        if at >= lead.created_at:
            found[lead.pk] = stage
    return found


def _visited(leads: Sequence[Lead]) -> set[UUID]:
    homes = [lead.household_id for lead in leads if lead.household_id]
    rows = Visit.objects.filter(household_id__in=homes, status=VisitStatus.DONE)
    return set(rows.values_list("household_id", flat=True))
