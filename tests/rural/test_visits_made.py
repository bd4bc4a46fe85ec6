"""Visits: due in time, planned along the way, signed by two."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from lending.models import Loan
from rural.actions import visits
from rural.models import CalendarDay, Household, Visit, VisitSignal, VisitStatus
from rural.models.visit import VISIT_TRANSITIONS
from rural.queries import visits as queries
from tenancy.errors import Invalid
from tenancy.models import User
from tenancy.roles import Role
from tenancy.rules.transitions import InvalidTransition
from tests.rural import village_build as build

pytestmark = pytest.mark.usefixtures("room")


def fall_due(on: date) -> int:
    return visits.fall_due(actor=build.SYSTEM, at=build.NOON, on=on)


def lent() -> Loan:
    return build.recommended_loan(build.partner())


class TestFallDue:
    def test_the_first_visit_is_due_fifteen_working_days_after_the_money(self) -> None:
        lent()
        CalendarDay.objects.create(
            day=date(2026, 1, 26), is_working=False, name="New Year", source="Notice 2026"
        )

        assert fall_due(build.ON) == 1
        assert fall_due(build.ON) == 0
        visit = Visit.objects.get()
        assert (visit.kind, visit.due_on) == ("first", date(2026, 1, 27))

    def test_then_every_quarter(self) -> None:
        lent()
        fall_due(build.ON)

        fall_due(date(2026, 7, 5))

        kinds = Visit.objects.order_by("due_on").values_list("kind", "due_on")
        assert list(kinds) == [
            ("first", date(2026, 1, 26)),
            ("quarterly", date(2026, 4, 5)),
            ("quarterly", date(2026, 7, 5)),
        ]

    def test_what_was_not_made_is_overdue_the_day_after(self) -> None:
        lent()
        fall_due(build.ON)

        assert queries.overdue(date(2026, 1, 26)) == []
        assert len(queries.overdue(date(2026, 1, 27))) == 1


class TestPlan:
    def test_lays_the_way_from_the_centre_to_the_nearest(self) -> None:
        build.ready()
        officer = build.build.person(Role.OFFICER, villages=(build.build.VILLAGE,))
        homes = [home(lon) for lon in ("116.18", "116.13", "116.15")]
        asked = [survey(each) for each in homes]

        plan = visits.plan(
            actor=officer, at=build.NOON, officer=User.objects.get(pk=officer.id),
            village_id=homes[0].village_id, day=build.ON, visit_ids=[each.pk for each in asked],
        )  # fmt: skip

        way = [visit.household_id for visit in plan.visits.order_by("stop")]
        assert way == [homes[1].pk, homes[2].pk, homes[0].pk]
        pack = queries.waiting_for(officer.id, build.ON)
        assert [visit.household_id for visit in pack] == way

    def test_only_visits_of_the_village(self) -> None:
        build.ready()
        officer = build.build.person(Role.OFFICER)
        other = build.build.village("130929203202", "杨树村")
        asked = survey(home("116.13"))

        with pytest.raises(Invalid):
            visits.plan(
                actor=officer, at=build.NOON, officer=User.objects.get(pk=officer.id),
                village_id=other.pk, day=build.ON, visit_ids=[asked.pk],
            )  # fmt: skip


class TestComplete:
    def test_two_different_members_of_staff_sign(self) -> None:
        build.ready()
        first = build.build.person(Role.OFFICER, "Wang Fang")
        second = build.build.person(Role.SUPERVISOR, "Li Jun")
        agent = build.build.person(Role.AGENT, "Zhang Qiang")
        visit = survey(home("116.13"))

        for co_officer in (first.id, agent.id, "nobody"):
            with pytest.raises(visits.OneSignature), transaction.atomic():
                complete(visit, first.id, co_officer)
        done = complete(visit, first.id, second.id)

        assert (done.status, done.co_officer_name) == (VisitStatus.DONE, "Li Jun")
        with pytest.raises(visits.VisitIsOver):
            complete(visit, first.id, second.id)

    def test_the_database_wants_two_people_too(self) -> None:
        build.ready()
        visit = survey(home("116.13"))

        with pytest.raises(IntegrityError, match="rural_visit_two_people"), transaction.atomic():
            Visit.objects.filter(pk=visit.pk).update(officer_id="1", co_officer_id="1")

    def test_a_form_completes_the_loans_visit_and_keeps_its_signals(self) -> None:
        loan = lent()
        fall_due(build.ON)
        first = build.build.person(Role.OFFICER, "Wang Fang")
        second = build.build.person(Role.OFFICER, "Li Jun")
        answers = {
            "loan_no": loan.number, "visit_type": "first",
            # By his user name, as the form's list of colleagues has it.
            "co_officer": User.objects.get(pk=second.id).username,
            "signals": ["crop_failed", "new_debt"],
        }  # fmt: skip
        sent = build.submission("F5", answers, first)

        done = visits.take(actor=build.SYSTEM, at=build.NOON, on=build.ON, submission_id=sent.pk)

        assert done == Visit.objects.get()
        assert (done.status, done.due_on) == ("DONE", date(2026, 1, 26))
        signals = VisitSignal.objects.order_by("code").values_list("code", "severity")
        assert list(signals) == [("crop_failed", 2), ("new_debt", 2)]

    def test_an_unknown_signal_is_refused(self) -> None:
        build.ready()
        first, second = (build.build.person(Role.OFFICER, n) for n in ("Wang Fang", "Li Jun"))
        visit = survey(home("116.13"))

        with pytest.raises(Invalid):
            complete(visit, first.id, second.id, signals=("bad_feeling",))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (before, after)
        for before in VisitStatus
        for after in VisitStatus
        if after not in VISIT_TRANSITIONS.get(before, frozenset())
    ],
)
def test_no_way_beside_the_table(before: VisitStatus, after: VisitStatus) -> None:
    with pytest.raises(InvalidTransition):
        Visit(status=before).move_to(after)


def home(lon: str) -> Household:
    return build.household(latitude=Decimal("38.19"), longitude=Decimal(lon))


def survey(of: Household) -> Visit:
    return visits.ask_for(
        actor=build.BOSS, at=build.NOON, household_id=of.pk, kind="survey", due_on=build.ON
    )


def complete(visit: Visit, officer: str, co_officer: str, signals: tuple[str, ...] = ()) -> Visit:
    return visits.complete(
        actor=build.BOSS, at=build.NOON, on=build.ON, visit_id=visit.pk, officer_id=officer,
        co_officer_id=co_officer, signals=signals,
    )  # fmt: skip
