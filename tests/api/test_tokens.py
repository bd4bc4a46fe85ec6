"""How often a platform may ask for a token, and that a bank may not by a secret."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

from tenancy.actions import throttle
from tenancy.models import Tenant, TokenAttempt
from tenancy.roles import Role
from tests.api.build import SECRET, Credentials, credentials

AT = datetime(2026, 1, 5, 4, 0, 15, tzinfo=UTC)


def ask(live_server: LiveServer, given: Credentials) -> httpx.Response:
    return httpx.post(
        f"{live_server.url}/api/v1/oauth/token",
        data={"grant_type": "client_credentials"},
        auth=(given.client_id, given.secret),
    )


class TestThrottle:
    def test_tells_a_client_to_wait(
        self, live_server: LiveServer, riverside: Tenant, settings: Settings
    ) -> None:
        # Of one minute at least one in two requests is over the limit, whenever it began.
        settings.TOKEN_REQUESTS_PER_MINUTE = {"client": 1, "address": 100}
        given = credentials(riverside)
        answers = [ask(live_server, given) for _ in range(4)]
        told = next(answer for answer in answers if answer.status_code == 429)
        assert told.json()["code"] == "too_many_requests"
        assert 0 < int(told.headers["Retry-After"]) <= 60

    def test_counts_a_client_by_the_address_that_names_it(self, db: None) -> None:
        for _ in range(30):
            throttle.admit(client_id="bakery", address="192.0.2.1", at=AT)
        with pytest.raises(throttle.TooManyRequests) as refused:
            throttle.admit(client_id="bakery", address="192.0.2.1", at=AT)
        assert refused.value.wait == 45
        throttle.admit(client_id="bakery", address="192.0.2.2", at=AT)
        throttle.admit(client_id="bakery", address="192.0.2.1", at=AT + timedelta(minutes=1))

    def test_counts_an_address_whoever_it_names(self, db: None, settings: Settings) -> None:
        settings.TOKEN_REQUESTS_PER_MINUTE = {"client": 30, "address": 3}
        for number in range(3):
            throttle.admit(client_id=f"guess-{number}", address="192.0.2.1", at=AT)
        with pytest.raises(throttle.TooManyRequests):
            throttle.admit(client_id="guess-4", address="192.0.2.1", at=AT)

    def test_forgets_what_is_over(self, db: None) -> None:
        throttle.admit(client_id="bakery", address="192.0.2.1", at=AT)
        assert throttle.forget(at=AT + timedelta(minutes=1)) == 0
        assert throttle.forget(at=AT + timedelta(minutes=5)) == 2
        assert not TokenAttempt.objects.exists()


class TestBank:
    def test_gets_no_token_for_a_secret(self, live_server: LiveServer, riverside: Tenant) -> None:
        answer = ask(live_server, credentials(riverside, Role.BANK))
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
        assert SECRET not in answer.text
