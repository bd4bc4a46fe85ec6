"""A platform takes a borrower from his application to his last repayment, over HTTP only."""

from decimal import Decimal

import pytest

from tenancy.models import Tenant
from tests.api import lender as at
from tests.api.build import Platform
from tests.api.lender import yuan
from tests.tasks import SentTasks


class TestJourney:
    def test_from_application_to_the_last_repayment(
        self, platform: Platform, lender: Tenant, sent_tasks: SentTasks
    ) -> None:
        application = at.apply(platform)
        assert (application["stage"], application["amount"]) == ("SUBMITTED", yuan("100000.00"))

        offer_id = at.approve(lender, application["id"], sent_tasks)["id"]
        application = platform.get(f"applications/{application['id']}").json()
        assert (application["stage"], application["offer_id"]) == ("APPROVED", offer_id)
        assert application["reasons"][0]["code"] == "not_scored"

        offer = platform.get(f"offers/{offer_id}").json()
        assert (offer["limit"], offer["annual_rate"]) == (yuan("100000.00"), "0.219")
        assert offer["cost_table"]["statement"] == "no_other_charges"

        accepted = platform.post(
            f"offers/{offer_id}/acceptance", {"cost_hash": offer["cost_hash"]}
        )
        line = accepted.json()
        assert (accepted.status_code, line["available"]) == (201, yuan("100000.00"))

        drawn = platform.post(f"credit-lines/{line['id']}/draws", {"amount": yuan("10000.00")})
        assert drawn.json()["status"] == "PENDING"
        assert drawn.json()["payment"]["status"] == "PENDING"
        sent_tasks.run()
        loan = platform.get(f"loans/{drawn.json()['id']}").json()
        assert (loan["status"], loan["disbursed_on"]) == ("ACTIVE", "2026-01-05")
        assert loan["balances"]["payoff"] == yuan("10000.00")
        line = platform.get(f"credit-lines/{line['id']}").json()
        assert line["available"] == yuan("90000.00")

        repaid = platform.post(f"loans/{loan['id']}/repayments", {"amount": yuan("10000.00")})
        assert (repaid.status_code, repaid.json()["loan_status"]) == (201, "CLOSED")
        assert repaid.json()["allocation"]["principal"] == yuan("10000.00")
        assert platform.get(f"loans/{loan['id']}").json()["closed_on"] == "2026-01-05"

    def test_a_loan_shows_schedule_history_and_balances(
        self, platform: Platform, lender: Tenant, sent_tasks: SentTasks
    ) -> None:
        loan = at.draw(lender, platform, sent_tasks)
        platform.post(f"loans/{loan['id']}/repayments", {"amount": yuan("4000.00")})
        loan = platform.get(f"loans/{loan['id']}").json()
        assert [event["kind"] for event in loan["events"]] == ["disbursed", "repaid"]
        assert at.sums(loan["events"][1]["allocation"]) == Decimal(4000)
        assert [row["due_on"] for row in loan["schedule"]] == ["2026-07-04"]
        assert loan["balances"]["principal"] == yuan("6000.00")
        assert loan["payment"]["status"] == "POSTED"

    def test_a_withdrawn_application_takes_its_offer_along(
        self, platform: Platform, lender: Tenant, sent_tasks: SentTasks
    ) -> None:
        application = at.apply(platform)
        offer = at.approve(lender, application["id"], sent_tasks)
        answer = platform.post(f"applications/{application['id']}/withdrawal", {})
        assert (answer.status_code, answer.json()["stage"]) == (200, "WITHDRAWN")
        stale = platform.post(
            f"offers/{offer['id']}/acceptance", {"cost_hash": offer["cost_hash"]}
        )
        assert (stale.status_code, stale.json()["code"]) == (409, "offer_not_open")

    def test_nothing_is_accepted_without_the_cost_table(
        self, platform: Platform, lender: Tenant, sent_tasks: SentTasks
    ) -> None:
        offer = at.approve(lender, at.apply(platform)["id"], sent_tasks)
        answer = platform.post(f"offers/{offer['id']}/acceptance", {"cost_hash": "0" * 64})
        assert (answer.status_code, answer.json()["code"]) == (409, "cost_table_not_confirmed")


class TestPersonalData:
    def test_is_masked_and_its_reading_noted(self, platform: Platform, lender: Tenant) -> None:
        body = {
            "reference": "P-1",
            "kind": "person",
            "name": "Wang Fang",
            "name_zh": "王芳",
            "id_number": "330102199001011234",
            "phone": "13800138000",
        }
        borrower = platform.post("borrowers", body).json()
        shown = platform.get(f"borrowers/{borrower['id']}")
        assert shown.json()["numbers"] == {
            "id_number": "330***********1234",
            "phone": "138****8000",
            "bank_card": "",
        }
        assert "19900101" not in shown.text
        from tests.api.test_door import events

        assert len(events(lender, "borrower.view")) == 1


class TestLists:
    def test_go_by_cursor_newest_first(self, platform: Platform, lender: Tenant) -> None:
        at.register(platform)
        made = [platform.post("applications", at.application()).json()["id"] for _ in range(5)]
        seen, path = [], "applications?limit=2"
        while path:
            page = platform.get(path).json()
            seen += [row["id"] for row in page["results"]]
            path = page["next"] and page["next"].partition("/api/v1/")[2]
        assert seen == made[::-1]

    def test_are_filtered(self, platform: Platform, lender: Tenant) -> None:
        at.apply(platform)
        for query, found in (
            ("stage=SUBMITTED", 1),
            ("stage=APPROVED", 0),
            ("borrower=F-001&product=seller", 1),
            ("borrower=F-002", 0),
            ("submitted_from=2026-01-01T00:00:00Z", 1),
            ("submitted_before=2026-01-01T00:00:00%2B08:00", 0),
        ):
            assert len(platform.get(f"applications?{query}").json()["results"]) == found, query

    @pytest.mark.parametrize(
        ("query", "pointer"),
        [
            ("limit=0", "?limit"),
            ("limit=1e9", "?limit"),
            ("cursor=%00", "?cursor"),
            ("cursor=AAAA", "?cursor"),
            ("submitted_from=yesterday", "?submitted_from"),
            ("stage=%00", "?stage"),
        ],
    )
    def test_refuse_what_they_do_not_understand(
        self, platform: Platform, query: str, pointer: str
    ) -> None:
        answer = platform.get(f"applications?{query}")
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["pointer"] == pointer

    def test_name_the_products_on_offer(self, platform: Platform, lender: Tenant) -> None:
        (product,) = platform.get("products").json()
        assert (product["code"], product["annual_rate"]) == ("seller", "0.219")
        assert product["max_amount"] == yuan("1000000.00")
        chinese = platform.get("products", headers={"Accept-Language": "zh-Hans"}).json()
        assert chinese[0]["name"] == "诚信贷款"
