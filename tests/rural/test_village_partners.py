"""Village partners: what they may, what they are told, and how a suspension ends."""

import json
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction

from lending.models import Application, Loan
from rural.actions import form_intake, leads, recommendations, village_partners
from rural.models import Contact, Lead, Recommendation, Reminder, TakenForm, VillagePartner
from rural.models.village_partner import (
    PARTNER_TRANSITIONS,
    PartnerStatus,
)
from rural.queries import status_words
from tenancy.actors import Actor
from tenancy.errors import Forbidden, NotFound
from tenancy.roles import Role
from tenancy.rules.transitions import InvalidTransition
from tests.lending import build as lending
from tests.rural import village_build as build

pytestmark = pytest.mark.usefixtures("room")
F4 = {
    "is_new_farmer": True,
    "new_name": "李秀英",
    "new_phone": "138****8000",
    "village": build.build.VILLAGE,
    "relation": "none",
    "known_years": "12",
    "opinion": "recommend",
    "reasons": ["hard_working"],
    "purpose": "planting",
    "asked_amount": "30000.00",
}


def suspend(partner: VillagePartner, by: Actor = build.BOSS) -> VillagePartner:
    return village_partners.suspend(
        actor=by, at=build.NOON, partner_id=partner.pk, reason="Took a fee"
    )


def appeal(partner: VillagePartner) -> VillagePartner:
    return village_partners.appeal(
        actor=build.agent_of(partner), at=build.NOON, partner_id=partner.pk, reason="I did not"
    )


def decide(partner: VillagePartner, by: Actor, *, is_upheld: bool = True) -> VillagePartner:
    return village_partners.decide_appeal(
        actor=by, at=build.NOON, on=build.ON, partner_id=partner.pk, is_upheld=is_upheld,
        reason="Heard",
    )  # fmt: skip


def f4(partner: VillagePartner, **changes: Any) -> Recommendation:
    answers = {**F4, **changes.pop("answers", {})}
    village = build.build.village()
    numbers = json.dumps({"/new_phone": changes.pop("phone", "13800138000")})
    submission = build.submission(
        "F4", answers, build.agent_of(partner), village=village, numbers=numbers, **changes
    )
    found = recommendations.take(actor=build.SYSTEM, at=build.NOON, submission_id=submission.pk)
    assert found is not None
    return found


