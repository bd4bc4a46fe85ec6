"""
The assembly line as its supervisors see it: where applications stand, how long, with whom.

Every figure is read from open applications or from one window of time; nothing here grows with
the number of applications ever made.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Count, Q, QuerySet

from lending.models import Application
from lending.models.application import OPEN_STAGES
from lending.rules.stages import PAUSED, WAITING_FOR_PARTNER, Stage, is_return
from tenancy import room

PAGE = 50
# What one officer is expected to carry: one clerk to a thousand firms.
FULL_LOAD = 1_000
# Scores below which a band ends; the last has no end, and before all stands what has no score.
RISK_BANDS = (550, 600, 650, 700)


@dataclass(frozen=True, slots=True)
class StageFigures:
    """
    One stage at one moment; ages are of what stands in it, rates are per hour of a window.

    `returned_share` is the part of the arrivals that came back from a later stage, None where
    nothing arrived. `mean_pause` is how long our clock stood still for those that left, None
    where it runs and where nobody left. `risk` counts what stands in it by the score that it was
    decided with, in the order of `RISK_BANDS`.
    """

    stage: Stage
    count: int
    amounts: dict[str, Decimal]
    median_age: timedelta | None
    p90_age: timedelta | None
    breached: int
    arrivals_per_hour: float
    exits_per_hour: float
    returned_share: float | None
    mean_pause: timedelta | None
    risk: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows in order and where the next page begins; None on the last."""

    rows: Sequence[Application]
    after: tuple[datetime, UUID] | None


@dataclass(frozen=True, slots=True)
class OfficerLoad:
    """What lies on one officer's desk; `user_id` None is the queue that nobody has taken."""

    user_id: UUID | None
    name: str
    count: int
    breached: int

    @property
    def share(self) -> float:
        """The part of a full desk that is filled."""
        return self.count / FULL_LOAD


def stages(*, at: datetime, window: timedelta = timedelta(hours=24)) -> list[StageFigures]:
    """Return the figures of every open stage, in the order of the line, empty ones too."""
    standing, amounts = _standing(at), _amounts()
    arrivals, exits, returns, spent = _flow(at, window)
    risk = _risk()
    hours = window / timedelta(hours=1)
    figures = []
    for stage in Stage:
        if stage.value not in OPEN_STAGES:
            continue
        count, median, p90, breached = standing.get(stage.value, (0, None, None, 0))
        figures.append(
            StageFigures(
                stage=stage,
                count=count,
                amounts=amounts.get(stage.value, {}),
                median_age=median,
                p90_age=p90,
                breached=breached,
                arrivals_per_hour=arrivals.get(stage.value, 0) / hours,
                exits_per_hour=exits.get(stage.value, 0) / hours,
                returned_share=_share(returns.get(stage.value, 0), arrivals.get(stage.value, 0)),
                mean_pause=spent[stage.value] / exits[stage.value]
                if stage in PAUSED and exits[stage.value]
                else None,
                risk=risk.get(stage.value, (0,) * (len(RISK_BANDS) + 2)),
            )
        )
    return figures


def outcomes(*, at: datetime, window: timedelta = timedelta(hours=24)) -> dict[str, int]:
    """Return how many applications reached each final stage, or the offer, in a window."""
    arrivals, *_others = _flow(at, window)
    shown = [stage.value for stage in Stage if stage.value not in OPEN_STAGES]
    return {stage: arrivals.get(stage, 0) for stage in [Stage.APPROVED.value, *shown]}


def stuck(
    *,
    at: datetime,
    stage: Stage | None = None,
    officer_id: UUID | None = None,
    after: tuple[datetime, UUID] | None = None,
    limit: int = PAGE,
) -> Page:
    """Return applications past their service level, the longest overdue first, with owner."""
    rows = Application.objects.overdue(at)
    return _page(_narrowed(rows, stage, officer_id), after, limit)


def queue(
    *,
    stage: Stage,
    officer_id: UUID | None = None,
    after: tuple[datetime, UUID] | None = None,
    limit: int = PAGE,
) -> Page:
    """Return what stands in an open stage, the least time left first."""
    rows = Application.objects.open().filter(stage_due_at__isnull=False)
    return _page(_narrowed(rows, stage, officer_id), after, limit)


def officer_load(*, at: datetime) -> list[OfficerLoad]:
    """Return how much lies on each desk, the fullest first; the queue without an owner is one."""
    is_late = Q(stage_due_at__lt=at) & ~Q(stage__in=WAITING_FOR_PARTNER)
    rows = (
        Application.objects.open()
        .values("assigned_to", "assigned_to__name")
        .annotate(held=Count("id"), late=Count("id", filter=is_late))
        .order_by("-held")
    )
    return [
        OfficerLoad(row["assigned_to"], row["assigned_to__name"] or "", row["held"], row["late"])
        for row in rows
    ]


