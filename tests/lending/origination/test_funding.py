"""Applications that a partner bank decides upon after us."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from celery import current_app
from django.db import IntegrityError, connection, transaction
from django.utils import translation

from lending.actions import applications, funding, timers
from lending.actions.capacity import CapacityExceeded
from lending.actions.desk import WrongStage
from lending.admin import clocks
from lending.models import Application, Offer
from lending.queries import pipeline
from lending.rules.stages import Stage
from tenancy.errors import Forbidden, Invalid
from tenancy.roles import Role
from tenancy.wording import said
from tests.lending import build
from tests.lending.build import NOON, ON, SYSTEM, actor


def before_banks(**changes) -> Application:
    """An application for 100,000 that we approved and a bank has not."""
    build.product(funding="partner")
    application = build.referred(**changes)
    made = applications.approve(
        actor=actor(Role.SUPERVISOR, limit="1000000"), at=NOON, on=ON,
        application_id=application.pk, reason="Known for ten years",
    )  # fmt: skip
    assert made is None
    application.refresh_from_db()
    return application


def offer(application, **changes) -> Offer:
    facts = {
        "actor": actor(Role.BANK), "at": NOON, "on": ON, "application_id": application.pk,
        "amount": Decimal(80_000), "annual_rate": Decimal("0.18"), "term": 120,
        "funder": "First Bank",
    }  # fmt: skip
    return funding.offer(**{**facts, **changes})


def standing(stage: Stage, at: datetime) -> pipeline.StageFigures:
    return next(each for each in pipeline.stages(at=at) if each.stage == stage)


class TestApproval:
    def test_goes_to_the_banks_and_makes_no_offer(self, room, sent_tasks):
        application = before_banks()

        assert application.stage == Stage.FUNDING
        assert (application.approved_amount, application.approved_term) == (Decimal(100_000), 180)
        assert application.approved_rate == Decimal("0.219")
        assert not Offer.objects.exists()
        assert "partners.route" in sent_tasks.names

    def test_the_clock_of_the_banks_runs_for_three_days(self, room):
        assert before_banks().stage_due_at == NOON + timedelta(days=3)

    def test_our_own_clock_stands_still_meanwhile(self, room):
        """A bank's clock is its placement's; see the placements' own tests."""
        before_banks()

        assert timers.tell_breaches(actor=SYSTEM, at=NOON + timedelta(days=4)) == 0

    def test_is_neither_late_nor_stuck_meanwhile(self, room):
        application, late = before_banks(), NOON + timedelta(days=4)

        assert standing(Stage.FUNDING, late).count == 1
        assert standing(Stage.FUNDING, late).breached == 0
        assert pipeline.stuck(at=late).rows == []
        assert [desk.breached for desk in pipeline.officer_load(at=late)] == [0]
        assert list(Application.objects.with_partners()) == [application]

    def test_the_pause_is_told_when_it_is_over(self, room):
        application, later = before_banks(), NOON + timedelta(hours=5)
        assert standing(Stage.FUNDING, later).mean_pause is None

        offer(application, at=later)

        application.refresh_from_db()
        assert standing(Stage.FUNDING, later).mean_pause == timedelta(hours=5)
        assert standing(Stage.REFERRED, later).mean_pause is None
        # The borrower has it now: the clock stands on.
        assert clocks.paused(
            application, application.changes.all(), at=later + timedelta(hours=1)
        ) == timedelta(hours=6)

    def test_what_the_household_cannot_carry_is_refused(self, room):
        build.product()
        application = build.referred(evidence=build.evidence(capacity={"limit": "24700"}))

        with pytest.raises(CapacityExceeded, match="24700"), transaction.atomic():
            build.approve(application)

        assert build.approve(application, amount=Decimal(24_700)).amount == 24_700

    def test_a_capacity_that_cannot_be_read_lets_nothing_through(self, room):
        build.product()
        application = build.referred(evidence=build.evidence(capacity={"limit": "plenty"}))

        with pytest.raises(CapacityExceeded):
            build.approve(application)


