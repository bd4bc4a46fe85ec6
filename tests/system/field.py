"""What the village does in the story of a farmer's loan: F4, F5 and F6 as phones send them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from lending.models import Loan
from rural.actions import form_intake, leads, panels, recommendations, village_partners, visits
from rural.models import (
    Household,
    PanelResult,
    Recommendation,
    SubmissionStatus,
    TakenForm,
    VillagePartner,
    Visit,
    VisitSignal,
)
from tenancy.actors import Actor
from tenancy.models import User
from tenancy.roles import Role
from tests.rural import answers, build, village_build
from tests.rural.answers import Files
from tests.rural.build import NOON

BOSS, SYSTEM = village_build.BOSS, village_build.SYSTEM
SESSION = "LIUSHU-1"
EVALUATORS = {"EV01": 4, "EV02": 4, "EV03": 5, "EV04": 4, "EV05": 2}


def ready() -> VillagePartner:
    """Forms, rules and an agent of the village who is registered as a partner."""
    build.field_work()
    village_build.ready()
    agent = build.person(Role.AGENT, "Zhang Qiang", villages=(build.VILLAGE,))
    return village_partners.register(
        actor=BOSS, at=NOON, on=build.ON, code="P1", user=User.objects.get(pk=agent.id)
    )


def recommended(of: VillagePartner, household: Household) -> Recommendation:
    """The partner's F4 of somebody who is not on record; the officer says who that became."""
    sent(
        "F4", lambda files: answers.recommendation(files, new_name="王建国"),
        by=village_build.agent_of(of),
    )  # fmt: skip
    made = Recommendation.objects.select_related("lead").get()
    leads.attach(actor=BOSS, at=NOON, lead_id=made.lead_id, household_id=household.pk)
    return made


def graded(household: Household, on: date) -> PanelResult:
    """Five neighbours vote on F6, each alone; nobody reads a ballot before the end."""
    session = panels.open_session(
        actor=BOSS, at=NOON, on=on, village_id=household.village_id, code=SESSION,
        household_ids=[household.pk], evaluators={code: set() for code in EVALUATORS},
    )  # fmt: skip
    officer = build.person(Role.OFFICER, "Sun Wei")
    for code, mark in EVALUATORS.items():
        sent("F6", _ballot(code, mark), by=officer, subject=str(household.pk))
    (result,) = panels.close(actor=BOSS, at=NOON, on=on, session_id=session.pk)
    return result


def _ballot(code: str, mark: int) -> Callable[[Files], dict[str, Any]]:
    marks = dict.fromkeys(("character", "diligence", "family_harmony"), str(mark))
    told = {"panel_session": SESSION, "evaluator_code": code, "veto": "none", **marks}

    def fill(files: Files) -> dict[str, Any]:
        filled = answers.ballot(files, **told)
        del filled["veto_evidence"]
        return filled

    return fill


def followed(made: Recommendation, on: date) -> Recommendation:
    """Find out what became of the recommendation, as every hour does."""
    recommendations.link(actor=SYSTEM, at=NOON, on=on)
    made.refresh_from_db()
    return made


def visited(loan: Loan, household: Household, at: datetime) -> Visit:
    """The officer's F5 after the loan, signed by two; the visit that was due is made."""
    assert loan.disbursed_on is not None
    visits.fall_due(actor=SYSTEM, at=NOON, on=loan.disbursed_on)
    sent(
        "F5", lambda files: answers.visit(files, loan_no=loan.number),
        by=build.person(Role.OFFICER, "Zhou Jie"), subject=str(household.pk), at=at,
    )  # fmt: skip
    visit = Visit.objects.get(loan=loan)
    assert list(VisitSignal.objects.values_list("code", flat=True)) == ["crop_failed"]
    return visit


def sent(
    code: str,
    fill: Callable[[Files], dict[str, Any]],
    *,
    by: Actor,
    subject: str = "",
    at: datetime = NOON,
) -> None:
    """Send a form in with its photos, and let the task make of it what it says."""
    form, files = build.sent(code, fill, subject=subject, finalized_at=at)
    receipt = build.receive(form, by, at)
    assert receipt.errors == (), receipt.errors
    build.upload(files, by, at)
    receipt.submission.refresh_from_db()
    assert receipt.submission.status == SubmissionStatus.COMPLETE
    form_intake.take(actor=SYSTEM, at=at, on=at.date())
    assert TakenForm.objects.get(submission=receipt.submission).refusal == ""
