"""A bank's yes or no to new due dates, and its word on a loan's class, over the wire."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from lending.actions import rescheduling
from lending.models import Loan, LoanEvent
from partners.actions import reschedulings
from partners.models import PartnerBank
from tenancy import room
from tenancy.actions import approvals
from tenancy.models import ApprovalRequest, Tenant
from tenancy.roles import Role
from tests.partners import build
from tests.partners.api.co_lent import Lent, asked_for, booked, paid
from tests.partners.api.conftest import Connect, bank_of
from tests.partners.api.program import Program
from tests.partners.api.test_loans import NOBODY
from tests.tasks import SentTasks
from tests.tenancy.build import actor

HARVEST = [date(2026, 9, 20), date(2027, 1, 20)]


@pytest.fixture
def lent(riverside: Tenant, harbour: PartnerBank, program: Program, sent_tasks: SentTasks) -> Lent:
    """10,000 with the borrower, 70 % of it Harbour Bank's."""
    lent = asked_for(riverside, harbour)
    leg = program.get(f"fundings/{lent.leg_id}").json()
    program.post(f"fundings/{lent.leg_id}/confirmations", paid(leg))
    lent.pay_out()
    program.post(f"loans/{lent.loan_id}/booking-confirmations", booked())
    return lent


@pytest.fixture
def other(program_of: Connect, riverside: Tenant) -> Program:
    """The program of a bank that has no part of the loan."""
    return program_of(riverside, bank_of(riverside, "coast")).sign_in()


@pytest.fixture
def consent_id(program: Program, lent: Lent, sent_tasks: SentTasks) -> str:
    """What the bank was asked: a drought, so all is due after the next two harvests."""
    sent_tasks.waiting.clear()
    with room.enter(lent.tenant.pk):
        rescheduling.ask(
            actor=actor(Role.OFFICER), at=timezone.now(), due_dates=HARVEST, on=build.ON,
            loan_id=Loan.objects.get(pk=lent.loan_id).pk, reason="Drought in the county",
        )  # fmt: skip
    sent_tasks.run()
    news = program.get("events").json()["results"]
    [asked] = [each["data"] for each in news if each["topic"] == "loan.reschedule_asked"]
    assert asked["due_dates"] == [day.isoformat() for day in HARVEST]
    return str(asked["consent_id"])


def request_of(tenant: Tenant) -> ApprovalRequest:
    """What our officer asked for."""
    with room.enter(tenant.pk):
        return ApprovalRequest.objects.get(kind=rescheduling.RESCHEDULE)


def approve(tenant: Tenant) -> None:
    """A second person of ours agrees."""
    request, second = request_of(tenant), actor(Role.SUPERVISOR)
    with room.enter(tenant.pk):
        now = timezone.now()
        approvals.approve(actor=second, at=now, request_id=request.pk, reason="visited")
        reschedulings.carry_out(actor=second, at=now, on=build.ON, request_id=request.pk)


def due(program: Program, lent: Lent) -> list[str]:
    rows = program.get(f"loans/{lent.loan_id}/schedule").json()["rows"]
    return [row["due_on"] for row in rows]


