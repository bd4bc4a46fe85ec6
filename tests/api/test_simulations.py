"""The engine, asked over HTTP."""

from typing import Any

import pytest

from tenancy import room
from tenancy.models import IdempotencyRecord, Tenant
from tests.api.build import Platform

TERMS: dict[str, Any] = {
    "principal": "10000.00",
    "currency": "CNY",
    "annual_rate": "0.18",
    "method": "equal_principal",
    "day_count": "30/360",
    "starts_on": "2026-01-05",
    "periods": 4,
}
PAID_OUT: dict[str, Any] = {
    "kind": "disbursed",
    "effective_on": "2026-01-05",
    "amount": "10000.00",
}
CASE: dict[str, Any] = {"terms": TERMS, "events": [PAID_OUT], "as_of": "2026-01-05"}


class TestSimulation:
    def test_answers_schedule_and_journal_and_keeps_nothing(
        self, platform: Platform, riverside: Tenant
    ) -> None:
        answer = platform.http.post("/api/v1/simulations", json=CASE)
        assert answer.status_code == 200, answer.text
        told = answer.json()
        assert [row["interest_due"] for row in told["schedule"]] == [
            "150.00", "112.50", "75.00", "37.50",
        ]  # fmt: skip
        assert told["journal"][0]["kind"] == "disbursed"
        with room.enter(riverside.pk):
            assert not IdempotencyRecord.objects.exists()

    @pytest.mark.parametrize(
        "case",
        [
            {},
            {**CASE, "as_of": "2026-02-30"},
            {**CASE, "as_of": "9999-12-31"},
            {**CASE, "extra": 1},
            {**CASE, "terms": {**TERMS, "principal": 10000.0}},
            {**CASE, "terms": {**TERMS, "principal": "1e1000000"}},
            {**CASE, "terms": {**TERMS, "annual_rate": "1e-1000000"}},
            {**CASE, "terms": {**TERMS, "periods": 10**9}},
            {**CASE, "terms": {**TERMS, "every": 10**9}},
            {**CASE, "terms": {**TERMS, "periods": 0}},
            {**CASE, "terms": {**TERMS, "method": "magic"}},
            {**CASE, "events": [PAID_OUT] * 101},
            {**CASE, "events": [{"kind": "reversed", "effective_on": "2026-01-05"}]},
        ],
        ids=lambda case: str(case)[-60:],
    )
    def test_of_nonsense_is_refused(self, platform: Platform, case: dict[str, Any]) -> None:
        answer = platform.http.post("/api/v1/simulations", json=case)
        assert answer.status_code < 500
        if case.get("as_of") != "9999-12-31" and "reversed" not in str(case):
            assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")
