"""An application before a bank, from its inbox to its decision, over HTTP."""

from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from django.utils import timezone

from ledger.actions import chart
from lending.models import Application, Offer
from partners.actions import access
from partners.management.sandbox.bank import SandboxBank
from partners.management.sandbox.behaviour import Behaviour, Script
from partners.management.sandbox.book import Book
from partners.management.sandbox.client import BankClient
from partners.models import BankDecision, PartnerBank, Placement
from tenancy import room
from tenancy.actions import documents
from tenancy.models import AuditEvent, Tenant
from tenancy.roles import Role
from tests.partners import build
from tests.partners.api.conftest import Connect, bank_of
from tests.partners.api.program import Program
from tests.tasks import SentTasks
from tests.tenancy.build import actor


@pytest.fixture
def placed(
    riverside: Tenant, harbour: PartnerBank, sent_tasks: SentTasks, monkeypatch: pytest.MonkeyPatch
) -> str:
    """The id of an application of 100,000 before Harbour Bank, as of now."""
    now = timezone.now()
    monkeypatch.setattr("tests.partners.build.NOON", now)
    with room.enter(riverside.pk):
        chart.open_accounts(currency="CNY", actor=build.SYSTEM, at=now)
        build.agreement()
        placement = build.placed()
        documents.store(
            actor=actor(Role.OFFICER), at=now, content=b"a photo", media_type="image/jpeg",
            name="field.jpg", subject=placement.application, retain_until=now.date(),
        )  # fmt: skip
        return str(placement.pk)


@pytest.fixture
def other(program_of: Connect, riverside: Tenant, program: Program) -> Program:
    """The program of another bank of the same lender."""
    return program_of(riverside, bank_of(riverside, "coast")).sign_in()


def approval(**changes: Any) -> dict[str, Any]:
    now = timezone.now()
    body = {
        "decision_id": "d-1",
        "result": "APPROVE",
        "decided_at": now.isoformat(),
        "valid_until": (now + timedelta(days=1)).isoformat(),
        "decided_by": "MANUAL",
    }
    return {**body, **changes}


def decide(program: Program, placed: str, **changes: Any) -> httpx.Response:
    return program.post(f"applications/{placed}/decisions", approval(**changes))


class TestInbox:
    def test_shows_what_is_placed_with_the_bank_and_nothing_else(
        self, program: Program, other: Program, placed: str
    ) -> None:
        (row,) = program.get("applications").json()["results"]
        assert (row["id"], row["status"]) == (placed, "SUBMITTED")
        assert row["amount"] == {"amount": "100000.00", "currency": "CNY"}
        assert row["your_part"] == {"amount": "70000.00", "currency": "CNY"}
        assert other.get("applications").json()["results"] == []
        for path in ("", "/documents/00000000-0000-7000-8000-000000000000"):
            assert other.get(f"applications/{placed}{path}").status_code == 404
        for path, body in (
            ("ack", {}),
            ("info-requests", {"items": [{"code": "A", "text": "b"}]}),
            ("decisions", approval()),
        ):
            assert other.post(f"applications/{placed}/{path}", body).status_code == 404

    def test_is_filtered(self, program: Program, placed: str) -> None:
        tomorrow = (timezone.now() + timedelta(days=1)).isoformat().replace("+", "%2B")
        for query, found in (
            ("status=SUBMITTED", 1),
            ("status=APPROVED", 0),
            ("updated_after=2020-01-01T00:00:00Z", 1),
            (f"updated_after={tomorrow}", 0),
        ):
            assert len(program.get(f"applications?{query}").json()["results"]) == found, query

    @pytest.mark.parametrize(
        ("moment", "status"),
        [
            ("2020-01-01T00:00:00%2B23:59", 200),
            ("2020-01-01T00:00:00", 200),
            ("0001-01-01T00:00:00%2B08:00", 422),
            ("9999-12-31T23:59:59-08:00", 422),
            ("soon", 422),
        ],
        ids=["far_east", "no_offset", "before_time", "after_time", "a_word"],
    )
    def test_takes_any_moment_or_names_the_field(
        self, program: Program, placed: str, moment: str, status: int
    ) -> None:
        answer = program.get(f"applications?updated_after={moment}")

        assert answer.status_code == status
        told = answer.json()
        assert [each["pointer"] for each in told.get("errors", [])] == (
            ["?updated_after"] if status == 422 else []
        )
        assert len(told.get("results", [])) == int(status == 200)

    def test_news_go_by_bookmark(self, program: Program, other: Program, placed: str) -> None:
        told = program.get("events?after=0").json()
        assert [event["application_id"] for event in told["results"]] == [placed]
        assert program.get(f"events?after={told['next_after']}").json()["results"] == []
        assert other.get("events").json()["results"] == []
        assert program.get("events?after=-1").status_code == 422