class TestStatus:
    @pytest.mark.parametrize(
        ("before", "after"),
        [
            (before, after)
            for before in PartnerStatus
            for after in PartnerStatus
            if after not in PARTNER_TRANSITIONS.get(before, frozenset())
        ],
    )
    def test_no_way_beside_the_table(self, before: PartnerStatus, after: PartnerStatus) -> None:
        partner = VillagePartner(status=before)

        with pytest.raises(InvalidTransition):
            partner.move_to(after, at=build.NOON, actor=build.SYSTEM, reason="x")

    def test_an_upheld_appeal_lets_him_work_again_and_rest(self) -> None:
        partner = build.partner()
        suspend(partner)
        appeal(partner)

        after = decide(partner, build.SECOND_BOSS)

        assert after.status == PartnerStatus.ACTIVE
        assert after.reviewed_until == build.ON + timedelta(days=90)
        steps = list(after.changes.order_by("pk").values_list("to_status", flat=True))
        assert steps == ["SUSPENDED", "APPEALING", "ACTIVE"]

    def test_a_rejected_appeal_leaves_him_suspended(self) -> None:
        partner = build.partner()
        suspend(partner)
        appeal(partner)

        assert decide(partner, build.SECOND_BOSS, is_upheld=False).status == "SUSPENDED"

    @pytest.mark.parametrize("is_upheld", [True, False])
    def test_an_appeal_that_comes_again_after_its_decision_changes_nothing(
        self, is_upheld: bool
    ) -> None:
        partner = build.partner()
        suspend(partner)
        against = str(partner.changes.latest("pk").pk)
        heard: dict[str, Any] = {
            "actor": build.agent_of(partner),
            "at": build.NOON,
            "partner_id": partner.pk,
        }
        village_partners.appeal(**heard, reason="I did not", against=against)
        decided = decide(partner, build.SECOND_BOSS, is_upheld=is_upheld)

        again = village_partners.appeal(**heard, reason="I did not", against=against)

        assert again.status == decided.status
        assert partner.changes.count() == 3

    def test_a_suspension_that_an_appeal_did_not_end_can_be_appealed_against_anew(self) -> None:
        partner = build.partner()
        suspend(partner)
        appeal(partner)
        decide(partner, build.SECOND_BOSS, is_upheld=False)

        after = village_partners.appeal(
            actor=build.agent_of(partner), at=build.NOON, partner_id=partner.pk,
            reason="Ask the farmer", against=str(partner.changes.latest("pk").pk),
        )  # fmt: skip

        assert after.status == PartnerStatus.APPEALING

    def test_who_suspended_does_not_decide_the_appeal(self) -> None:
        partner = build.partner()
        suspend(partner)
        appeal(partner)

        with pytest.raises(village_partners.JudgeInOwnCause):
            decide(partner, build.BOSS)

    def test_nobody_else_appeals_for_him_in_the_field(self) -> None:
        partner, other = build.partner(), build.partner("P2", "Li Na")
        suspend(partner)

        with pytest.raises(Forbidden):
            village_partners.appeal(
                actor=build.agent_of(other), at=build.NOON, partner_id=partner.pk, reason="x"
            )

    def test_a_suspended_partner_may_not_submit(self) -> None:
        partner = build.partner()
        village_partners.require_may_submit(build.agent_of(partner))
        suspend(partner)

        with pytest.raises(village_partners.PartnerSuspended):
            village_partners.require_may_submit(build.agent_of(partner))

    def test_a_suspended_partner_finishes_his_reminders(self) -> None:
        partner = build.partner()
        reminder = reminded(partner)
        suspend(partner)

        done = leads.finish_reminder(
            actor=build.agent_of(partner), at=build.NOON, reminder_id=reminder.pk, kind="call",
            outcome="will_pay",
        )  # fmt: skip

        assert done.finished_at == build.NOON
        assert Contact.objects.get().outcome == "will_pay"


def reminded(partner: VillagePartner) -> Reminder:
    """The first reminder of a loan that he brought: due on 5 February, told on 1 February."""
    build.recommended_loan(partner)
    leads.remind(actor=build.SYSTEM, at=build.NOON, on=date(2026, 2, 1))
    return Reminder.objects.get()


class TestReminders:
    def test_come_before_a_due_date_and_after_a_missed_one_and_once(self) -> None:
        partner = build.partner()
        reminder = reminded(partner)
        leads.remind(actor=build.SYSTEM, at=build.NOON, on=date(2026, 2, 1))

        assert (reminder.kind, reminder.due_on) == ("upcoming", date(2026, 2, 5))
        (shown,) = status_words.reminders_of(partner)
        assert (shown.name, shown.due_on) == ("户主1", date(2026, 2, 5))

    def test_another_partners_are_not_found(self) -> None:
        partner, other = build.partner(), build.partner("P2", "Li Na")
        reminder = reminded(partner)

        with pytest.raises(NotFound):
            leads.finish_reminder(
                actor=build.agent_of(other), at=build.NOON, reminder_id=reminder.pk, kind="call",
                outcome="reached",
            )  # fmt: skip


