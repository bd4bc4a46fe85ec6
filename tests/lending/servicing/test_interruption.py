"""A close that is killed anywhere, and run again, gives the books of one that was not."""

import os
import signal
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal

import pytest
from django.db import connections

from ledger.models import Posting
from lending.actions import close
from lending.models import LoanPosition
from tenancy import room as rooms
from tenancy.models import Tenant
from tests.lending.servicing import build

TO = date(2026, 2, 8)
KILLED_AT = (1, 2, 3, 4, 5, 6, 7, 9, 11, 13, 40, 90, 200, 280)

Books = list[tuple[date, str, Decimal]]


@pytest.fixture
def lenders(transactional_db: None) -> list[Tenant]:
    """Two tenants with the same loans: an instalment loan and two draws."""
    made = []
    for slug in ("steady", "killed"):
        tenant = Tenant.objects.create(slug=slug, name=slug, business_date=build.ON)
        with rooms.enter(tenant.pk):
            build.active("draw-1")
            build.active("draw-2", build.draw_terms())
            build.active("draw-3", build.draw_terms(principal=Decimal("777.77")))
        made.append(tenant)
    return made


@pytest.mark.slow
def test_killed_at_any_moment_the_books_come_out_the_same(lenders: list[Tenant]) -> None:
    steady, killed = lenders
    for calls in KILLED_AT:
        run_and_die(killed, after_calls=calls)
    for tenant in lenders:
        with rooms.entered(tenant.pk):
            build.close_to(TO)

    assert books(killed) == books(steady)
    assert positions(killed) == positions(steady)
    with rooms.enter(killed.pk):
        assert build.faults() == []


def run_and_die(tenant: Tenant, *, after_calls: int) -> None:
    """Close in another process, which is killed when it looks at the clock once too often."""
    connections.close_all()  # a forked process must not share one
    child = os.fork()
    if child == 0:
        try:
            with rooms.entered(tenant.pk):
                close.run(to=TO, actor=build.SYSTEM, clock=dying_clock(after_calls))
        finally:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status), "the close came to its end before it was killed"


def dying_clock(calls: int) -> Callable[[], datetime]:
    left = iter(range(calls))

    def clock() -> datetime:
        if next(left, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)
        return build.NOON

    return clock


def books(tenant: Tenant) -> Books:
    with rooms.enter(tenant.pk):
        rows = Posting.objects.values_list("booked_on", "account__code", "amount")
        return sorted(rows)


def positions(tenant: Tenant) -> list[tuple[object, ...]]:
    with rooms.enter(tenant.pk):
        rows = LoanPosition.objects.order_by("disbursed")
        return list(rows.values_list("as_of", "principal", "arrears_since", "refresh_on"))
