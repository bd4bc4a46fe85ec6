"""
kill -9 before every single statement, then the same again: done once, and nothing by halves.

Who was killed comes back as in production: a client repeats its request under the same key, the
broker delivers the task once more, an officer starts the import again.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from celery import current_app
from django.test import Client

from config.management.commands.verify import prove
from config.provision import TASKS
from lending.models import (
    Application,
    Borrower,
    CreditLine,
    Loan,
    LoanEvent,
    Offer,
    PaymentOrder,
    RailMessage,
    StageChange,
)
from merchants.models import ImportRun, Invoice, Merchant
from scoring.models import Decision, FeatureSnapshot, RunStatus, Scorecard, TrainingRun
from tenancy import room
from tenancy.celery import TENANT_HEADER
from tenancy.models import Tenant
from tests.adversary.dying import killed_everywhere
from tests.api import build as clients
from tests.api.lender import application, yuan
from tests.lending.build import evidence
from tests.merchants import build as invoices
from tests.scoring import build as scoring
from tests.tasks import SentTasks

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

NOTHING: Callable[[], None] = lambda: None  # noqa: E731


class Platform:
    """Posts in this very process, so that it is our side that dies."""

    def __init__(self, tenant: Tenant) -> None:
        given = clients.credentials(tenant)
        self.client = Client()
        answer = self.client.post(
            "/api/v1/oauth/token",
            {"grant_type": "client_credentials", "client_id": given.client_id,
             "client_secret": given.secret},
        )  # fmt: skip
        self.token = answer.json()["access_token"]

    def post(self, path: str, body: Any, key: str) -> dict[str, Any]:
        answer = self.client.post(
            f"/api/v1/{path}",
            body,
            content_type="application/json",
            headers={"Authorization": f"Bearer {self.token}", "Idempotency-Key": key},
        )
        assert answer.status_code == 201, answer.content
        return dict(answer.json())


def task(tenant: Tenant, name: str, **arguments: Any) -> Callable[[], object]:
    """Return a delivery of a task; it can be called again and again."""
    current_app.loader.import_default_modules()
    headers = {TENANT_HEADER: tenant.pk}
    return lambda: current_app.tasks[name].apply(kwargs=arguments, headers=headers, throw=True)


@pytest.fixture
def scored(lender: Tenant) -> Tenant:
    """A lender whose machine decides."""
    with room.enter(lender.pk):
        scoring.approved()
        scoring.published()
    return lender


def queued(broker: psycopg.Connection, name: str) -> list[dict[str, Any]]:
    query = "SELECT message FROM pgmq.q_{} WHERE message->'headers'->>'task' = %s"
    found = broker.execute(query.format(TASKS).encode(), [name]).fetchall()
    broker.rollback()
    return [message for (message,) in found]


def faults(tenant: Tenant) -> dict[str, Any]:
    return {name: found for name, found in prove(tenant).items() if found}


def rows(tenant: Tenant, *models: Any) -> list[int]:
    with room.enter(tenant.pk):
        return [model.objects.count() for model in models]


@pytest.fixture
def platform_here(scored: Tenant) -> Platform:
    return Platform(scored)


FIRM = {"reference": "F-001", "kind": "firm", "name": "Firm"}


def healthy() -> dict[str, Any]:
    return application(evidence={**evidence(), "features": dict(scoring.HEALTHY)})


def test_an_application_is_decided_once(
    scored: Tenant, platform_here: Platform, broker_connection: psycopg.Connection
) -> None:
    """From the borrower's name to the open credit line, each step killed everywhere."""
    killed_everywhere(lambda: platform_here.post("borrowers", FIRM, "b"), NOTHING)
    assert rows(scored, Borrower) == [1]

    deaths = killed_everywhere(lambda: platform_here.post("applications", healthy(), "a"), NOTHING)
    assert deaths > 8
    asked = platform_here.post("applications", healthy(), "a")
    assert rows(scored, Application) == [1]
    assert len(queued(broker_connection, "lending.decide")) == 1

    decide = task(scored, "lending.decide", application_id=asked["id"])

    def undecided() -> None:
        assert rows(scored, Decision, Offer, FeatureSnapshot) == [0, 0, 0]

    assert killed_everywhere(decide, undecided) > 5
    decide()
    assert rows(scored, Decision, Offer, FeatureSnapshot) == [1, 1, 1]
    with room.enter(scored.pk):
        assert Application.objects.get().stage == "APPROVED"
        changes, offer = StageChange.objects.count(), Offer.objects.get()

    shown, path = {"cost_hash": offer.cost_hash}, f"offers/{offer.pk}/acceptance"
    killed_everywhere(lambda: platform_here.post(path, shown, "o"), NOTHING)
    platform_here.post(path, shown, "o")
    assert rows(scored, CreditLine, StageChange) == [1, changes + 1]
    assert faults(scored) == {}


