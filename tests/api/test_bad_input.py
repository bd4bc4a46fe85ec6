"""What a platform may get wrong, and what it is told."""

from typing import Any

import pytest

from lending.models import Application
from tenancy import room
from tenancy.models import Tenant
from tests.api import build
from tests.api import lender as at
from tests.api.build import Platform
from tests.api.conftest import Connect
from tests.api.lender import yuan
from tests.tasks import SentTasks


class TestApplication:
    @pytest.mark.parametrize(
        ("changes", "pointer", "value"),
        [
            ({"borrower": "F-404"}, "/borrower", "F-404"),
            ({"product": "gold"}, "/product", "gold"),
            ({"amount": yuan("-1.00")}, "/amount", "-1.00"),
            ({"amount": yuan("9999999999999999.99")}, "/amount", "9999999999999999.99"),
            ({"amount": yuan("1000.001")}, "/amount", "1000.001"),
            ({"amount": {"amount": "1000.00", "currency": "EUR"}}, "/currency", "EUR"),
            ({"amount": yuan("1e3")}, "/amount/amount", "1e3"),
            ({"amount": 1000}, "/amount", "1000"),
            ({"amount": {"amount": 1000.5, "currency": "CNY"}}, "/amount/amount", "1000.5"),
            ({"term": 7}, "/term", "7"),
            ({"term": 10**30}, "/term", "1" + "0" * 30),
            ({"purpose": "a\x00b"}, "/purpose", "a\x00b"),
            ({"evidence": []}, "/evidence", ""),
            ({"evidence": {"as_of": "2030-01-01", "source": "x", "features": {}}},
             "/evidence/as_of", "2030-01-01"),
            ({"evidence": {"as_of": "2026-01-01", "source": "x", "features": {"a": 0.1}}},
             "/evidence/features/a", "0.1"),
        ],
    )  # fmt: skip
    def test_that_does_not_fit_is_refused_by_field(
        self,
        platform: Platform,
        lender: Tenant,
        changes: dict[str, Any],
        pointer: str,
        value: str,
    ) -> None:
        at.register(platform)
        answer = platform.post("applications", at.application(**changes))
        assert answer.status_code == 422, answer.text
        errors = {error["pointer"]: error["value"] for error in answer.json()["errors"]}
        assert errors.get(pointer) == value
        with room.enter(lender.pk):
            assert not Application.objects.exists()

    def test_names_all_that_is_wrong_at_once(self, platform: Platform, lender: Tenant) -> None:
        answer = platform.post("applications", at.application(term=7, product="seller"))
        pointers = {error["pointer"] for error in answer.json()["errors"]}
        assert pointers == {"/borrower", "/term"}


@pytest.mark.parametrize("name", ["submitted_from", "submitted_before"])
@pytest.mark.parametrize(
    ("moment", "status"),
    [("2026-01-01T00:00:00%2B23:59", 200), ("0001-01-01T00:00:00%2B08:00", 422), ("soon", 422)],
    ids=["far_east", "before_time", "a_word"],
)
def test_a_list_takes_any_moment_or_names_the_field(
    platform: Platform, lender: Tenant, name: str, moment: str, status: int
) -> None:
    answer = platform.get(f"applications?{name}={moment}")

    assert answer.status_code == status
    pointers = [error["pointer"] for error in answer.json().get("errors", [])]
    assert pointers == ([f"?{name}"] if status == 422 else [])


class TestDraw:
    def test_beyond_the_limit_or_in_another_currency_is_refused(
        self, platform: Platform, lender: Tenant, sent_tasks: SentTasks
    ) -> None:
        line = at.open_line(lender, platform, sent_tasks)
        path = f"credit-lines/{line['id']}/draws"
        beyond = platform.post(path, {"amount": yuan("100000.01")})
        assert (beyond.status_code, beyond.json()["code"]) == (409, "line_headroom_exceeded")
        foreign = platform.post(path, {"amount": {"amount": "5000", "currency": "USD"}})
        assert foreign.json()["errors"] == [
            {"pointer": "/amount/currency", "value": "USD", "expected": "CNY"}
        ]

    def test_asked_for_twice_is_one_loan(
        self, platform: Platform, lender: Tenant, sent_tasks: SentTasks
    ) -> None:
        path = f"credit-lines/{at.open_line(lender, platform, sent_tasks)['id']}/draws"
        answers = [platform.post(path, {"amount": yuan("5000.00")}, key="d1") for _ in range(2)]
        assert answers[0].json() == answers[1].json()
        assert len(platform.get("loans").json()["results"]) == 1


class TestRepayment:
    def test_in_the_future_or_of_nothing_is_refused(
        self, platform: Platform, lender: Tenant, sent_tasks: SentTasks
    ) -> None:
        path = f"loans/{at.draw(lender, platform, sent_tasks)['id']}/repayments"
        for body in (
            {"amount": yuan("1.00"), "value_date": "2026-01-06"},
            {"amount": yuan("1.00"), "value_date": "2026-02-30"},
            {"amount": yuan("0.00")},
            {"amount": yuan("0.001")},
        ):
            assert platform.post(path, body).status_code == 422, body
        assert len(platform.get(path.removesuffix("/repayments")).json()["events"]) == 1


class TestOthersRows:
    def test_are_not_found(
        self, connect_as: Connect, platform: Platform, lender: Tenant, sent_tasks: SentTasks
    ) -> None:
        loan = at.draw(lender, platform, sent_tasks)
        application = platform.get("applications").json()["results"][0]
        hillside = connect_as(build.tenant("hillside"))
        for path in (
            f"loans/{loan['id']}",
            f"applications/{application['id']}",
            f"offers/{application['offer_id']}",
            f"credit-lines/{application['credit_line_id']}",
            f"borrowers/{application['borrower_id']}",
        ):
            assert platform.get(path).status_code == 200
            answer = hillside.get(path)
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
        for path in ("loans", "applications", "credit-lines"):
            assert hillside.get(path).json() == {"results": [], "next": None}
        for path, body in (
            (f"loans/{loan['id']}/repayments", {"amount": yuan("1.00")}),
            (f"credit-lines/{application['credit_line_id']}/draws", {"amount": yuan("1000")}),
            (f"offers/{application['offer_id']}/acceptance", {}),
            (f"applications/{application['id']}/withdrawal", {}),
        ):
            assert hillside.post(path, body).status_code == 404, path