def _narrowed(
    rows: QuerySet[Application], stage: Stage | None, officer_id: UUID | None
) -> QuerySet[Application]:
    if stage is not None:
        rows = rows.filter(stage=stage)
    if officer_id is not None:
        rows = rows.filter(assigned_to_id=officer_id)
    return rows


def _page(rows: QuerySet[Application], after: tuple[datetime, UUID] | None, limit: int) -> Page:
    if after is not None:
        due_at, key = after
        rows = rows.filter(Q(stage_due_at__gt=due_at) | Q(stage_due_at=due_at, id__gt=key))
    # The evidence is by far the widest column, and no list shows it.
    ordered = (
        rows.defer("evidence")
        .select_related("borrower", "version__product", "assigned_to")
        .order_by("stage_due_at", "id")
    )
    found = list(ordered[: limit + 1])
    last = found[limit - 1] if len(found) > limit else None
    following = (last.stage_due_at, last.pk) if last is not None and last.stage_due_at else None
    return Page(rows=found[:limit], after=following)


_STANDING = """
    SELECT stage, count(*),
           percentile_disc(0.5) WITHIN GROUP (ORDER BY %(at)s - stage_since),
           percentile_disc(0.9) WITHIN GROUP (ORDER BY %(at)s - stage_since),
           count(*) FILTER (WHERE stage_due_at < %(at)s AND stage <> ALL(%(partners)s))
      FROM lending_application
     WHERE tenant_id = %(tenant)s AND stage = ANY(%(open)s)
     GROUP BY stage
"""
_AMOUNTS = """
    SELECT stage, currency, sum(amount)
      FROM lending_application
     WHERE tenant_id = %(tenant)s AND stage = ANY(%(open)s)
     GROUP BY stage, currency
"""
# One pass over the window: a change is an arrival at one stage and an exit from another.
_FLOW = """
    SELECT to_stage, from_stage, count(*), sum(spent)
      FROM lending_stagechange
     WHERE tenant_id = %(tenant)s AND at > %(since)s AND at <= %(at)s
     GROUP BY to_stage, from_stage
"""
_RISK = """
    SELECT application.stage, width_bucket(decision.score, %(bands)s::integer[]), count(*)
      FROM lending_application application
      LEFT JOIN scoring_decision decision
        ON decision.tenant_id = application.tenant_id AND decision.id = application.decision_id
     WHERE application.tenant_id = %(tenant)s AND application.stage = ANY(%(open)s)
     GROUP BY 1, 2
"""


def _standing(
    at: datetime,
) -> dict[str, tuple[int, timedelta | None, timedelta | None, int]]:
    rows = _fetch(_STANDING, at=at, partners=sorted(WAITING_FOR_PARTNER))
    return {stage: (count, half, most, late) for stage, count, half, most, late in rows}


def _amounts() -> dict[str, dict[str, Decimal]]:
    amounts: dict[str, dict[str, Decimal]] = {}
    for stage, currency, total in _fetch(_AMOUNTS):
        amounts.setdefault(stage, {})[currency] = total
    return amounts


def _flow(
    at: datetime, window: timedelta
) -> tuple[Counter[str], Counter[str], Counter[str], dict[str, timedelta]]:
    """Return arrivals, exits, arrivals from a later stage, and the time spent, by stage."""
    arrivals: Counter[str] = Counter()
    exits: Counter[str] = Counter()
    returns: Counter[str] = Counter()
    spent: defaultdict[str, timedelta] = defaultdict(timedelta)
    for to_stage, from_stage, count, stayed in _fetch(_FLOW, at=at, since=at - window):
        arrivals[to_stage] += count
        if from_stage:
            exits[from_stage] += count
            spent[from_stage] += stayed
            if is_return(Stage(from_stage), Stage(to_stage)):
                returns[to_stage] += count
    return arrivals, exits, returns, spent


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _risk() -> dict[str, tuple[int, ...]]:
    bands: dict[str, list[int]] = {}
    for stage, band, count in _fetch(_RISK, bands=list(RISK_BANDS)):
        # Without a score there is no band: those stand first.
        row = bands.setdefault(stage, [0] * (len(RISK_BANDS) + 2))
        row[0 if band is None else band + 1] = count
    return {stage: tuple(counts) for stage, counts in bands.items()}


def _fetch(sql: str, **more: Any) -> list[tuple]:
    named: dict[str, Any] = {"tenant": room.current(), "open": OPEN_STAGES, **more}
    with connection.cursor() as cursor:
        cursor.execute(sql, named)
        return cursor.fetchall()
