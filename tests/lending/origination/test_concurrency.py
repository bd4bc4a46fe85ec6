"""Two connections at once, each with its own transaction: what must happen once happens once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections

from lending.actions import applications
from lending.models import Application, CreditLine, StageChange
from tenancy import room as rooms
from tenancy.errors import Refusal
from tenancy.models import Tenant
from tenancy.roles import Role
from tests.lending import build
from tests.lending.build import NOON, ON, actor

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def tenant() -> Tenant:
    return Tenant.objects.create(slug="busy", name="Busy", business_date=ON)


def _at_once(tenant: Tenant, *acts: Callable[[], object]) -> list[str]:
    start = Barrier(len(acts))

    def run(act: Callable[[], object]) -> str:
        try:
            with rooms.enter(tenant.pk):
                start.wait(timeout=10)
                act()
        except Refusal as refused:
            return refused.code
        finally:
            connections.close_all()
        return "done"

    with ThreadPoolExecutor(len(acts)) as pool:
        return sorted(pool.map(run, acts))


class TestAtOnce:
    def test_two_deliveries_decide_one_application_once(self, tenant: Tenant) -> None:
        with rooms.enter(tenant.pk):
            application = build.submitted()

        _at_once(tenant, *[lambda: build.decide(application)] * 3)

        with rooms.enter(tenant.pk):
            assert StageChange.objects.filter(to_stage="ASSESSING").count() == 1

    def test_two_acceptances_open_one_line(self, tenant: Tenant) -> None:
        with rooms.enter(tenant.pk):
            offer = build.offered()

        outcomes = _at_once(tenant, *[lambda: build.accept(offer)] * 3)

        with rooms.enter(tenant.pk):
            assert outcomes == ["done"] * 3
            assert CreditLine.objects.count() == 1

    def test_acceptance_and_withdrawal_end_in_one_of_the_two(self, tenant: Tenant) -> None:
        with rooms.enter(tenant.pk):
            offer = build.offered()

        def withdraw() -> None:
            applications.withdraw(
                actor=actor(Role.PLATFORM), at=NOON, application_id=offer.application_id
            )

        outcomes = _at_once(tenant, lambda: build.accept(offer), withdraw)

        with rooms.enter(tenant.pk):
            stage, lines = Application.objects.get().stage, CreditLine.objects.count()
            assert (stage, lines) in {("ACCEPTED", 1), ("WITHDRAWN", 0)}
            assert outcomes.count("done") == 1

    def test_two_registrations_make_one_borrower(self, tenant: Tenant) -> None:
        outcomes = _at_once(tenant, *[lambda: build.borrower("F-1")] * 3)

        assert outcomes == ["done"] * 3
