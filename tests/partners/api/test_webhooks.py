"""A bank is told of what is its own, at an address of its own, and can fetch what got lost."""

from datetime import datetime

import pytest
from django.utils import timezone

from partners.models import PartnerBank
from tenancy import room
from tenancy.actions import outbox, webhooks
from tenancy.models import OutboxMessage, Tenant
from tests.api import build as api_build
from tests.partners.api.conftest import Connect, bank_of
from tests.partners.api.program import Program
from tests.tasks import SentTasks

NOWHERE = "http://127.0.0.1:1/hooks"
BODY = {"url": NOWHERE, "topics": ["application.submitted"]}


def told(tenant: Tenant, clients: list[str] | None, at: datetime) -> int:
    with room.enter(tenant.pk):
        return len(
            outbox.notify(
                topic="application.submitted", payload={"id": "1"}, at=at, banks_clients=clients
            )
        )


@pytest.fixture
def webhook(program: Program) -> str:
    answer = program.post("webhooks", BODY)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


class TestSubscription:
    def test_hears_of_its_own_bank_only(
        self, program: Program, riverside: Tenant, webhook: str, sent_tasks: SentTasks
    ) -> None:
        now = timezone.now()
        assert told(riverside, [program.client_id], now) == 1
        assert told(riverside, ["riverside-coast"], now) == 0
        assert told(riverside, None, now) == 0

    def test_of_a_platform_does_not_hear_what_a_bank_is_told(
        self, program: Program, riverside: Tenant, sent_tasks: SentTasks
    ) -> None:
        platform = api_build.Platform(program.url, api_build.credentials(riverside))
        platform.post("webhook-subscriptions", BODY)
        platform.close()
        assert told(riverside, [program.client_id], timezone.now()) == 0
        assert told(riverside, None, timezone.now()) == 1

    def test_is_not_seen_by_another_bank(
        self, program: Program, program_of: Connect, riverside: Tenant, webhook: str
    ) -> None:
        other = program_of(riverside, bank_of(riverside, "coast")).sign_in()
        assert other.get("webhooks").json()["results"] == []
        for path in ("secret", "messages"):
            assert other.get(f"webhooks/{webhook}/{path}").status_code == 404
        assert other.post(f"webhooks/{webhook}/cancellation").status_code == 404
        assert len(program.get("webhooks").json()["results"]) == 1

    def test_is_signed_with_a_secret_that_can_be_read_and_can_be_ended(
        self, program: Program, webhook: str
    ) -> None:
        assert program.get(f"webhooks/{webhook}/secret").json()["secret"].startswith("whsec_")
        answer = program.post(f"webhooks/{webhook}/cancellation")
        assert (answer.status_code, answer.json()["is_active"]) == (200, False)

    def test_is_made_once_for_one_key(self, program: Program) -> None:
        first = program.post("webhooks", BODY, key="same")
        again = program.post("webhooks", BODY, key="same")
        assert again.json() == first.json()
        assert again.headers["Idempotency-Replayed"] == "true"
        other = program.post("webhooks", {**BODY, "topics": ["x"]}, key="same")
        assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
        headers = program.headers("POST", "/bank/v1/webhooks")
        without = program.http.post("/bank/v1/webhooks", json=BODY, headers=headers)
        assert (without.status_code, without.json()["code"]) == (400, "idempotency_key_missing")


class TestDeadLetter:
    def test_is_seen_and_sent_again(
        self, program: Program, riverside: Tenant, webhook: str, sent_tasks: SentTasks
    ) -> None:
        now = timezone.now()
        told(riverside, [program.client_id], now)
        for _ in range(len(webhooks.RETRY_AFTER_SECONDS) + 1):
            with room.enter(riverside.pk):
                message = OutboxMessage.objects.get()
            with room.entered(riverside.pk):
                webhooks.deliver(message_id=message.pk, at=message.next_attempt_at)
        (dead,) = program.get(f"webhooks/{webhook}/messages?status=abandoned").json()["results"]
        assert (dead["id"], dead["data"]) == (str(message.pk), {"id": "1"})
        assert dead["last_failure"].startswith("ConnectError")
        answer = program.post(f"webhook-messages/{dead['id']}/replay")
        assert (answer.status_code, answer.json()["status"]) == (200, "pending")
        assert sent_tasks.names[-1] == "tenancy.deliver_webhook"
        again = program.post(f"webhook-messages/{dead['id']}/replay")
        assert (again.status_code, again.json()["code"]) == (409, "message_not_abandoned")

    def test_of_another_bank_is_not_there(
        self, program: Program, program_of: Connect, riverside: Tenant, webhook: str
    ) -> None:
        told(riverside, [program.client_id], timezone.now())
        with room.enter(riverside.pk):
            (message,) = OutboxMessage.objects.all()
        other = program_of(riverside, bank_of(riverside, "coast")).sign_in()
        assert other.post(f"webhook-messages/{message.pk}/replay").status_code == 404


def test_quotas_show_what_is_left(
    program: Program, riverside: Tenant, harbour: PartnerBank
) -> None:
    from tests.partners import build

    with room.enter(riverside.pk):
        build.quota(build.agreement(), "1000000")
        build.quota(build.agreement("coast-70", bank_code="coast"), "5")
    (quota,) = program.get("quotas").json()
    assert (quota["agreement"], quota["period"]) == ("harbour-70", "day")
    assert quota["left"] == {"amount": "1000000.00", "currency": "CNY"}
