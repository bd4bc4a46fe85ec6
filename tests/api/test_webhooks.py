"""A platform is told what happens, and can prove that it was us."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from pytest_django.fixtures import Settings
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from tenancy.models import Tenant
from tests.api import lender as at
from tests.api.build import Platform
from tests.api.conftest import Connect
from tests.api.lender import yuan
from tests.api.test_door import events
from tests.tasks import SentTasks


class Receiver:
    """A platform's own web server, which writes down what it is sent."""

    def __init__(self) -> None:
        self.heard: list[tuple[dict[str, str], bytes]] = []
        self.status = 204
        heard, receiver = self.heard, self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                heard.append(({k.lower(): v for k, v in self.headers.items()}, body))
                self.send_response(receiver.status)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hooks"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.server.shutdown()
    receiver.server.server_close()


def subscribe(platform: Platform, receiver: Receiver, *topics: str) -> dict[str, Any]:
    body = {"url": receiver.url, "topics": list(topics)}
    answer = platform.post("webhook-subscriptions", body)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


class TestMessage:
    def test_is_signed_as_standard_webhooks_says(
        self, platform: Platform, lender: Tenant, receiver: Receiver, sent_tasks: SentTasks
    ) -> None:
        hook = subscribe(platform, receiver, "application.decided")
        application = at.apply(platform)
        at.approve(lender, application["id"], sent_tasks)
        sent_tasks.run()

        secret = platform.get(f"webhook-subscriptions/{hook['id']}/secret").json()["secret"]
        ((headers, body),) = receiver.heard
        assert Webhook(secret).verify(body, headers)["type"] == "application.decided"
        assert json.loads(body)["data"]["id"] == application["id"]
        with pytest.raises(WebhookVerificationError):
            Webhook(secret).verify(body.replace(b"APPROVED", b"DECLINED"), headers)

    def test_tells_of_a_loans_whole_life(
        self, platform: Platform, lender: Tenant, receiver: Receiver, sent_tasks: SentTasks
    ) -> None:
        subscribe(platform, receiver, "loan.active", "loan.repaid", "loan.closed")
        loan = at.draw(lender, platform, sent_tasks)
        for amount in ("4000.00", "6000.00"):
            platform.post(f"loans/{loan['id']}/repayments", {"amount": yuan(amount)})
        sent_tasks.run()
        told = [json.loads(body) for _headers, body in receiver.heard]
        assert sorted(each["type"] for each in told) == [
            "loan.active", "loan.closed", "loan.repaid", "loan.repaid",
        ]  # fmt: skip
        assert {each["data"]["id"] for each in told} == {loan["id"]}

    def test_that_was_not_taken_is_due_again(
        self, platform: Platform, lender: Tenant, receiver: Receiver, sent_tasks: SentTasks
    ) -> None:
        subscribe(platform, receiver, "application.referred")
        receiver.status = 503
        at.apply(platform)
        sent_tasks.run()
        from tenancy import room
        from tenancy.models import OutboxMessage

        with room.enter(lender.pk):
            message = OutboxMessage.objects.get()
            assert (message.status, message.last_failure) == ("pending", "HTTP 503")

    def test_of_a_refused_write_is_never_sent(
        self, platform: Platform, lender: Tenant, receiver: Receiver, sent_tasks: SentTasks
    ) -> None:
        subscribe(platform, receiver, "application.referred")
        platform.post("applications", at.application(term=1))
        sent_tasks.run()
        assert receiver.heard == []


class TestSubscription:
    def test_is_its_clients_own(
        self, connect_as: Connect, platform: Platform, lender: Tenant, receiver: Receiver
    ) -> None:
        hook = subscribe(platform, receiver, "loan.active")
        other = connect_as(lender)
        assert other.get("webhook-subscriptions").json()["results"] == []
        path = f"webhook-subscriptions/{hook['id']}"
        assert other.get(path).status_code == 404
        assert other.get(f"{path}/secret").status_code == 404
        assert other.post(f"{path}/cancellation").status_code == 404

    def test_ends_when_it_is_cancelled(
        self, platform: Platform, lender: Tenant, receiver: Receiver, sent_tasks: SentTasks
    ) -> None:
        hook = subscribe(platform, receiver, "application.referred")
        answer = platform.post(f"webhook-subscriptions/{hook['id']}/cancellation")
        assert (answer.status_code, answer.json()["is_active"]) == (200, False)
        at.apply(platform)
        sent_tasks.run()
        assert receiver.heard == []

    def test_shows_its_secret_only_where_it_is_asked_for_and_notes_that(
        self, platform: Platform, riverside: Tenant, receiver: Receiver
    ) -> None:
        hook = subscribe(platform, receiver, "loan.active")
        assert "secret" not in hook
        shown = platform.get(f"webhook-subscriptions/{hook['id']}/secret").json()["secret"]
        assert shown.startswith("whsec_")
        assert len(events(riverside, "webhook.reveal_secret")) == 1

    @pytest.mark.parametrize(
        "url",
        [
            "http://hooks.example.com/",
            "https://127.0.0.1/",
            "https://10.0.0.7/hook",
            "https://[::1]/",
            "https://localhost/",
            "https://metadata.internal/",
            "https://user:secret@hooks.example.com/",
            "ftp://hooks.example.com/",
            "https://hooks.example.com/a b",
            "//hooks.example.com",
            "https://",
            "https://[",
        ],
    )
    def test_does_not_make_us_call_our_own_network(
        self, platform: Platform, settings: Settings, url: str
    ) -> None:
        settings.WEBHOOKS_TO_PUBLIC_ADDRESSES_ONLY = True
        answer = platform.post("webhook-subscriptions", {"url": url, "topics": ["loan.active"]})
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["pointer"] == "/url"

    @pytest.mark.parametrize("topics", [[], [""], ["x" * 61], ["a\x00"], "loan.active"])
    def test_needs_topics(self, platform: Platform, topics: Any) -> None:
        body = {"url": "https://hooks.example.com/", "topics": topics}
        assert platform.post("webhook-subscriptions", body).status_code == 422
