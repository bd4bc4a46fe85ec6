"""The same write, asked for again and again, and all at once."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import httpx
import pytest
from django.utils import timezone
from oauth2_provider.models import AccessToken

from tenancy import room, tasks
from tenancy.actions import idempotency
from tenancy.models import AuditEvent, IdempotencyRecord, Tenant
from tests.api import build
from tests.api.build import Platform
from tests.api.conftest import Connect

pytestmark = pytest.mark.urls("tests.api.urls")


def notes(tenant: Tenant) -> int:
    with room.enter(tenant.pk):
        return AuditEvent.objects.filter(action="note").count()


class TestRepeating:
    def test_gives_the_same_answer_and_does_nothing(
        self, platform: Platform, riverside: Tenant
    ) -> None:
        first, second = (platform.post("notes", {"text": "x"}, key="k1") for _ in range(2))
        assert (first.status_code, second.status_code) == (201, 201)
        assert first.json() == second.json()
        assert "Idempotency-Replayed" not in first.headers
        assert second.headers["Idempotency-Replayed"] == "true"
        assert notes(riverside) == 1

    def test_does_not_mind_spacing_and_order(self, platform: Platform, riverside: Tenant) -> None:
        for body in (b'{"text":"x","then":"dawdle"}', b'{ "then": "dawdle", "text": "x" }'):
            answer = platform.post(
                "notes", content=body, key="k1", headers={"Content-Type": "application/json"}
            )
            assert answer.status_code == 201
        assert notes(riverside) == 1

    def test_with_another_body_is_refused(self, platform: Platform, riverside: Tenant) -> None:
        platform.post("notes", {"text": "x"}, key="k1")
        answer = platform.post("notes", {"text": "y"}, key="k1")
        assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")
        assert notes(riverside) == 1

    def test_after_a_refusal_tries_anew(self, platform: Platform, riverside: Tenant) -> None:
        platform.post("notes", {"text": "x", "then": "refuse"}, key="k1")
        with room.enter(riverside.pk):
            assert not IdempotencyRecord.objects.exists()
        assert platform.post("notes", {"text": "x"}, key="k1").status_code == 201

    def test_of_another_client_is_another_write(
        self, connect_as: Connect, riverside: Tenant
    ) -> None:
        for each in (connect_as(riverside), connect_as(riverside)):
            assert each.post("notes", {"text": "x"}, key="k1").status_code == 201
        assert notes(riverside) == 2


class TestKey:
    @pytest.mark.parametrize("key", ["", "two words", "x" * 256])
    def test_is_needed(self, platform: Platform, riverside: Tenant, key: str) -> None:
        answer = platform.http.post(
            "/api/v1/notes", json={"text": "x"}, headers={"Idempotency-Key": key} if key else {}
        )
        assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_missing")
        assert notes(riverside) == 0

    def test_is_forgotten_in_the_end(self, platform: Platform, riverside: Tenant) -> None:
        platform.post("notes", {"text": "x"}, key="k1")
        with room.enter(riverside.pk):
            made_at = IdempotencyRecord.objects.get().created_at
            assert idempotency.forget(at=made_at) == 0
            kept_for = timedelta(days=idempotency.KEPT_DAYS, seconds=1)
            assert idempotency.forget(at=made_at + kept_for) == 1

    def test_is_forgotten_by_the_clock_and_expired_tokens_with_it(
        self, platform: Platform, riverside: Tenant
    ) -> None:
        platform.post("notes", {"text": "x"}, key="k1")
        long_ago = timezone.now() - timedelta(days=60)
        AccessToken.objects.update(expires=long_ago)
        with room.enter(riverside.pk):
            IdempotencyRecord.objects.update(created_at=long_ago)
        tasks.forget()
        assert not AccessToken.objects.exists()
        with room.enter(riverside.pk):
            assert not IdempotencyRecord.objects.exists()


class TestSixteenAtOnce:
    def test_make_one_row(self, platform: Platform, riverside: Tenant) -> None:
        start = threading.Barrier(16)

        def post() -> httpx.Response:
            start.wait()
            return httpx.post(
                str(platform.http.base_url.join("/api/v1/notes")),
                json={"text": "x", "then": "dawdle"},
                headers={"Authorization": f"Bearer {platform.token}", "Idempotency-Key": "k1"},
                timeout=60,
            )

        with ThreadPoolExecutor(16) as pool:
            answers = [each.result() for each in [pool.submit(post) for _ in range(16)]]

        done = [answer.json() for answer in answers if answer.status_code == 201]
        waiting = [answer for answer in answers if answer.status_code == 409]
        assert len(done) + len(waiting) == 16
        assert len({answer["id"] for answer in done}) == 1
        assert waiting
        assert {answer.json()["code"] for answer in waiting} == {"request_in_progress"}
        assert {answer.headers["Retry-After"] for answer in waiting} == {"1"}
        assert notes(riverside) == 1

    def test_in_two_rooms_do_not_meet(self, connect_as: Connect, riverside: Tenant) -> None:
        hillside = build.tenant("hillside")
        for tenant in (riverside, hillside):
            assert connect_as(tenant).post("notes", {"text": "x"}, key="k1").status_code == 201
        assert (notes(riverside), notes(hillside)) == (1, 1)
