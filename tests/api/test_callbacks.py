"""A payment rail calls back: once, twice, too late, about nothing we know."""

import json
from datetime import timedelta
from io import StringIO
from typing import Any

import httpx
import pytest
from django.core.management import call_command
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer
from standardwebhooks.webhooks import Webhook

from lending.models import Loan, PaymentOrder, RailMessage
from tenancy import room
from tenancy.models import Tenant
from tests.api import build
from tests.api import lender as at
from tests.api.build import Platform
from tests.api.lender import yuan
from tests.tasks import SentTasks


def secret_of(tenant: Tenant, rail: str = "sandbox") -> str:
    out = StringIO()
    call_command("rail_secret", tenant=tenant.slug, rail=rail, stdout=out)
    return out.getvalue().strip()


class Rail:
    """The rail's side of the conversation."""

    def __init__(self, url: str, tenant: Tenant) -> None:
        self.url = f"{url}/api/v1/rails/sandbox/callbacks?tenant={tenant.slug}"
        self.secret = secret_of(tenant)

    def call(
        self, message_id: str, *, age: timedelta = timedelta(), **body: Any
    ) -> httpx.Response:
        """Post a signed message."""
        at = timezone.now() - age
        content = json.dumps(body)
        headers = {
            "Content-Type": "application/json",
            "webhook-id": message_id,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": Webhook(self.secret).sign(message_id, at, content),
        }
        return httpx.post(self.url, content=content, headers=headers)


@pytest.fixture
def rail(live_server: LiveServer, lender: Tenant) -> Rail:
    return Rail(live_server.url, lender)


@pytest.fixture
def order(platform: Platform, lender: Tenant, sent_tasks: SentTasks) -> PaymentOrder:
    """A payment of 10,000 yuan that waits for its rail."""
    line = at.open_line(lender, platform, sent_tasks)
    platform.post(f"credit-lines/{line['id']}/draws", {"amount": yuan("10000.00")})
    with room.enter(lender.pk):
        return PaymentOrder.objects.get()


def paid(order: PaymentOrder, **changes: Any) -> dict[str, Any]:
    body = {
        "reference": order.reference,
        "outcome": "posted",
        "amount": yuan("10000.00"),
        "value_date": "2026-01-05",
    }
    return {**body, **changes}


def status_of(tenant: Tenant) -> str:
    with room.enter(tenant.pk):
        return str(Loan.objects.get().status)


class TestCallback:
    def test_makes_the_loan_active_once(
        self, rail: Rail, lender: Tenant, order: PaymentOrder
    ) -> None:
        for message_id, disposition in (("m1", "APPLIED"), ("m1", "APPLIED"), ("m2", "REPEATED")):
            answer = rail.call(message_id, **paid(order))
            assert (answer.status_code, answer.json()["disposition"]) == (200, disposition)
        assert status_of(lender) == "ACTIVE"

    def test_that_the_money_could_not_be_sent_cancels_the_loan(
        self, rail: Rail, lender: Tenant, order: PaymentOrder
    ) -> None:
        assert rail.call("m1", **paid(order, outcome="failed")).status_code == 200
        assert status_of(lender) == "CANCELLED"

    @pytest.mark.parametrize(
        "changes",
        [
            {"reference": "P-000000-UNKN-0WN0"},
            {"amount": yuan("9999.99")},
            {"amount": {"amount": "10000.00", "currency": "USD"}},
        ],
        ids=["unknown payment", "short", "other currency"],
    )
    def test_that_fits_no_payment_is_set_aside(
        self, rail: Rail, lender: Tenant, order: PaymentOrder, changes: dict[str, Any]
    ) -> None:
        answer = rail.call("m1", **paid(order, **changes))
        assert (answer.status_code, answer.json()["disposition"]) == (200, "SET_ASIDE")
        assert answer.json()["reason"]
        assert status_of(lender) == "PENDING"

    @pytest.mark.parametrize(
        "changes", [{"outcome": "perhaps"}, {"amount": 1}, {"value_date": "soon"}]
    )
    def test_that_can_not_be_read_is_refused(
        self, rail: Rail, lender: Tenant, order: PaymentOrder, changes: dict[str, Any]
    ) -> None:
        assert rail.call("m1", **paid(order, **changes)).status_code == 422
        with room.enter(lender.pk):
            assert not RailMessage.objects.exists()


class TestSignature:
    def test_of_another_secret_or_room_is_refused(
        self, rail: Rail, lender: Tenant, order: PaymentOrder
    ) -> None:
        hillside = build.tenant("hillside")
        for secret in (secret_of(lender, "other"), secret_of(hillside), "whsec_AAAA"):
            rail.secret = secret
            assert rail.call("m1", **paid(order)).status_code == 403
        rail.url = rail.url.replace("riverside", "nowhere")
        assert rail.call("m1", **paid(order)).status_code == 403
        assert status_of(lender) == "PENDING"

    def test_does_not_last(self, rail: Rail, order: PaymentOrder) -> None:
        answer = rail.call("m1", age=timedelta(minutes=6), **paid(order))
        assert answer.status_code == 403

    def test_is_needed(self, rail: Rail, order: PaymentOrder) -> None:
        answer = httpx.post(rail.url, json=paid(order))
        assert (answer.status_code, answer.json()["code"]) == (403, "signature_invalid")
