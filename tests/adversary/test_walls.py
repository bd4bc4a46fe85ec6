"""Another tenant's program, with the right ids, at every address of the API: nothing is there."""

import base64
import json
import uuid
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from celery import current_app
from django.core.management import CommandError, call_command

from lending.models import Application, Loan, PaymentOrder, RailMessage
from scoring.models import TrainingRun
from tenancy import room
from tenancy.celery import TENANT_HEADER
from tenancy.errors import NotFound, Refusal
from tenancy.models import Tenant
from tenancy.roles import Role
from tests.adversary.requests import reads, writes
from tests.api import build
from tests.api import lender as at
from tests.api.build import Platform
from tests.api.conftest import Connect
from tests.scoring import build as scoring
from tests.tasks import SentTasks


@pytest.fixture
def hillside(connect_as: Connect) -> Platform:
    """A platform of another lender, who sells the same product."""
    tenant = build.tenant("hillside")
    at.open_for_business(tenant)
    return connect_as(tenant)


def absent(ids: dict[str, str]) -> dict[str, str]:
    return {name: str(uuid.uuid4()) for name in ids}


def told(answer: Any, ids: dict[str, str]) -> tuple[int, dict[str, Any]]:
    """Return an answer without what must differ: the id that was asked for, the request's own."""
    text = answer.text
    for each in ids.values():
        text = text.replace(each, "ID")
    body = json.loads(text)
    body.pop("request_id", None)
    return answer.status_code, body


class TestAnothersIds:
    def test_are_answered_as_absent_ones_are(
        self, hillside: Platform, ids: dict[str, str]
    ) -> None:
        nobodys = absent(ids)
        for theirs, none in zip(reads(ids), reads(nobodys), strict=True):
            answer = told(hillside.get(theirs), ids)
            assert answer[0] == 404, theirs
            assert answer == told(hillside.get(none), nobodys)
        for write, nobody in zip(writes(ids), writes(nobodys), strict=True):
            if write.path == nobody.path:
                continue  # no id in its path
            answer = told(hillside.post(write.path, write.body), ids)
            assert answer[0] == 404, write.path
            assert answer == told(hillside.post(nobody.path, nobody.body), nobodys)

    def test_in_filters_and_cursors_find_nothing(
        self, hillside: Platform, ids: dict[str, str]
    ) -> None:
        cursor = base64.urlsafe_b64encode(b"\xff" * 16).decode().rstrip("=")
        for query in (
            f"loans?credit_line={ids['line']}",
            f"credit-lines?application={ids['application']}",
            "loans?borrower=F-001",
            "applications?borrower=F-001",
            *(f"{rows}?cursor={cursor}" for rows in ("loans", "applications", "credit-lines")),
        ):
            assert hillside.get(query).json() == {"results": [], "next": None}, query

    def test_in_a_body_are_nobodys(self, hillside: Platform, ids: dict[str, str]) -> None:
        answer = hillside.post("applications", at.application(borrower="F-001"))
        assert answer.json()["errors"][0]["pointer"] == "/borrower"


class TestRoles:
    @pytest.mark.parametrize("role", [Role.AUDITOR, Role.AGENT, Role.COLLECTOR])
    def test_write_only_what_the_matrix_allows(
        self, connect_as: Connect, riverside: Tenant, ids: dict[str, str], role: Role
    ) -> None:
        theirs = connect_as(riverside, role)
        allowed = {
            Role.AUDITOR: {"simulations", "webhook-subscriptions"},
            Role.AGENT: {"applications", "inputs", "review", "merchants"},
            Role.COLLECTOR: {"simulations", "webhook-subscriptions", "repayments"},
        }[role]
        for write in writes(ids):
            if not allowed & set(write.path.split("/")):
                status = theirs.post(write.path, write.body).status_code
                # A client's own subscriptions are his whatever his role; this one is another's.
                assert status == (404 if "cancellation" in write.path else 403), write.path


class TestTasks:
    @pytest.fixture
    def order(self, ids: dict[str, str], riverside: Tenant) -> PaymentOrder:
        with room.enter(riverside.pk):
            return PaymentOrder.objects.get()

    def deliver(self, tenant: Tenant, name: str, **arguments: Any) -> Callable[[], Any]:
        current_app.loader.import_default_modules()
        headers = {TENANT_HEADER: tenant.pk}
        task = current_app.tasks[name]
        return lambda: task.apply(kwargs=arguments, headers=headers, throw=True)

    def test_with_anothers_ids_do_nothing(
        self, ids: dict[str, str], order: PaymentOrder, riverside: Tenant, sent_tasks: SentTasks
    ) -> None:
        with room.enter(riverside.pk):
            run = scoring.training_run()
        hillside = build.tenant("hillside")
        for name, arguments in (
            ("lending.decide", {"application_id": ids["application"]}),
            ("lending.pay", {"order_id": str(order.pk)}),
            ("scoring.train", {"run_id": str(run.pk)}),
        ):
            with pytest.raises(NotFound):
                self.deliver(hillside, name, **arguments)()
        with room.enter(riverside.pk):
            order.refresh_from_db()
            assert order.attempts == 1
            assert TrainingRun.objects.get().status == run.status
            assert Application.objects.get().stage == "ACCEPTED"

    def test_with_anothers_reference_set_the_message_aside(
        self, order: PaymentOrder, riverside: Tenant
    ) -> None:
        hillside = build.tenant("hillside")
        self.deliver(
            hillside, "lending.rail_answer", rail=order.rail, message_id="m",
            reference=order.reference, outcome="failed", amount=str(order.amount),
            currency="CNY", on="2026-01-05",
        )()  # fmt: skip
        with room.enter(hillside.pk):
            assert RailMessage.objects.get().disposition == "SET_ASIDE"
        with room.enter(riverside.pk):
            assert Loan.objects.get().status == "ACTIVE"

    def test_without_a_room_do_nothing(self, ids: dict[str, str], order: PaymentOrder) -> None:
        current_app.loader.import_default_modules()
        for name, arguments in (
            ("lending.decide", {"application_id": ids["application"]}),
            ("lending.pay", {"order_id": str(order.pk)}),
            ("lending.close", {"to": "2026-01-06"}),
        ):
            with pytest.raises((Refusal, RuntimeError)):
                current_app.tasks[name].apply(kwargs=arguments, throw=True)


@pytest.mark.parametrize("slug", ["nowhere", "", "Riverside", "riverside ", "' OR 1=1 --"])
@pytest.mark.parametrize(
    "command",
    [
        ("close",),
        ("rail_secret", "--rail", "sandbox"),
        ("verify",),
        ("seed", "--loans", "1"),
        ("import", "invoices", "/dev/null"),
    ],
    ids=lambda command: command[0],
)
def test_a_command_for_no_tenant_is_refused(
    riverside: Tenant, command: tuple[str, ...], slug: str
) -> None:
    with pytest.raises(CommandError, match="tenant"):
        call_command(*command, "--tenant", slug, stdout=StringIO(), stderr=StringIO())