class TestConsents:
    def test_a_yes_after_ours_puts_the_loan_on_new_dates(
        self, program: Program, lent: Lent, consent_id: str
    ) -> None:
        approve(lent.tenant)
        assert len(due(program, lent)) == 12

        answer = program.post(
            f"loans/{lent.loan_id}/consents", {"consent_id": consent_id, "agreed": True}
        )

        assert answer.status_code == 201, answer.text
        told = answer.json()
        assert (told["status"], told["loan_id"]) == ("APPROVED", lent.loan_id)
        assert told["due_dates"] == due(program, lent) == [day.isoformat() for day in HARVEST]
        topics = [each["topic"] for each in program.get("events").json()["results"]]
        assert topics[-1] == "loan.rescheduled"

    @pytest.mark.parametrize("is_approved", [False, True])
    def test_a_no_ends_the_request(
        self, program: Program, lent: Lent, consent_id: str, is_approved: bool
    ) -> None:
        if is_approved:
            approve(lent.tenant)

        answer = program.post(
            f"loans/{lent.loan_id}/consents",
            {"consent_id": consent_id, "agreed": False, "reason": "The crop is insured"},
        )

        assert (answer.status_code, answer.json()["status"]) == (201, "REJECTED")
        ended = request_of(lent.tenant)
        assert (ended.status, ended.ended_by) == ("REFUSED", "harbour")
        assert ended.ended_reason == "The crop is insured"
        if not is_approved:
            with pytest.raises(approvals.RequestSettled):
                approve(lent.tenant)
        assert len(due(program, lent)) == 12

    @pytest.mark.parametrize("agreed", [True, False])
    def test_said_twice_is_said_once(
        self, program: Program, lent: Lent, consent_id: str, agreed: bool
    ) -> None:
        approve(lent.tenant)
        body = {"consent_id": consent_id, "agreed": agreed, "reason": "So decided"}
        path = f"loans/{lent.loan_id}/consents"

        first, again = program.post(path, body), program.post(path, body)

        assert (first.status_code, first.json()) == (again.status_code, again.json())
        with room.enter(lent.tenant.pk):
            assert LoanEvent.objects.filter(kind="rescheduled").count() == int(agreed)

    @pytest.mark.parametrize("first", [True, False])
    def test_said_otherwise_afterwards_is_refused(
        self, program: Program, lent: Lent, consent_id: str, first: bool
    ) -> None:
        path, body = f"loans/{lent.loan_id}/consents", {"consent_id": consent_id, "reason": "x"}
        assert program.post(path, {**body, "agreed": first}).status_code == 201

        refused = program.post(path, {**body, "agreed": not first})

        assert (refused.status_code, refused.json()["code"]) == (409, "approval_settled")

    def test_too_late_is_refused(self, program: Program, lent: Lent, consent_id: str) -> None:
        with room.enter(lent.tenant.pk):
            assert reschedulings.lapse(at=timezone.now() + timedelta(days=8)) == 1

        refused = program.post(
            f"loans/{lent.loan_id}/consents", {"consent_id": consent_id, "agreed": True}
        )

        assert (refused.status_code, refused.json()["code"]) == (409, "approval_settled")
        assert request_of(lent.tenant).status == "LAPSED"

    def test_of_another_bank_finds_nothing(
        self, program: Program, other: Program, lent: Lent, consent_id: str
    ) -> None:
        body = {"consent_id": consent_id, "agreed": True}

        answers = [
            other.post(f"loans/{lent.loan_id}/consents", body),
            program.post(f"loans/{NOBODY}/consents", body),
            program.post(f"loans/{lent.loan_id}/consents", {**body, "consent_id": NOBODY}),
            # What our own people decide is no consent.
            program.post(
                f"loans/{lent.loan_id}/consents",
                {**body, "consent_id": str(request_of(lent.tenant).pk)},
            ),
        ]

        assert [answer.status_code for answer in answers] == [404] * 4
        assert request_of(lent.tenant).status == "PENDING"

    @pytest.mark.parametrize(
        ("pointer", "change"),
        [
            ("/reason", {"agreed": False}),
            ("/reason", {"agreed": False, "reason": " "}),
            ("/reason", {"agreed": False, "reason": "x" * 501}),
            ("/agreed", {"agreed": "perhaps"}),
            ("/agreed", {"agreed": None}),
            ("/consent_id", {"consent_id": "the first"}),
            ("/due_dates", {"due_dates": ["2030-01-01"]}),
        ],
        ids=["why", "blank", "long", "perhaps", "null", "no_id", "other_dates"],
    )
    def test_that_do_not_fit_name_the_field(
        self, program: Program, lent: Lent, consent_id: str, pointer: str, change: dict[str, Any]
    ) -> None:
        body = {"consent_id": consent_id, "agreed": True, **change}

        answer = program.post(f"loans/{lent.loan_id}/consents", body)

        assert answer.status_code == 422
        assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
        assert request_of(lent.tenant).status == "PENDING"