class TestPackage:
    def test_holds_evidence_and_no_number_in_the_clear(
        self, program: Program, placed: str, riverside: Tenant
    ) -> None:
        answer = program.get(f"applications/{placed}")
        package = answer.json()["package"]
        assert package["agreement"]["ratio_bp"] == 7000
        assert package["features"]["values"]["active_months"] == "12"
        assert [consent["recipient"] for consent in package["consents"]] == ["harbour"]
        assert len(package["evidence_hash"]) == 64
        assert package["borrower"]["id_no_enc"] is None
        with room.enter(riverside.pk):
            assert AuditEvent.objects.filter(action="bank.read_application").count() == 1

    def test_opens_its_files_for_a_minute(
        self, program: Program, placed: str, riverside: Tenant
    ) -> None:
        (document,) = program.get(f"applications/{placed}").json()["package"]["documents"]
        link = program.get(f"applications/{placed}/documents/{document['id']}").json()
        fetched = httpx.get(link["url"])
        assert (fetched.status_code, fetched.content) == (200, b"a photo")
        assert fetched.headers["Content-Disposition"] == "attachment"
        assert httpx.get(link["url"][:-2] + "xx").status_code == 404
        with room.enter(riverside.pk):
            assert AuditEvent.objects.filter(action="document.view").count() == 1

    def test_is_not_read_any_more_once_the_bank_has_declined(
        self, program: Program, placed: str
    ) -> None:
        reasons = [{"code": "R1", "text": "Too much", "disclose_to_borrower": True}]
        assert decide(program, placed, result="DECLINE", reasons=reasons).status_code == 201
        answer = program.get(f"applications/{placed}")
        assert (answer.status_code, answer.json()["code"]) == (409, "application_closed")


class TestDecision:
    def test_becomes_an_offer(self, program: Program, placed: str, riverside: Tenant) -> None:
        acked = program.post(f"applications/{placed}/ack", {"your_reference": "HB-1"})
        assert (acked.json()["status"], acked.json()["your_reference"]) == ("ACKED", "HB-1")
        answer = decide(program, placed)
        assert answer.status_code == 201, answer.text
        assert answer.json()["status"] == "APPROVED"
        assert answer.json()["decision"]["decision_id"] == "d-1"
        with room.enter(riverside.pk):
            assert Offer.objects.filter(application__placements=placed).exists()

    def test_said_twice_is_one_and_contradicted_stands(
        self, program: Program, placed: str, riverside: Tenant
    ) -> None:
        first = approval()
        path = f"applications/{placed}/decisions"
        assert program.post(path, first).status_code == 201
        assert program.post(path, first).status_code == 201
        against = {**first, "result": "DECLINE", "reasons": [{"code": "R", "text": "x"}]}
        answer = program.post(path, {**against, "decision_id": "d-2"})
        assert (answer.status_code, answer.json()["code"]) == (409, "decision_contradicts")
        with room.enter(riverside.pk):
            assert BankDecision.objects.get().result == "APPROVE"

    @pytest.mark.parametrize(
        ("changes", "pointer"),
        [
            ({"result": "MAYBE"}, "/result"),
            ({"amount": "1"}, "/amount"),
            ({"amount": {"amount": "5", "currency": "EUR"}}, "/amount/currency"),
            ({"valid_until": "2020-01-01T00:00:00Z"}, "/valid_until"),
            ({"valid_until": None}, "/valid_until"),
            ({"result": "COUNTER"}, "/result"),
            ({"result": "DECLINE"}, "/reasons"),
            ({"rate_annual": "1e9"}, "/rate_annual"),
            ({"conditions": [{"code": "A", "text": "b", "before": "LATER"}]},
             "/conditions/0/before"),
            ({"approve": True}, "/approve"),
        ],
        ids=str,
    )  # fmt: skip
    def test_names_what_does_not_fit(
        self, program: Program, placed: str, changes: dict[str, Any], pointer: str
    ) -> None:
        answer = decide(program, placed, **changes)
        assert answer.status_code == 422, answer.text
        assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]

    def test_may_wait_for_what_the_bank_asks(self, program: Program, placed: str) -> None:
        items = [{"code": "LEASE", "text": "The lease"}]
        answer = program.post(f"applications/{placed}/info-requests", {"items": items})
        assert (answer.status_code, answer.json()["status"]) == (201, "INFO_REQUESTED")
        assert answer.json()["asked_for"] == items


class TestSandbox:
    @pytest.mark.parametrize(
        ("behaviour", "statuses", "status"),
        [
            (Behaviour.APPROVE, [201], "APPROVED"),
            (Behaviour.COUNTER, [201], "COUNTERED"),
            (Behaviour.DECLINE, [201], "DECLINED"),
            (Behaviour.SILENT, [], "SUBMITTED"),
            (Behaviour.LATE, [], "ACKED"),
            (Behaviour.DUPLICATE, [201, 201], "APPROVED"),
            (Behaviour.CONTRADICTORY, [201, 409], "APPROVED"),
        ],
    )
    def test_behaves_as_its_script_says(
        self, program: Program, placed: str, riverside: Tenant, tmp_path: Any,
        behaviour: Behaviour, statuses: list[int], status: str,
    ) -> None:  # fmt: skip
        client = BankClient(program.url, program.client_id, program.key, program.kid)
        book = Book(tmp_path / "book.json")
        bank = SandboxBank(client, Script(behaviour), book)
        now: datetime = timezone.now()
        bank.work(now)
        bank.work(now)
        client.close()
        (held,) = Book(book.path).applications.values()
        assert [sent["status"] for sent in held["sent"]] == statuses
        with room.enter(riverside.pk):
            assert Placement.objects.get().status == status
            assert Application.objects.count() == 1
            assert access.forget(at=now) == 0