class TestOffer:
    def test_is_made_at_the_bank_s_terms_with_a_new_cost_table(self, room):
        application = before_banks()

        made = offer(application)

        application.refresh_from_db()
        assert application.stage == Stage.APPROVED
        assert (made.amount, made.annual_rate, made.term) == (
            Decimal(80_000),
            Decimal("0.18"),
            120,
        )
        assert made.cost_table["terms"]["principal"] == "80000.00"
        assert "First Bank" in str(made.cost_table)

    def test_repeated_is_the_same_offer(self, room):
        application = before_banks()

        assert offer(application) == offer(application)
        assert Offer.objects.count() == 1

    def test_other_terms_after_it_are_refused(self, room):
        application = before_banks()
        offer(application)

        with pytest.raises(WrongStage):
            offer(application, amount=Decimal(70_000))

    @pytest.mark.parametrize(
        ("change", "pointer"),
        [
            ({"amount": Decimal("100000.01")}, "/amount"),
            ({"amount": Decimal("999.99")}, "/amount"),
            ({"amount": Decimal("NaN")}, "/amount"),
            ({"annual_rate": Decimal("0.22")}, "/annual_rate"),
            ({"annual_rate": Decimal("-0.01")}, "/annual_rate"),
            ({"term": 181}, "/term"),
        ],
    )
    def test_beyond_our_approval_is_refused(self, room, change, pointer):
        application = before_banks()

        with pytest.raises(Invalid) as refused:
            offer(application, **change)

        assert [error.pointer for error in refused.value.errors] == [pointer]

    def test_names_the_bank_in_the_readers_language(self, room):
        made = offer(before_banks(), funder="First Bank", funder_zh="第一银行")

        reason = made.application.changes.latest("pk").reason
        assert said(reason) == "First Bank"
        with translation.override("zh-hans"):
            assert said(reason) == "第一银行"

    def test_stands_as_long_as_the_bank_stands_by_it(self, room):
        until = NOON + timedelta(days=2)

        made = offer(before_banks(), expires_at=until)

        assert made.expires_at == made.application.stage_due_at == until

    def test_is_not_a_collector_s_to_make(self, room):
        with pytest.raises(Forbidden):
            offer(before_banks(), actor=actor(Role.COLLECTOR))


class TestUnfunded:
    def test_declines_with_a_reason_for_the_borrower(self, room):
        application = before_banks()

        for _time in range(2):
            funding.unfunded(
                actor=SYSTEM, at=NOON, application_id=application.pk, reason="A: no; B: no"
            )

        application.refresh_from_db()
        assert application.stage == Stage.DECLINED
        assert [reason["code"] for reason in application.reasons][-1] == "no_funder"


class TestWithdrawal:
    def test_is_told_to_the_banks(self, room, sent_tasks):
        application = before_banks()

        applications.withdraw(actor=actor(Role.OFFICER), at=NOON, application_id=application.pk)

        assert sent_tasks.names[-1] == "partners.application_withdrawn"

    def test_an_offer_that_ran_out_is_told_too(self, room, sent_tasks):
        offer(before_banks())

        timers.expire(actor=SYSTEM, at=NOON + timedelta(days=60))

        assert sent_tasks.names[-1] == "partners.application_withdrawn"


class TestAutomaticDecision:
    def test_of_our_own_product_tells_no_bank(self, room, sent_tasks):
        build.offered()

        assert not [name for name in sent_tasks.names if name.startswith("partners.")]


def test_the_database_knows_no_funding_without_terms(room):
    before_banks()

    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE lending_application SET approved_amount = NULL")


def test_every_message_to_the_banks_has_a_receiver():
    current_app.loader.import_default_modules()

    names = {name for name in current_app.tasks if name.startswith("partners.")}
    assert {
        "partners.route", "partners.application_withdrawn", "partners.fund", "partners.settle",
        "partners.paid_out", "partners.not_paid_out",
    } <= names  # fmt: skip