class TestClassification:
    def test_is_the_worse_of_both_words_and_told(self, program: Program, lent: Lent) -> None:
        path = f"loans/{lent.loan_id}/classification"
        assert program.get(path).json()["class5"] == "NORMAL"

        answer = program.post(path, {"class5": "SUBSTANDARD", "reason": "forborne elsewhere"})

        assert (answer.status_code, answer.json()["class5"]) == (201, "SUBSTANDARD")
        assert program.get(path).json() == answer.json()
        assert program.get(f"loans/{lent.loan_id}").json()["class5"] == "SUBSTANDARD"
        [told] = [
            each["data"]
            for each in program.get("events").json()["results"]
            if each["topic"] == "loan.classified"
        ]
        assert (told["asset_class"], told["basis"]) == ("SUBSTANDARD", "funder")

    def test_said_twice_is_told_once(self, program: Program, lent: Lent) -> None:
        path = f"loans/{lent.loan_id}/classification"

        answers = [program.post(path, {"class5": "DOUBTFUL"}) for _time in range(2)]

        assert [answer.status_code for answer in answers] == [201, 201]
        assert answers[0].json() == answers[1].json()
        topics = [each["topic"] for each in program.get("events").json()["results"]]
        assert topics.count("loan.classified") == 1

    def test_said_otherwise_afterwards_is_the_word_that_counts(
        self, program: Program, lent: Lent
    ) -> None:
        path = f"loans/{lent.loan_id}/classification"

        classes = [
            program.post(path, {"class5": each}).json()["class5"]
            for each in ("LOSS", "SPECIAL_MENTION", "NORMAL")
        ]

        assert classes == ["LOSS", "SPECIAL_MENTION", "NORMAL"]

    def test_of_another_bank_finds_nothing(
        self, program: Program, other: Program, lent: Lent
    ) -> None:
        body = {"class5": "LOSS"}

        answers = [
            other.post(f"loans/{lent.loan_id}/classification", body),
            program.post(f"loans/{NOBODY}/classification", body),
        ]

        assert [answer.status_code for answer in answers] == [404, 404]
        here = program.get(f"loans/{lent.loan_id}/classification").json()
        assert here["class5"] == "NORMAL"

    @pytest.mark.parametrize(
        ("pointer", "body"),
        [
            ("/class5", {}),
            ("/class5", {"class5": "BAD"}),
            ("/class5", {"class5": "substandard"}),
            ("/class5", {"class5": ["LOSS"]}),
            # A class of another country's law.
            ("/class5", {"class5": "NPA"}),
            ("/reason", {"class5": "LOSS", "reason": "x" * 201}),
            ("/reason", {"class5": "LOSS", "reason": None}),
            ("/days_past_due", {"class5": "LOSS", "days_past_due": 91}),
        ],
        ids=["lacking", "unknown", "small", "list", "indian", "long", "null", "more"],
    )
    def test_that_does_not_fit_names_the_field(
        self, program: Program, lent: Lent, pointer: str, body: dict[str, Any]
    ) -> None:
        answer = program.post(f"loans/{lent.loan_id}/classification", body)

        assert answer.status_code == 422
        assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
        here = program.get(f"loans/{lent.loan_id}/classification").json()
        assert here["class5"] == "NORMAL"

    def test_speaks_india_s_classes_there(self, program: Program, lent: Lent) -> None:
        with room.enter(lent.tenant.pk):
            Tenant.objects.filter(pk=lent.tenant.pk).update(jurisdiction="IN")
        path = f"loans/{lent.loan_id}/classification"

        answer = program.post(path, {"class5": "SMA_1"})

        assert (answer.status_code, answer.json()["class5"]) == (201, "SMA_1")
        assert answer.json()["profile"] == "IN-SMA-NPA"
        words = {each["name"]: each["values"] for each in program.get("meta/enums").json()}
        assert "SMA_1" in {word["value"] for word in words["asset_class"]}
