"""The rail: what it is told, and what becomes of everything that it says."""

from datetime import date
from decimal import Decimal

import pytest
from celery.exceptions import Retry

from lending.actions import payments
from lending.models import (
    Loan,
    LoanEvent,
    LoanStatus,
    PaymentOrder,
    PaymentStatus,
    RailMessage,
)
from lending.models.payment import (
    PAYMENT_TRANSITIONS,
)
from lending.queries.payments import unanswered
from lending.rails.protocol import Instruction, Outcome, RailAnswer, RailUnavailable
from lending.rails.sandbox import Behaviour, Odds, SandboxRail
from tenancy.errors import Forbidden
from tenancy.roles import Role
from tenancy.rules.transitions import InvalidTransition
from tests.lending.servicing import build
from tests.tenancy.build import actor

APPLIED, REPEATED, SET_ASIDE = (
    RailMessage.Disposition.APPLIED,
    RailMessage.Disposition.REPEATED,
    RailMessage.Disposition.SET_ASIDE,
)


@pytest.fixture
def order(room) -> PaymentOrder:
    return build.order_of(build.pending())


class TestCallback:
    def test_pays_the_loan_out(self, order):
        message = build.callback(order)

        assert message.disposition == APPLIED
        assert Loan.objects.get().status == LoanStatus.ACTIVE

    def test_said_twice_is_harmless(self, order):
        build.callback(order)
        build.callback(order)

        assert RailMessage.objects.count() == 1
        assert LoanEvent.objects.count() == 1

    def test_said_again_under_another_id_is_harmless(self, order):
        build.callback(order)

        again = build.callback(order, message_id="m-2")

        assert again.disposition == REPEATED
        assert LoanEvent.objects.count() == 1

    @pytest.mark.parametrize(
        "changed",
        [
            {"amount": Decimal("11999.99")},
            {"currency": "USD"},
            {"reference": "nobody's"},
            {"rail": "another"},
        ],
    )
    def test_that_fits_no_order_is_set_aside_with_its_reason(self, order, changed):
        message = build.callback(order, **changed)

        assert message.disposition == SET_ASIDE
        assert message.reason
        assert Loan.objects.get().status == LoanStatus.PENDING
        assert build.order_of(Loan.objects.get()).status == PaymentStatus.PENDING

    def test_after_the_order_was_voided_is_set_aside(self, order):
        payments.void(order_id=order.pk, reason="Wrong card", at=build.NOON, actor=build.SYSTEM)

        message = build.callback(order)

        assert message.disposition == SET_ASIDE
        assert Loan.objects.get().status == LoanStatus.CANCELLED

    def test_that_contradicts_what_was_posted_is_set_aside(self, order):
        build.callback(order)

        message = build.callback(order, message_id="m-2", outcome=Outcome.FAILED)

        assert message.disposition == SET_ASIDE
        assert Loan.objects.get().status == LoanStatus.ACTIVE

    def test_from_another_day_counts_from_the_business_date_at_the_latest(self, order):
        build.callback(order, on=date(2026, 3, 1))

        assert Loan.objects.get().disbursed_on == build.ON

    def test_needs_the_permission(self, order):
        with pytest.raises(Forbidden):
            payments.callback(
                answer=build.answer(order), actor=actor(Role.PLATFORM), at=build.NOON
            )


class TestCollect:
    def test_is_received_when_the_rail_says_so(self, order):
        build.callback(order)
        loan = Loan.objects.get()
        fetched = self.collect(loan)

        build.callback(fetched)

        assert LoanEvent.objects.filter(loan=loan, kind="repaid").get().amount == 500
        assert build.faults() == []

    def test_the_same_key_is_one_order(self, order):
        build.callback(order)
        loan = Loan.objects.get()

        assert self.collect(loan) == self.collect(loan)

    def test_is_refused_before_the_loan_is_active(self, order):
        with pytest.raises(payments.LoanNotCollectable):
            self.collect(Loan.objects.get())

    @staticmethod
    def collect(loan: Loan) -> PaymentOrder:
        return payments.collect(
            loan_id=loan.pk,
            amount=Decimal(500),
            on=build.ON,
            at=build.NOON,
            actor=build.SYSTEM,
            key="k",
        )


