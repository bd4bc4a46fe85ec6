"""Real connections at once: a quota is never exceeded, and what happens once happens once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from threading import Barrier

import psycopg
import pytest
from django.db import connections
from django.db.models import Sum

from lending.models import Application, Loan, LoanEvent
from partners.actions import books, buy_backs, placements
from partners.models import (
    AgreementVersion,
    BankDecision,
    BankEvent,
    BankReceipt,
    Placement,
    PlacementEvent,
    QuotaUse,
)
from tenancy import room as rooms
from tenancy.errors import Refusal
from tenancy.ids import uuid7
from tenancy.models import Tenant
from tests.partners import build, money, test_collecting, test_reschedulings
from tests.partners.build import NOON, ON, SYSTEM
from tests.tasks import SentTasks

pytestmark = pytest.mark.django_db(transaction=True)

WORKERS = 10


@pytest.fixture
def tenant() -> Tenant:
    return Tenant.objects.create(slug="busy", name="Busy", business_date=ON)


def at_once(tenant: Tenant, acts: list[Callable[[], object]]) -> list[str]:
    """Do all, each in a connection and a transaction of its own; those of one batch together."""
    gate = Barrier(min(WORKERS, len(acts)))

    def run(act: Callable[[], object]) -> str:
        try:
            gate.wait(timeout=60)
            with rooms.enter(tenant.pk):
                act()
        except Refusal as refused:
            return refused.code
        finally:
            connections.close_all()
        return "done"

    with ThreadPoolExecutor(WORKERS) as pool:
        return list(pool.map(run, acts))


@pytest.mark.slow
def test_200_applications_of_10_000_leave_100_of_a_day_quota_of_1_000_000(tenant: Tenant) -> None:
    with rooms.enter(tenant.pk):
        build.quota(build.agreement(), "1000000")
        waiting = [build.granted("F-001", amount="10000")]
    with rooms.enter(tenant.pk):
        first = Application.objects.get(pk=waiting[0].pk)
        waiting += [_copy(first, number) for number in range(199)]

    at_once(tenant, [lambda each=each: build.route(each) for each in waiting])  # type: ignore[misc]

    with rooms.enter(tenant.pk):
        reserved = QuotaUse.objects.aggregate(Sum("amount"))["amount__sum"]
        assert (QuotaUse.objects.count(), reserved) == (100, Decimal(1_000_000))
        assert Placement.objects.filter(status="SUBMITTED").count() == 100
        stages = Application.objects.values_list("stage", flat=True)
        assert sorted(stages) == ["DECLINED"] * 100 + ["FUNDING"] * 100


def _copy(application: Application, number: int) -> Application:
    """Another one like it: 200 real approvals would take longer than what is tested."""
    application.pk, application._state.adding = uuid7(), True
    application.number = f"COPY-{number}"
    application.save(force_insert=True)
    return Application.objects.get(pk=application.pk)


class TestTimeOut:
    def test_happens_once_with_two_workers(self, tenant: Tenant) -> None:
        with rooms.enter(tenant.pk):
            build.acknowledge(build.placed())
        late = NOON + timedelta(days=2)

        at_once(tenant, [lambda: placements.time_out(actor=SYSTEM, at=late)] * 4)

        with rooms.enter(tenant.pk):
            assert Placement.objects.get().status == "TIMED_OUT"
            assert PlacementEvent.objects.filter(to_status="TIMED_OUT").count() == 1
            assert BankEvent.objects.filter(topic="application.timed_out").count() == 1


class TestDecision:
    def test_posted_by_two_at_once_is_one(self, tenant: Tenant) -> None:
        with rooms.enter(tenant.pk):
            placement = build.placed()
            build.actor_of(placement.bank)

        outcomes = at_once(tenant, [lambda: build.decide(placement)] * 4)

        with rooms.enter(tenant.pk):
            assert outcomes == ["done"] * 4
            assert BankDecision.objects.count() == 1

    def test_and_time_out_end_in_one_of_the_two(self, tenant: Tenant) -> None:
        with rooms.enter(tenant.pk):
            placement = build.acknowledge(build.placed())

        late = NOON + timedelta(days=2)
        at_once(
            tenant,
            [
                lambda: build.decide(placement),
                lambda: placements.time_out(actor=SYSTEM, at=late),
            ],
        )

        with rooms.enter(tenant.pk):
            ended = Placement.objects.get().status
            assert (ended, BankDecision.objects.count()) in {("APPROVED", 1), ("TIMED_OUT", 0)}


class TestAReceiptAtTheBank:
    @pytest.fixture
    def loan(self, tenant: Tenant) -> Loan:
        with rooms.enter(tenant.pk):
            return money.co_lent(collected_by="bank")

    def test_told_by_four_at_once_is_one(self, tenant: Tenant, loan: Loan) -> None:
        outcomes = at_once(tenant, [lambda: test_collecting.tell(loan, value_on=ON)] * 4)

        with rooms.enter(tenant.pk):
            assert outcomes == ["done"] * 4
            assert BankReceipt.objects.count() == 1
            assert LoanEvent.objects.filter(kind="repaid").count() == 1

    def test_told_of_two_loans_under_one_reference_is_of_one(
        self, tenant: Tenant, loan: Loan
    ) -> None:
        with rooms.enter(tenant.pk):
            other = money.co_lent("draw-2", version=AgreementVersion.objects.get())

        outcomes = at_once(
            tenant,
            [
                lambda: test_collecting.tell(loan, value_on=ON),
                lambda: test_collecting.tell(other, value_on=ON),
            ],
        )

        with rooms.enter(tenant.pk):
            assert sorted(outcomes) == ["done", "receipt_told_otherwise"]
            assert LoanEvent.objects.filter(kind="repaid").count() == 1

    def test_comes_before_or_after_a_purchase_of_the_part(
        self, tenant: Tenant, loan: Loan
    ) -> None:
        [told, bought] = at_once(
            tenant,
            [
                lambda: test_collecting.tell(loan, value_on=ON),
                lambda: buy_backs.buy_back(
                    actor=SYSTEM, at=NOON, on=ON, loan_id=loan.pk, reason="wrong papers"
                ),
            ],
        )

        assert bought == "done"
        assert told in ("done", "bank_does_not_collect")
        with rooms.enter(tenant.pk):
            assert BankReceipt.objects.count() == int(told == "done")


def test_a_bank_s_no_and_our_approval_at_once_end_in_a_no(
    tenant: Tenant, sent_tasks: SentTasks
) -> None:
    with rooms.enter(tenant.pk):
        loan = money.co_lent()
        request = test_reschedulings.asked(loan, sent_tasks)
        build.actor_of(test_collecting.bank())

    [said, approved] = at_once(
        tenant,
        [
            lambda: test_reschedulings.says(
                loan, False, test_collecting.bank(), "the crop is insured"
            ),
            lambda: test_reschedulings.approved(request),
        ],
    )

    with rooms.enter(tenant.pk):
        request.refresh_from_db()
        assert said == "done"
        assert approved in ("done", "approval_settled")
        assert bool(request.checker_id) == (approved == "done")
        assert request.status == "REFUSED"
        assert not LoanEvent.objects.filter(kind="rescheduled").exists()


def test_a_settlement_keeps_nobody_waiting_who_only_names_the_bank(
    tenant: Tenant, admin_connection: psycopg.Connection
) -> None:
    """A receipt's shares name it; waiting for each other they ended in a deadlock."""
    with rooms.enter(tenant.pk):
        bank = build.bank()
    with rooms.enter(tenant.pk):
        books.hold_banks()
        named = admin_connection.execute(
            "SELECT code FROM partners_partnerbank WHERE id = %s FOR KEY SHARE NOWAIT", [bank.pk]
        ).fetchall()
        with pytest.raises(psycopg.errors.LockNotAvailable):
            admin_connection.execute(
                "SELECT code FROM partners_partnerbank FOR NO KEY UPDATE NOWAIT"
            )

    assert named == [(bank.code,)]
