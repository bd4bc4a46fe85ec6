"""New dates after a drought: an officer asks, a second person and the bank agree."""

from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from lending.actions import rescheduling
from lending.models import LoanEvent
from partners.actions import reschedulings
from partners.models import BankEvent
from tenancy.actions import approvals
from tenancy.errors import Invalid, NotFound
from tenancy.models import ApprovalRequest
from tenancy.roles import Role
from tests.lending.servicing import build as servicing
from tests.partners import build, money
from tests.partners.money import NOON, ON
from tests.tasks import SentTasks

HARVEST = (date(2026, 9, 20), date(2027, 1, 20))


def asked(loan: Any, sent: SentTasks) -> ApprovalRequest:
    request = rescheduling.ask(
        actor=build.actor(Role.OFFICER), at=NOON, loan_id=loan.pk, due_dates=HARVEST, on=ON,
        reason="Drought in the county",
    )  # fmt: skip
    sent.run()
    return request


def approved(request: ApprovalRequest) -> Any:
    second = build.actor(Role.SUPERVISOR)
    approvals.approve(actor=second, at=NOON, request_id=request.pk, reason="visited")
    return reschedulings.carry_out(actor=second, at=NOON, on=ON, request_id=request.pk)


def says(loan: Any, agreed: bool, bank: Any = None, reason: str = "") -> ApprovalRequest:
    event = BankEvent.objects.get(topic="loan.reschedule_asked")
    return reschedulings.consent(
        actor=build.actor_of(bank or build.bank()), at=NOON, loan_id=loan.pk,
        consent_id=event.payload["consent_id"], agreed=agreed, reason=reason,
    )  # fmt: skip


def due(loan: Any) -> list[date]:
    return [row.due_on for row in loan.instalments.order_by("number")]


@pytest.fixture
def loan(room) -> Any:
    return money.co_lent()


class TestOfACoLentLoan:
    @pytest.mark.parametrize("bank_first", [True, False])
    def test_happen_with_the_last_of_both_words_and_once(self, loan, sent_tasks, bank_first):
        request = asked(loan, sent_tasks)
        words = [lambda: says(loan, True), lambda: approved(request)]
        first, second = words if bank_first else reversed(words)

        first()
        assert not LoanEvent.objects.filter(kind="rescheduled").exists()
        second()
        says(loan, True)
        reschedulings.carry_out(
            actor=build.actor(Role.SUPERVISOR), at=NOON, on=ON, request_id=request.pk
        )

        assert due(loan) == list(HARVEST)
        assert LoanEvent.objects.filter(kind="rescheduled").count() == 1
        assert BankEvent.objects.filter(topic="loan.rescheduled").count() == 1
        assert servicing.faults() == []

    def test_do_not_happen_when_the_bank_says_no(self, loan, sent_tasks):
        request = asked(loan, sent_tasks)
        with pytest.raises(Invalid), transaction.atomic():
            says(loan, False)
        says(loan, False, reason="the crop is insured")

        assert approved(request) is None
        assert len(due(loan)) == 12
        with pytest.raises(approvals.RequestSettled):
            says(loan, True)

    def test_are_no_other_bank_s_to_agree_to(self, loan, sent_tasks):
        asked(loan, sent_tasks)

        with pytest.raises(NotFound):
            says(loan, True, build.bank("other"))

    def test_nothing_but_the_bank_s_own_credential_makes_its_word(self, loan, sent_tasks):
        asked(loan, sent_tasks)
        other = build.actor_of(build.bank("other"))

        for who in (other.id, "officer-7", ""):
            with (
                pytest.raises(IntegrityError, match="has not agreed itself"),
                transaction.atomic(),
                connection.cursor() as cursor,
            ):
                cursor.execute(
                    "UPDATE tenancy_approvalrequest SET status = 'APPROVED', checker_id = %s,"
                    " checker_name = 'x', decided_at = now() WHERE kind = %s",
                    [who, reschedulings.CONSENT],
                )

    def test_no_person_of_ours_speaks_for_the_bank(self, loan, sent_tasks):
        asked(loan, sent_tasks)
        put = ApprovalRequest.objects.get(kind=reschedulings.CONSENT)

        with pytest.raises(approvals.NotOurs):
            approvals.approve(actor=build.actor(Role.RISK_MANAGER), at=NOON, request_id=put.pk)


class TestOfOurOwnLoan:
    def test_need_a_second_person_only(self, room, sent_tasks):
        loan = servicing.active()
        request = asked(loan, sent_tasks)

        with pytest.raises(approvals.NotApproved), transaction.atomic():
            reschedulings.carry_out(
                actor=build.actor(Role.SUPERVISOR), at=NOON, on=ON, request_id=request.pk
            )
        approved(request)

        assert due(loan) == list(HARVEST)
        assert not BankEvent.objects.exists()

    def test_are_asked_for_only_where_they_fit(self, room):
        loan = servicing.active()

        with pytest.raises(Invalid):
            rescheduling.ask(
                actor=build.actor(Role.OFFICER), at=NOON, loan_id=loan.pk,
                due_dates=HARVEST[::-1], on=ON, reason="Drought",
            )  # fmt: skip