class TestOrder:
    @pytest.mark.parametrize("before", PaymentStatus)
    @pytest.mark.parametrize("after", PaymentStatus)
    def test_moves_only_along_its_table(self, before, after):
        order = PaymentOrder(status=before, reference="r")
        if after in PAYMENT_TRANSITIONS.get(before, frozenset()):
            order.move_to(after)
            assert order.status == after
        else:
            with pytest.raises(InvalidTransition):
                order.move_to(after)

    def test_is_chased_while_it_has_no_answer(self, order):
        later = build.NOON.replace(hour=23)
        assert unanswered(later) == [order.pk]

        build.callback(order)

        assert unanswered(later) == []


class TestSandbox:
    @staticmethod
    def send(behaviour: Behaviour, attempt: int = 1) -> list[tuple[RailAnswer, float]]:
        answers: list[tuple[RailAnswer, float]] = []
        rail = SandboxRail(
            deliver=lambda answer, seconds: answers.append((answer, seconds)),
            told={"r": behaviour},
        )
        rail.send(Instruction("r", "out", Decimal(10), "CNY", build.ON, attempt))
        return answers

    def test_answers_once_and_at_once(self):
        ((answer, seconds),) = self.send(Behaviour.POST)

        assert (answer.outcome, answer.amount, seconds) == (Outcome.POSTED, Decimal(10), 0)

    def test_can_fail(self):
        assert self.send(Behaviour.FAIL)[0][0].outcome is Outcome.FAILED

    def test_can_be_slow(self):
        assert self.send(Behaviour.SLOW)[0][1] > 0

    def test_can_answer_twice_with_the_same_message(self):
        (first, _), (second, _) = self.send(Behaviour.TWICE)

        assert first == second

    def test_can_be_down_for_the_first_attempt(self):
        with pytest.raises(RailUnavailable):
            self.send(Behaviour.DOWN_ONCE)
        assert self.send(Behaviour.DOWN_ONCE, attempt=2)

    def test_behaves_the_same_way_each_time(self):
        odds = Odds(fail=200, slow=200, twice=200)
        rails = [SandboxRail(deliver=lambda *_: None, odds=odds) for _ in range(2)]

        drawn = [[rail.behaviour(str(n)) for n in range(200)] for rail in rails]

        assert drawn[0] == drawn[1]
        assert set(drawn[0]) == {
            Behaviour.POST,
            Behaviour.FAIL,
            Behaviour.SLOW,
            Behaviour.TWICE,
        }


class TestTasks:
    def test_carry_a_payment_to_the_rail_and_its_answer_back(self, room, sent_tasks, settings):
        settings.PAYMENT_SANDBOX = {**settings.PAYMENT_SANDBOX, "odds": {"twice": 1000}}
        loan = build.pending()

        done = sent_tasks.run()

        loan.refresh_from_db()
        assert loan.status == LoanStatus.ACTIVE
        assert done == ["lending.pay", "lending.rail_answer", "lending.rail_answer"]
        assert RailMessage.objects.count() == 1

    def test_try_again_while_the_rail_is_down(self, room, sent_tasks, settings):
        settings.PAYMENT_SANDBOX = {**settings.PAYMENT_SANDBOX, "odds": {"down_once": 1000}}
        loan = build.pending()

        with pytest.raises(Retry) as later:
            sent_tasks.run()
        later.value.sig.apply(throw=True)
        sent_tasks.run()

        loan.refresh_from_db()
        assert loan.status == LoanStatus.ACTIVE
        assert build.order_of(loan).attempts == 2

    def test_an_order_already_answered_is_not_sent_again(self, order, sent_tasks):
        build.callback(order)

        assert payments.prepare(order_id=order.pk) is None

    def test_note_that_the_rail_could_not_be_reached(self, order):
        payments.unreachable(order_id=order.pk, reason="down")

        order.refresh_from_db()
        assert (order.status, order.failure) == (PaymentStatus.PENDING, "down")
