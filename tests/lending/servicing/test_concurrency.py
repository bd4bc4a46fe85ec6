"""Real connections at once: receipts wait for each other, and no event slips past the cut-off."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from django.db import connection

from lending.actions import close
from lending.models import Loan, LoanEvent, LoanPosition, RailMessage
from tenancy import room as rooms
from tenancy.models import Tenant
from tests.lending.servicing import build

Beside = Callable[[Callable[[], Any]], Future[Any]]


@pytest.fixture
def riverside(transactional_db: None) -> Tenant:
    return Tenant.objects.create(slug="riverside", name="R", business_date=build.ON)


@pytest.fixture
def loan(riverside: Tenant) -> Loan:
    with rooms.enter(riverside.pk):
        return build.active()


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


def at_once(
    riverside: Tenant, beside: Beside, work: Callable[[int], Any], count: int = 8
) -> list[Any]:
    """Start some threads together, each in a transaction of its own."""
    gate = threading.Barrier(count)

    def enter(number: int) -> Any:
        with rooms.enter(riverside.pk):
            gate.wait()
            return work(number)

    return [future.result() for future in [beside(partial(enter, n)) for n in range(count)]]


class TestReceipts:
    def test_on_one_loan_serialise(self, riverside: Tenant, loan: Loan, beside: Beside) -> None:
        at_once(riverside, beside, lambda n: build.repay(loan, f"{100 + n}", key=f"k{n}"))

        with rooms.enter(riverside.pk):
            assert LoanPosition.objects.get(loan=loan).principal == Decimal(12000 - 828)
            assert sorted(LoanEvent.objects.values_list("sequence", flat=True)) == list(
                range(1, 10)
            )
            assert build.faults() == []

    def test_with_one_key_are_one(self, riverside: Tenant, loan: Loan, beside: Beside) -> None:
        booked = at_once(riverside, beside, lambda _n: build.repay(loan, "100", key="k"))

        assert len({receipt.event.id for receipt in booked}) == 1
        assert sum(receipt.is_new for receipt in booked) == 1
        with rooms.enter(riverside.pk):
            assert build.faults() == []


class TestCallbacks:
    def test_of_one_message_are_applied_once(self, riverside: Tenant, beside: Beside) -> None:
        with rooms.enter(riverside.pk):
            order = build.order_of(build.pending())

        at_once(riverside, beside, lambda _n: build.callback(order))

        with rooms.enter(riverside.pk):
            assert RailMessage.objects.count() == 1
            assert LoanEvent.objects.count() == 1
            assert build.faults() == []


class TestCutOff:
    def test_waits_for_whoever_is_booking(
        self, riverside: Tenant, loan: Loan, beside: Beside
    ) -> None:
        def open_next() -> None:
            with rooms.entered(riverside.pk):
                close.open_next(build.ON, actor=build.SYSTEM, at=build.NOON)

        with rooms.enter(riverside.pk):
            booked = build.repay(loan, "100")
            opening = beside(open_next)
            assert not opening.done()
            with pytest.raises(TimeoutError):
                opening.result(timeout=0.3)
        opening.result()

        assert booked.event.booked_on == build.ON
        with rooms.enter(riverside.pk):
            assert close.business_date() == build.ON + timedelta(days=1)

    def test_a_close_beside_receipts_loses_nothing(
        self, riverside: Tenant, loan: Loan, beside: Beside
    ) -> None:
        def closing() -> None:
            with rooms.entered(riverside.pk):
                build.close_to(build.ON + timedelta(days=10))

        def paying() -> None:
            for n in range(20):
                with rooms.enter(riverside.pk):
                    build.repay(loan, "10", key=f"k{n}")

        for future in [beside(closing), beside(paying), beside(closing)]:
            future.result()

        with rooms.enter(riverside.pk):
            assert LoanEvent.objects.filter(kind="repaid").count() == 20
            assert build.faults() == []
