"""Two connections at once: neither a key nor a closed period can be got round by timing."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, connection

from ledger.actions.periods import close_period
from ledger.models import JournalEntry, Period, Posting
from ledger.queries.proofs import periods_closed_untouched
from tenancy import room as rooms
from tenancy.models import Tenant
from tests.ledger import build
from tests.ledger.build import DAY, FINANCE, NOON

END = date(2025, 12, 31)
Beside = Callable[[Callable[[], Any]], Future[Any]]


@pytest.fixture
def riverside(transactional_db: None) -> Tenant:
    tenant = Tenant.objects.create(slug="riverside", name="R", business_date=DAY)
    with rooms.enter(tenant.pk):
        build.chart()
    return tenant


@pytest.fixture
def beside() -> Iterator[Beside]:
    """A pool whose threads have database connections of their own, closed at the end."""

    def run(work: Callable[[], Any]) -> Any:
        try:
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        yield lambda work: pool.submit(run, work)


def test_the_same_key_from_eight_connections_is_one_entry(
    riverside: Tenant, beside: Beside
) -> None:
    at_once = threading.Barrier(8)

    def work() -> UUID:
        with rooms.enter(riverside.pk):
            at_once.wait()
            return build.loan_paid_out().pk

    entries = {future.result() for future in [beside(work) for _ in range(8)]}

    assert len(entries) == 1
    with rooms.enter(riverside.pk):
        assert JournalEntry.objects.count() == 1
        assert Posting.objects.count() == 2


def test_an_entry_that_commits_after_the_closing_is_refused(
    riverside: Tenant, beside: Beside
) -> None:
    def close() -> None:
        with rooms.enter(riverside.pk):
            close_period(ends_on=END, actor=FINANCE, at=NOON)

    def post_while_closing() -> None:
        with rooms.enter(riverside.pk):
            build.loan_paid_out(booked_on=END)
            beside(close).result()

    with pytest.raises(IntegrityError, match="closed through"):
        post_while_closing()

    with rooms.enter(riverside.pk):
        assert not JournalEntry.objects.exists()


def test_closing_waits_for_an_entry_that_is_committing(
    riverside: Tenant, beside: Beside, commits: Callable[[], None]
) -> None:
    started = threading.Event()

    def close() -> None:
        with rooms.enter(riverside.pk):
            started.set()
            close_period(ends_on=END, actor=FINANCE, at=NOON)

    with rooms.enter(riverside.pk):
        build.loan_paid_out(booked_on=END)
        commits()
        closing = beside(close)
        started.wait()
        with pytest.raises(TimeoutError):
            closing.result(timeout=0.5)
    closing.result()

    with rooms.enter(riverside.pk):
        assert JournalEntry.objects.count() == Period.objects.count() == 1
        assert periods_closed_untouched() == []
