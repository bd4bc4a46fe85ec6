"""What a panel said, for those who may know it, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from rural.models import (
    Ballot,
    Evaluator,
    PanelHousehold,
    PanelOutcome,
    PanelResult,
    PanelSession,
    PanelStatus,
)
from tenancy.errors import Forbidden


@dataclass(frozen=True, slots=True)
class Turnout:
    """How many votes an evaluator has cast; never which."""

    code: str
    cast: int


def turnout(session: PanelSession) -> tuple[int, list[Turnout]]:
    """Return how many households are asked about, and how far each evaluator has come."""
    asked = PanelHousehold.objects.filter(session=session).count()
    rows = Evaluator.objects.filter(session=session).order_by("code")
    return asked, [Turnout(row.code, row.ballots.count()) for row in rows]


def ballots(session: PanelSession) -> list[Ballot]:
    """
    Return the ballots of a session that is over.

    :raises Forbidden: while it is open: nobody votes knowing how others voted
    """
    if session.status == PanelStatus.OPEN:
        raise Forbidden("ballots are read when the session is over")
    rows = Ballot.objects.filter(session=session).select_related("household", "evaluator")
    return list(rows.order_by("household__code", "evaluator__code"))


def published(session: PanelSession) -> list[tuple[str, bool]]:
    """Return the published list: each household's head, lendable or not; empty before that."""
    if session.status != PanelStatus.PUBLISHED:
        return []
    rows = PanelResult.objects.filter(session=session).order_by("household__code")
    return list(rows.values_list("household__head_name", "is_lendable"))


def grade_of(household_id: UUID, on: date) -> PanelResult | None:
    """
    Return the latest result of a household that is valid on a day, if there is one.

    Too few who know a household say nothing of it: what was said before stays valid.
    """
    rows = PanelResult.objects.filter(
        household_id=household_id, decided_on__lte=on, valid_until__gte=on
    ).exclude(outcome=PanelOutcome.TOO_FEW)
    result: PanelResult | None = rows.order_by("-decided_on", "-pk").first()
    return result
