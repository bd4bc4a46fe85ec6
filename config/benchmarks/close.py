"""The daily close of a mixed portfolio, one loan in thirty due: beside a lean close in SQL."""

from __future__ import annotations

import time
from datetime import date, timedelta
from itertools import islice

from django.db import connection, transaction
from django.utils import timezone
from tqdm import tqdm

from config.benchmarks.report import Measured, middle, percentile, timed
from config.synthetic import portfolio, scratch
from config.synthetic.shapes import Shape, draws, instalment_loans, lived
from lending.actions import close
from lending.actions.close import StepReport
from lending.models import LoanPosition
from tenancy import room
from tenancy.actors import Actor
from tenancy.models import Tenant

SHAPES = 300
DUE_EVERY = 30
DAYS = 3

# What a close can't do without: the day's interest in sums, and a row per loan that the day moves.
_SUMS_BY_HAND = """
    SELECT version_id, sum(round(accrued_at_since
        + accrual_base * accrual_rate * (%s::date - accrual_since) / accrual_year_days, 2))
    FROM lending_loanposition WHERE is_open GROUP BY version_id
"""
_DUE_BY_HAND = """
    UPDATE lending_loanposition SET arrears_since = COALESCE(arrears_since, refresh_on),
        accrual_since = refresh_on, refresh_on = refresh_on + 30
    WHERE refresh_on <= %s
"""


def measure(loans: int) -> Measured:
    """
    Close three days; before each, do the lean close by hand and take it back.

    On the first day one loan in thirty falls due; `steps` are the medians of the close's steps.
    """
    actor = Actor.system("bench")
    tenant = scratch.scratch_tenant(f"bench-close-{loans}", actor=actor, at=timezone.now())
    _plant(tenant, loans, actor)
    began = time.perf_counter()
    ours: list[float] = []
    by_hand: list[float] = []
    steps: dict[str, list[float]] = {}

    def note(report: StepReport) -> None:
        steps.setdefault(report.name, []).append(report.seconds)

    def settle(day: date) -> None:
        close.run(to=day, actor=actor, clock=timezone.now, progress=note)

    with room.entered(tenant.pk):
        today = close.business_date()
        close.run(to=today, actor=actor, clock=timezone.now)
        for _ in range(DAYS):
            today += timedelta(days=1)
            by_hand.append(timed(_lean, today))
            ours.append(timed(settle, today))
    return Measured(
        work="close",
        n=loans,
        clients=1,
        throughput=loans / middle(ours),
        p50_ms=percentile(ours, 50),
        p99_ms=percentile(ours, 99),
        floor=loans / middle(by_hand),
        seconds=time.perf_counter() - began,
        more={
            "first_day_seconds": ours[0],
            "first_day_floor_seconds": by_hand[0],
            "steps": {name: round(middle(taken), 3) for name, taken in steps.items()},
        },
    )


def _lean(day: date) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_SUMS_BY_HAND, [day])
        cursor.fetchall()
        cursor.execute(_DUE_BY_HAND, [day])
        transaction.set_rollback(True)


def _plant(tenant: Tenant, loans: int, actor: Actor) -> None:
    version = scratch.synthetic_version(tenant, actor=actor, at=timezone.now())
    today, currency = tenant.business_date, tenant.currency
    with room.enter(tenant.pk):
        if LoanPosition.objects.exists():
            return
    due = loans // DUE_EVERY
    quiet = list(draws(today, currency, SHAPES, seed=3))
    with room.entered(tenant.pk), tqdm(total=loans, unit="loan", smoothing=0) as bar:
        for shapes, count in ((quiet, loans - due), (_due_tomorrow(today, currency), due)):
            portfolio.plant(
                shapes,
                count,
                version=version,
                actor=actor,
                at=timezone.now(),
                progress=bar.update,
            )


def _due_tomorrow(today: date, currency: str) -> list[Shape]:
    tomorrow = today + timedelta(days=1)
    found = instalment_loans(tomorrow, currency, SHAPES, seed=4, due_today=True)
    return [lived(shape.terms, today) for shape in islice(found, SHAPES)]
