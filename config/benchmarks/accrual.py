"""A day's interest of many open draws: the close's step beside hand-written SQL."""

from __future__ import annotations

import time
from datetime import date

from django.db import connection, transaction
from django.utils import timezone
from tqdm import tqdm

from config.benchmarks.report import Measured, middle, percentile, timed
from config.synthetic import portfolio, scratch
from config.synthetic.shapes import draws
from lending.actions import accrual, close
from lending.models import LoanPosition
from tenancy import room
from tenancy.actors import Actor
from tenancy.models import Tenant

SHAPES = 300
ROUNDS = 5

_SUM_BY_HAND = """
    SELECT version_id, sum(round(accrued_at_since
        + accrual_base * accrual_rate * (%s::date - accrual_since) / accrual_year_days, 2))
    FROM lending_loanposition GROUP BY version_id
"""
_ROWS_BY_HAND = """
    INSERT INTO accrued_by_hand SELECT loan_id, %s::date, round(accrued_at_since
        + accrual_base * accrual_rate * (%s::date - accrual_since) / accrual_year_days, 2)
    FROM lending_loanposition
"""


def measure(loans: int) -> Measured:
    """Accrue five days, each beside a sum and a row per loan in plain SQL."""
    actor = Actor.system("bench")
    tenant = scratch.scratch_tenant(f"bench-accrual-{loans}", actor=actor, at=timezone.now())
    _plant(tenant, loans, actor)
    began = time.perf_counter()
    ours: list[float] = []
    sums: list[float] = []
    rows: list[float] = []
    with room.entered(tenant.pk):
        _post_interest(close.business_date())
        for _ in range(ROUNDS):
            day = close.open_next(close.business_date(), actor=actor, at=timezone.now())
            sums.append(timed(_sum_by_hand, day))
            ours.append(timed(_post_interest, day))
            rows.append(timed(_rows_by_hand, day))
    return Measured(
        work="accrual",
        n=loans,
        clients=1,
        throughput=loans / middle(ours),
        p50_ms=percentile(ours, 50),
        p99_ms=percentile(ours, 99),
        floor=loans / middle(sums),
        seconds=time.perf_counter() - began,
        more={"floor_row_per_loan": loans / middle(rows)},
    )


def _plant(tenant: Tenant, loans: int, actor: Actor) -> None:
    version = scratch.synthetic_version(tenant, actor=actor, at=timezone.now())
    with room.enter(tenant.pk):
        missing = loans - LoanPosition.objects.count()
    if missing <= 0:
        return
    shapes = list(draws(tenant.business_date, tenant.currency, SHAPES, seed=1))
    with room.entered(tenant.pk), tqdm(total=missing, unit="loan", smoothing=0) as bar:
        portfolio.plant(
            shapes, missing, version=version, actor=actor, at=timezone.now(), progress=bar.update
        )


def _post_interest(day: date) -> None:
    accrual.post_interest(on=day, at=timezone.now())


def _sum_by_hand(day: date) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_SUM_BY_HAND, [day])
        cursor.fetchall()


def _rows_by_hand(day: date) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE accrued_by_hand (loan_id uuid, day date, amount numeric) "
            "ON COMMIT DROP"
        )
        cursor.execute(_ROWS_BY_HAND, [day, day])
