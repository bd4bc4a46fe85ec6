"""
The daily close: the next business date, and everything brought up to its morning.

Each step looks at its rows to see what is left to do, so a close that was killed is simply run
again, and gives the same books as one that was not. Nothing consults the log of runs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from lending.actions import accrual, classification, servicing
from lending.actions.holding import CUT_OFF, hold
from lending.models import CloseRun, CloseStep
from lending.queries import accrual as queries
from lending.queries import due
from tenancy import room
from tenancy.actions import audit, outbox
from tenancy.actors import Actor
from tenancy.errors import FieldError, Invalid
from tenancy.models import Tenant
from tenancy.permissions import Permission, require

# Loans folded in one transaction: long enough to pay for the commit, short enough that a
# repayment waiting for one of them does not notice.
REFRESHED_AT_ONCE = 50
# Two closes of one tenant take turns, step by step; the slower finds nothing left to do.
CLOSING = 1_279_348_806

Clock = Callable[[], datetime]


class BooksDisagree(RuntimeError):
    """The aggregate in the books is not the sum of the loans; a programming error."""


@dataclass(frozen=True, slots=True)
class StepReport:
    """One step of one day: rows touched, seconds taken."""

    business_date: date
    name: str
    rows: int
    seconds: float


Progress = Callable[[StepReport], None]


def run(
    *, to: date, actor: Actor, clock: Clock, progress: Progress | None = None
) -> list[StepReport]:
    """
    Close business dates until `to` is the open one; first finish what was interrupted.

    Made of many small transactions; call it in a room, outside any transaction. `clock` gives
    the moments that are written down; business dates never come from it.

    :param progress: told of each step when it is done
    :raises Invalid: if `to` lies before the open business date
    """
    require(actor, Permission.CLOSE_RUN)
    today = business_date()
    if to < today:
        raise Invalid(
            _("This day was closed already"),
            errors=[FieldError("/to", str(to), f"≥ {today}")],
        )
    reports = _settle(today, clock, progress)
    while today < to:
        today = open_next(today, actor=actor, at=clock())
        reports += _settle(today, clock, progress)
    return reports


@room.atomic
def open_next(closing: date, *, actor: Actor, at: datetime) -> date:
    """
    Open the day after `closing`, unless that has been done; return the open day.

    Waits for whoever is booking an event, and lets nobody begin until it has committed: so no
    event is ever booked on a closed day.
    """
    tenant_id = room.current()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [CLOSING, tenant_id])
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [CUT_OFF, tenant_id])
    opened = closing + timedelta(days=1)
    moved = Tenant.objects.filter(pk=tenant_id, business_date=closing).update(business_date=opened)
    if moved:
        changes = {"business_date": [str(closing), str(opened)]}
        audit.record(actor=actor, at=at, action="close.open_day", changes=changes)
    return opened


def business_date() -> date:
    """Return the room's open business date."""
    return Tenant.objects.get(pk=room.current()).business_date


def _settle(today: date, clock: Clock, progress: Progress | None) -> list[StepReport]:
    """Bring everything up to the morning of the open day."""
    run_id = _log_start(today, clock())
    reports = []
    for name, step in STEPS.items():
        began = clock()
        rows = step(today, clock)
        report = StepReport(today, name, rows, (clock() - began).total_seconds())
        _log_step(run_id, report, clock())
        if progress is not None:
            progress(report)
        reports.append(report)
    _log_end(run_id, clock())
    return reports


def _refresh_due(today: date, clock: Clock) -> int:
    """Fold the loans that the day changes: due dates reached, months ended."""
    refreshed = 0
    while True:
        with transaction.atomic():
            loans = due.to_refresh(today, REFRESHED_AT_ONCE) if _is_our_turn(today) else []
            for loan_id in loans:
                servicing.refresh(hold(loan_id), at=clock())
        refreshed += len(loans)
        if not loans:
            return refreshed


def _accrue(today: date, clock: Clock) -> int:
    with transaction.atomic():
        return accrual.post_interest(on=today, at=clock()) if _is_our_turn(today) else 0


def _penalise(today: date, clock: Clock) -> int:
    with transaction.atomic():
        return accrual.post_penalties(on=today, at=clock()) if _is_our_turn(today) else 0


def _classify(today: date, clock: Clock) -> int:
    with transaction.atomic():
        return classification.classify(on=today, at=clock()) if _is_our_turn(today) else 0


def _prove(today: date, clock: Clock) -> int:
    """Compare once more what was posted with what open loans earned, in fresh snapshots."""
    with transaction.atomic():
        if not _is_our_turn(today):
            return 0
        pools = queries.interest(today) + queries.penalties(today)
    for pool in pools:
        if pool.unposted:
            raise BooksDisagree(f"{pool.version_id}: earned {pool.earned}, posted {pool.posted}")
    return len(pools)


STEPS: dict[str, Callable[[date, Clock], int]] = {
    "due": _refresh_due,
    "interest": _accrue,
    "penalties": _penalise,
    "classes": _classify,
    "proofs": _prove,
}


def _is_our_turn(today: date) -> bool:
    """
    Wait for another close of the tenant; return whether the day is still the open one.

    If not, the other close is ahead, and has done or is doing all that is to be done.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [CLOSING, room.current()])
    return business_date() == today


@room.atomic
def _log_start(today: date, at: datetime) -> CloseRun:
    run, _created = CloseRun.objects.get_or_create(
        business_date=today, defaults={"started_at": at}
    )
    return run


@room.atomic
def _log_step(run: CloseRun, report: StepReport, at: datetime) -> None:
    # A finished close that is run again has nothing to add to its log.
    if run.finished_at is None:
        CloseStep.objects.create(
            run=run,
            name=report.name,
            rows=report.rows,
            seconds=Decimal(str(round(report.seconds, 3))),
            finished_at=at,
        )


@room.atomic
def _log_end(run: CloseRun, at: datetime) -> None:
    if run.finished_at is None:
        CloseRun.objects.filter(pk=run.pk).update(finished_at=at)
        # Nothing is ever booked any more on the day that ended this morning.
        ended = run.business_date - timedelta(days=1)
        outbox.enqueue("partners.settle", business_date=ended.isoformat())
