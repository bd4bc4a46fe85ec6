"""What a load balancer asks."""

import pytest
from django.db.migrations.executor import MigrationExecutor
from django.test import Client

from config import health


class TestHealth:
    def test_says_that_the_process_is_up_without_asking_anybody(self, client: Client) -> None:
        answer = client.get("/healthz")
        assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
        assert "no-store" in answer.headers["Cache-Control"]

    @pytest.mark.django_db
    def test_is_ready_with_database_migrations_and_broker(self, client: Client) -> None:
        answer = client.get("/readyz")
        parts = {"database": "ok", "migrations": "ok", "broker": "ok"}
        assert (answer.status_code, answer.json()) == (200, {"status": "ok", "checks": parts})

    @pytest.mark.django_db
    def test_is_not_ready_before_the_migrations(
        self, client: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(health._Schema, "fits", False)
        monkeypatch.setattr(MigrationExecutor, "migration_plan", lambda *_: [object()])
        answer = client.get("/readyz")
        assert answer.status_code == 503
        assert answer.json()["checks"]["migrations"] == "unavailable"

    @pytest.mark.django_db
    def test_counts_what_happens(self, client: Client) -> None:
        client.get("/healthz")
        assert b"django_http_requests_total_by_method_total" in client.get("/metrics").content
