"""New dates after a drought: an officer asks, a second person and the bank agree."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from lending.actions import rescheduling
from lending.models import LoanEvent
from partners.actions import reschedulings
from partners.models import BankEvent
from tenancy.actions import approvals, subscriptions
from tenancy.errors import Invalid, NotFound
from tenancy.models import ApprovalRequest, AuditEvent, OutboxMessage
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

        with pytest.raises(approvals.RequestSettled), transaction.atomic():
            approved(request)
        assert len(due(loan)) == 12
        with pytest.raises(approvals.RequestSettled):
            says(loan, True)

    @pytest.mark.parametrize("is_approved", [False, True])
    def test_are_closed_for_good_by_the_bank_s_no(self, loan, sent_tasks, is_approved):
        request = asked(loan, sent_tasks)
        if is_approved:
            assert approved(request) is None
        for _again in range(2):
            says(loan, False, reason="the crop is insured")

        request.refresh_from_db()
        assert (request.status, request.ended_by) == ("REFUSED", "harbour")
        assert request.ended_reason == "the crop is insured"
        assert bool(request.checker_id) == is_approved
        refused = AuditEvent.objects.get(action="approval.refuse", subject_id=str(request.pk))
        assert refused.reason == "the crop is insured"
        with pytest.raises(approvals.NotApproved), transaction.atomic():
            reschedulings.carry_out(
                actor=build.actor(Role.SUPERVISOR), at=NOON, on=ON, request_id=request.pk
            )
        assert len(due(loan)) == 12

    @pytest.mark.parametrize("is_approved", [False, True])
    def test_are_closed_when_the_bank_keeps_silent(self, loan, sent_tasks, is_approved):
        request = asked(loan, sent_tasks)
        if is_approved:
            approved(request)
        late = ApprovalRequest.objects.get(kind=reschedulings.CONSENT).expires_at

        ended = [reschedulings.lapse(at=at) for at in (late - timedelta(1), late, late)]

        request.refresh_from_db()
        assert ended == [0, 1, 0]
        assert (request.status, request.ended_by) == ("LAPSED", "harbour")
        with pytest.raises(approvals.RequestSettled):
            says(loan, True)

    def test_that_have_happened_are_not_closed_by_silence(self, loan, sent_tasks):
        request = asked(loan, sent_tasks)
        says(loan, True)
        approved(request)

        late = ApprovalRequest.objects.get(kind=reschedulings.CONSENT).expires_at
        assert reschedulings.lapse(at=late) == 0
        request.refresh_from_db()
        assert (request.status, due(loan)) == ("APPROVED", list(HARVEST))

    def test_may_be_asked_for_anew_after_a_no(self, loan, sent_tasks):
        first = asked(loan, sent_tasks)
        says(loan, False, reason="not before the audit")

        second = asked(loan, sent_tasks)

        assert second.pk != first.pk
        assert ApprovalRequest.objects.filter(kind=reschedulings.CONSENT).count() == 2

    def test_refused_are_told_to_who_listens(self, loan, sent_tasks):
        asked(loan, sent_tasks)
        subscriptions.subscribe(
            actor=build.actor(Role.OFFICER), at=NOON, url="https://platform.example/hooks",
            topics=["loan.reschedule_refused"],
        )  # fmt: skip

        says(loan, False, reason="the crop is insured")

        [message] = OutboxMessage.objects.all()
        assert message.payload["id"] == str(loan.pk)
        assert message.payload["reason"] == "the crop is insured"

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
