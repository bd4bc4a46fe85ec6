"""Visits: falling due after a loan, planned for a day, made by two."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lending.models import Loan, LoanStatus
from rural.models import (
    Household,
    SignalCode,
    Submission,
    Village,
    Visit,
    VisitKind,
    VisitPlan,
    VisitSignal,
    VisitStatus,
)
from rural.models.village_rule import village_rule
from rural.models.visit import calendar
from rural.rules.route import Place, ordered
from rural.rules.visits import Rhythm, due_visits
from tenancy import room
from tenancy.actions import audit
from tenancy.actors import Actor
from tenancy.errors import FieldError, Invalid, NotFound, Refusal
from tenancy.models import Membership, User
from tenancy.permissions import Permission, require
from tenancy.roles import Role

STAFF = (Role.OFFICER, Role.SUPERVISOR)


class VisitIsOver(Refusal):
    """The visit has been made or cancelled."""

    code = "visit_is_over"


class OneSignature(Refusal):
    """A visit is signed by two different members of staff."""

    code = "two_signatures_needed"
    status = 422


@room.atomic
def fall_due(*, actor: Actor, at: datetime, on: date) -> int:
    """
    Write the visits that running loans of households need by a day; return how many are new.

    Repeating it writes nothing twice.
    """
    require(actor, Permission.VILLAGE_MANAGE)
    rhythm = Rhythm(
        first_within_working_days=int(village_rule("visit_first_working_days", on)),
        every_months=int(village_rule("visit_every_months", on)),
    )
    days = calendar()
    homes = {home.borrower_id: home for home in Household.objects.filter(borrower__isnull=False)}
    loans = Loan.objects.filter(borrower_id__in=list(homes), status=LoanStatus.ACTIVE)
    known = set(Visit.objects.filter(loan__in=loans).values_list("loan_id", "kind", "due_on"))
    # The first visit is announced as soon as the money is out: it has to be planned.
    wanted = [
        Visit(household=homes[loan.borrower_id], loan=loan, kind=kind.value, due_on=due_on)
        for loan in loans
        for kind, due_on in due_visits(
            loan.disbursed_on, max(on, _horizon(loan.disbursed_on, on)), rhythm, days
        )
        if (loan.pk, kind.value, due_on) not in known
    ]
    Visit.objects.bulk_create(wanted)
    if wanted:
        audit.record(actor=actor, at=at, action="visit.fall_due", changes={"new": len(wanted)})
    return len(wanted)


@room.atomic
def ask_for(*, actor: Actor, at: datetime, household_id: UUID, kind: str, due_on: date) -> Visit:
    """
    Ask for a visit outside the rhythm: a survey before the loan, after a warning.

    :raises Invalid: for a kind that the list does not have
    """
    require(actor, Permission.HOUSEHOLD_RESOLVE)
    home = Household.objects.filter(pk=household_id).first()
    if home is None:
        raise NotFound.of(_("Household"), household_id)
    if kind not in VisitKind.values:
        expected = _("one of %s") % ", ".join(VisitKind.values)
        errors = [FieldError("/kind", kind[:40], expected)]
        raise Invalid(gettext_lazy("The list has no such word"), errors=errors)
    visit: Visit = Visit.objects.create(household=home, kind=kind, due_on=due_on)
    changes = {"kind": kind, "due_on": str(due_on)}
    audit.record(actor=actor, at=at, action="visit.ask", subject=visit, changes=changes)
    return visit


@room.atomic
def plan(
    *,
    actor: Actor,
    at: datetime,
    officer: User,
    village_id: UUID,
    day: date,
    visit_ids: Collection[UUID],
) -> VisitPlan:
    """
    Plan an officer's day in a village: the visits in the order of the way from its centre.

    Planning the same day again lays the way anew over the old and the added visits.

    :raises Invalid: if a visit lies in another village, or the person is no staff
    :raises VisitIsOver: if a visit has been made
    """
    require(actor, Permission.FIELD_SUBMIT)
    village = Village.objects.filter(pk=village_id).first()
    if village is None:
        raise NotFound.of(_("Village"), village_id)
    _require_staff(str(officer.pk), "/officer")
    made, _new = VisitPlan.objects.get_or_create(
        officer=officer, village=village, day=day, defaults={"made_at": at}
    )
    asked = set(visit_ids) | set(
        Visit.objects.filter(plan=made).open().values_list("pk", flat=True)
    )
    visits = {
        visit.pk: visit
        for visit in Visit.objects.for_update()
        .filter(pk__in=asked, household__village=village)
        .select_related("household")
    }
    if not asked or len(visits) != len(asked):
        errors = [FieldError("/visits", str(len(asked)), _("visits in this village"))]
        raise Invalid(gettext_lazy("The plan does not fit"), errors=errors)
    way = ordered(
        _place(village.latitude, village.longitude),
        [
            (visit.pk, _place(visit.household.latitude, visit.household.longitude))
            for visit in sorted(visits.values(), key=lambda each: (each.due_on, each.pk))
        ],
    )
    for stop, key in enumerate(way, start=1):
        visit = visits[key]
        if visit.status not in (VisitStatus.DUE, VisitStatus.PLANNED):
            raise VisitIsOver(gettext_lazy("A visit of this plan has been made or cancelled"))
        if visit.status == VisitStatus.DUE:
            visit.move_to(VisitStatus.PLANNED)
        visit.plan, visit.stop = made, stop
        visit.save(update_fields=["status", "plan", "stop"])
    changes = {"visits": len(way), "day": str(day)}
    audit.record(actor=actor, at=at, action="visit.plan", subject=made, changes=changes)
    return made


@room.atomic
def complete(
    *,
    actor: Actor,
    at: datetime,
    on: date,
    visit_id: UUID,
    officer_id: str,
    co_officer_id: str,
    submission: Submission | None = None,
    signals: Collection[str] = (),
) -> Visit:
    """
    Note that a visit was made, by two different members of staff, and what was noticed.

    :raises OneSignature: if both signatures are one person's, or one is nobody's of the staff
    :raises VisitIsOver: if it has been made or cancelled
    :raises Invalid: for a signal that the catalogue does not have
    """
    require(actor, Permission.FIELD_SUBMIT)
    visit = Visit.objects.for_update().filter(pk=visit_id).first()
    if visit is None:
        raise NotFound.of(_("Visit"), visit_id)
    if visit.status not in (VisitStatus.DUE, VisitStatus.PLANNED):
        raise VisitIsOver(gettext_lazy("The visit has been made or cancelled"))
    if officer_id == co_officer_id:
        errors = [FieldError("/co_officer", co_officer_id[:40], _("somebody else than you"))]
        raise OneSignature(gettext_lazy("Two different people sign a visit"), errors=errors)
    officer = _require_staff(officer_id, "/officer")
    co_officer = _require_staff(co_officer_id, "/co_officer")
    visit.move_to(VisitStatus.DONE)
    visit.made_on, visit.made_at, visit.submission = on, at, submission
    visit.officer_id, visit.officer_name = officer_id, officer.name
    visit.co_officer_id, visit.co_officer_name = co_officer_id, co_officer.name
    visit.save()
    _note_signals(visit, signals, on)
    changes = {"officer": officer.name, "co_officer": co_officer.name, "signals": sorted(signals)}
    audit.record(actor=actor, at=at, action="visit.complete", subject=visit, changes=changes)
    return visit


@room.atomic
def take(*, actor: Actor, at: datetime, on: date, submission_id: UUID) -> Visit:
    """
    Complete the visit that an accepted form F5 reports; once, however often it is asked.

    The loan's open visit of the same kind that is due first; where there is none, one that was
    not asked for is written down.
    """
    require(actor, Permission.FIELD_SUBMIT)
    submission = Submission.objects.for_update().filter(pk=submission_id).first()
    if submission is None:
        raise NotFound.of(_("Submission"), submission_id)
    known: Visit | None = Visit.objects.filter(submission=submission).first()
    if known is not None:
        return known
    answers = submission.answers
    loan = Loan.objects.filter(number=answers["loan_no"]).select_related("borrower").first()
    home = submission.household or (
        Household.objects.filter(borrower=loan.borrower).first() if loan else None
    )
    if loan is None or home is None or home.borrower_id != loan.borrower_id:
        expected = _("the number of a loan of this household")
        errors = [FieldError("/loan_no", answers["loan_no"][:40], expected)]
        raise Invalid(gettext_lazy("The visit belongs to no loan"), errors=errors)
    kind = answers["visit_type"]
    day = (submission.finalized_at or submission.received_at).date()
    waiting = Visit.objects.filter(loan=loan, kind=kind).open().order_by("due_on").first()
    visit = waiting or Visit.objects.create(household=home, loan=loan, kind=kind, due_on=day)
    return complete(
        actor=actor,
        at=at,
        on=day,
        visit_id=visit.pk,
        officer_id=submission.agent_id,
        co_officer_id=_colleague(answers["co_officer"]),
        submission=submission,
        signals=answers.get("signals", []),
    )


@room.atomic
def cancel(*, actor: Actor, at: datetime, visit_id: UUID, reason: str) -> Visit:
    """
    Give a visit up, such as one to a loan that has been repaid.

    :raises VisitIsOver: if it has been made or cancelled
    """
    require(actor, Permission.HOUSEHOLD_RESOLVE)
    visit = Visit.objects.for_update().filter(pk=visit_id).first()
    if visit is None:
        raise NotFound.of(_("Visit"), visit_id)
    if visit.status not in (VisitStatus.DUE, VisitStatus.PLANNED):
        raise VisitIsOver(gettext_lazy("The visit has been made or cancelled"))
    visit.move_to(VisitStatus.CANCELLED)
    visit.save(update_fields=["status"])
    audit.record(actor=actor, at=at, action="visit.cancel", subject=visit, reason=reason)
    return visit


def _horizon(disbursed_on: date, on: date) -> date:
    """As far ahead as a first visit can lie; quarterly ones appear when they are due."""
    ahead = date.fromordinal(disbursed_on.toordinal() + 60)
    return ahead if on < ahead else on


def _note_signals(visit: Visit, signals: Collection[str], on: date) -> None:
    catalogue = dict(SignalCode.objects.values_list("code", "severity"))
    unknown = sorted(set(signals) - set(catalogue))
    if unknown:
        expected = _("codes of the catalogue")
        errors = [FieldError("/signals", ", ".join(unknown)[:80], expected)]
        raise Invalid(gettext_lazy("The catalogue has no such signal"), errors=errors)
    VisitSignal.objects.bulk_create(
        [
            VisitSignal(visit=visit, code=code, severity=catalogue[code], noted_on=on)
            for code in sorted(set(signals))
        ]
    )


def _require_staff(user_id: str, pointer: str) -> User:
    member = (
        Membership.objects.filter(user_id=user_id, role__in=STAFF, is_active=True)
        .select_related("user")
        .first()
        if _is_key(user_id)
        else None
    )
    if member is None:
        errors = [FieldError(pointer, user_id[:40], _("an officer or supervisor who works here"))]
        raise OneSignature(gettext_lazy("Two members of staff sign a visit"), errors=errors)
    return member.user


def _colleague(username: str) -> str:
    """Return the id of whom the form names by his user name; nobody's stays what it is."""
    found = Membership.objects.filter(user__username=username).values_list("user_id", flat=True)
    return str(found.first() or username)


def _is_key(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _place(lat: Decimal | None, lon: Decimal | None) -> Place | None:
    return None if lat is None or lon is None else Place(lat, lon)