class TestRecommendations:
    def test_a_form_becomes_a_lead_and_a_recommendation_once(self) -> None:
        partner = build.partner()
        first = f4(partner)
        again = recommendations.take(
            actor=build.SYSTEM, at=build.NOON, submission_id=first.submission_id
        )

        assert again == first
        assert (first.asked_amount, first.relation) == (Decimal(30_000), "none")
        assert Lead.objects.get().name == "李秀英"

    def test_the_same_telephone_is_the_same_lead(self) -> None:
        partner = build.partner()
        f4(partner)
        f4(partner, answers={"new_name": "李 秀英"})

        assert Lead.objects.count() == 1
        assert Lead.objects.get().masked["phone"] == "138****8000"

    def test_kin_may_recommend_and_is_flagged(self) -> None:
        assert f4(build.partner(), answers={"relation": "kin"}).is_flagged

    def test_the_application_that_followed_is_found(self) -> None:
        partner = build.partner()
        application = lending.submitted(at=build.NOON + timedelta(days=3))
        home = build.household(borrower=application.borrower)
        made = f4(partner, household=home)

        found = recommendations.link(
            actor=build.SYSTEM, at=build.NOON + timedelta(days=4), on=build.ON
        )

        made.refresh_from_db()
        assert (found, made.application_id) == (1, application.pk)

    def test_forms_are_taken_in_by_the_worker_and_a_bad_one_stops_none(self) -> None:
        partner = build.partner()
        agent, village = build.agent_of(partner), build.build.village()
        build.submission("F4", F4, agent, village=village, numbers="{}")
        staff = build.build.person(Role.OFFICER)
        build.submission("F6", {"panel_session": "no", "evaluator_code": "E1"}, staff)

        assert form_intake.take(actor=build.SYSTEM, at=build.NOON, on=build.ON) == 2
        assert form_intake.take(actor=build.SYSTEM, at=build.NOON, on=build.ON) == 0
        assert Recommendation.objects.count() == 1
        assert "belongs to no session" in TakenForm.objects.get(form_code="F6").refusal


class TestStatusWords:
    def test_follow_the_farmers_way(self) -> None:
        partner = build.partner()
        application = lending.submitted(at=build.NOON + timedelta(days=3))
        home = build.household(borrower=application.borrower)
        lead = f4(partner, household=home).lead

        def word() -> str:
            return status_words.leads_of(partner)[0].word

        assert word() == "received"
        leads.ask_for_paper(actor=build.BOSS, at=build.NOON, lead_id=lead.pk, paper="land_cert")
        assert word() == "need_paper"
        assert status_words.leads_of(partner)[0].papers == ("land_cert",)
        leads.receive_paper(actor=build.BOSS, at=build.NOON, lead_id=lead.pk, paper="land_cert")
        assert word() == "received"
        lending.approve(lending.decide(application))
        assert word() == "approved"

    def test_leak_no_number(self) -> None:
        partner = build.partner()
        loan = build.recommended_loan(partner)
        leads.remind(actor=build.SYSTEM, at=build.NOON, on=date(2026, 2, 1))

        told = repr([*status_words.leads_of(partner), *status_words.reminders_of(partner)])

        application = Application.objects.get()
        assert Loan.objects.get() == loan
        hidden = ("20000", "100000", "0.18", loan.number, application.number, "1833")
        assert [secret for secret in hidden if secret in told] == []


class TestContacts:
    def test_a_contact_is_logged_once(self) -> None:
        partner = build.partner()
        lead = f4(partner).lead

        def log() -> Contact:
            return leads.log_contact(
                actor=build.agent_of(partner), at=build.NOON, lead_id=lead.pk, kind="visit",
                outcome="reached", key="c-1",
            )  # fmt: skip

        assert log() == log()

    def test_only_for_ones_own_leads(self) -> None:
        partner, other = build.partner(), build.partner("P2", "Li Na")
        lead = f4(partner).lead

        with pytest.raises(NotFound), transaction.atomic():
            leads.log_contact(
                actor=build.agent_of(other), at=build.NOON, lead_id=lead.pk, kind="visit",
                outcome="reached", key="c-1",
            )  # fmt: skip
        with pytest.raises(Forbidden):
            leads.log_contact(
                actor=build.BOSS, at=build.NOON, lead_id=uuid4(), kind="visit",
                outcome="reached", key="c-1",
            )  # fmt: skip


def test_the_business_day_brings_all_of_it_by_itself() -> None:
    """The hourly task, in the room's own transaction, leaves nothing to do a second time."""
    partner = build.partner()
    build.recommended_loan(partner)
    on = date(2026, 2, 1)
    for _time in range(2):
        recommendations.link(actor=build.SYSTEM, at=build.NOON, on=on)
        leads.remind(actor=build.SYSTEM, at=build.NOON, on=on)

    assert Reminder.objects.count() == 1
    assert isinstance(build.NOON, datetime)