@pytest.fixture
def line(scored: Tenant, platform_here: Platform) -> dict[str, Any]:
    """An open credit line, come by in peace."""
    platform_here.post("borrowers", FIRM, "b")
    asked = platform_here.post("applications", healthy(), "a")
    task(scored, "lending.decide", application_id=asked["id"])()
    with room.enter(scored.pk):
        offer = Offer.objects.get()
    shown = {"cost_hash": offer.cost_hash}
    return platform_here.post(f"offers/{offer.pk}/acceptance", shown, "o")


def test_a_loan_is_paid_and_repaid_once(
    scored: Tenant,
    platform_here: Platform,
    line: dict[str, Any],
    broker_connection: psycopg.Connection,
) -> None:
    """From the draw over the rail to the first repayment, each step killed everywhere."""
    drawn, path = {"amount": yuan("10000.00")}, f"credit-lines/{line['id']}/draws"
    killed_everywhere(lambda: platform_here.post(path, drawn, "d"), NOTHING)
    loan = platform_here.post(path, drawn, "d")
    assert rows(scored, Loan, PaymentOrder) == [1, 1]
    assert len(queued(broker_connection, "lending.pay")) == 1

    with room.enter(scored.pk):
        order = PaymentOrder.objects.get()
    pay = task(scored, "lending.pay", order_id=str(order.pk))
    killed_everywhere(pay, NOTHING)
    assert rows(scored, PaymentOrder, LoanEvent) == [1, 0]

    answer = task(
        scored, "lending.rail_answer", rail=order.rail, message_id="m-1",
        reference=order.reference, outcome="posted", amount=str(order.amount),
        currency=order.currency, on="2026-01-05",
    )  # fmt: skip

    def unpaid() -> None:
        assert rows(scored, RailMessage, LoanEvent) == [0, 0]

    assert killed_everywhere(answer, unpaid) > 8
    answer()
    pay()
    assert rows(scored, RailMessage, LoanEvent) == [1, 1]

    paid, path = {"amount": yuan("4000.00")}, f"loans/{loan['id']}/repayments"
    killed_everywhere(lambda: platform_here.post(path, paid, "r"), NOTHING)
    again = platform_here.post(path, paid, "r")
    assert again["allocation"]["principal"] == yuan("4000.00")
    assert rows(scored, LoanEvent) == [2]
    assert faults(scored) == {}


def test_an_import_taken_up_again_has_every_row_once(
    lender: Tenant, tmp_path: Path, sent_tasks: SentTasks
) -> None:
    firms = 3
    path = invoices.csv_file(tmp_path, [invoices.row(n, firm=f"E{n % firms}") for n in range(500)])

    def take_in() -> None:
        with room.entered(lender.pk):
            invoices.imported(path)

    def all_or_none() -> None:
        assert rows(lender, Invoice) in ([0], [500])

    assert killed_everywhere(take_in, all_or_none) > 8
    assert rows(lender, Invoice, Merchant) == [500, firms]
    with room.enter(lender.pk):
        assert ImportRun.objects.filter(status="finished").count() == 1
        assert not ImportRun.objects.filter(status="running").exists()


def test_a_training_run_delivered_again_leaves_one_card(
    lender: Tenant, sent_tasks: SentTasks
) -> None:
    with room.enter(lender.pk):
        asked = scoring.training_run()

    def no_half_card() -> None:
        with room.enter(lender.pk):
            run = TrainingRun.objects.get()
            assert (run.status == RunStatus.SUCCEEDED) == Scorecard.objects.exists()

    train = task(lender, "scoring.train", run_id=str(asked.pk))
    assert killed_everywhere(train, no_half_card) > 3
    train()
    assert rows(lender, TrainingRun, Scorecard) == [1, 1]
