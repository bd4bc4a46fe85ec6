"""What a village partner may do for the farmers that he brought: papers, reminders, contacts."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lending.models import Instalment, LoanPosition
from rural.actions import village_partners
from rural.models import (
    Contact,
    ContactKind,
    ContactOutcome,
    Household,
    Lead,
    Paper,
    PaperRequest,
    Recommendation,
    Reminder,
    ReminderKind,
)
from rural.models.village_rule import village_rule
from tenancy import room
from tenancy.actions import audit
from tenancy.actors import Actor
from tenancy.errors import FieldError, Invalid, NotFound
from tenancy.permissions import Permission, require


@room.atomic
def ask_for_paper(*, actor: Actor, at: datetime, lead_id: UUID, paper: str) -> PaperRequest:
    """
    Ask the partner for a paper of a lead; asking again while it is open changes nothing.

    :raises Invalid: for a paper that the list does not have
    """
    require(actor, Permission.HOUSEHOLD_RESOLVE)
    lead = _found(lead_id)
    if paper not in Paper.values:
        raise _unknown("/paper", paper, Paper.values)
    request, created = PaperRequest.objects.get_or_create(
        lead=lead,
        paper=paper,
        received_at=None,
        defaults={"asked_at": at, "asked_by": actor.name},
    )
    if created:
        changes = {"paper": paper}
        audit.record(actor=actor, at=at, action="lead.ask_paper", subject=lead, changes=changes)
    return request


@room.atomic
def receive_paper(*, actor: Actor, at: datetime, lead_id: UUID, paper: str) -> None:
    """Note that a paper that was asked for has come."""
    require(actor, Permission.HOUSEHOLD_RESOLVE)
    lead = _found(lead_id)
    waiting = PaperRequest.objects.filter(lead=lead, paper=paper, received_at__isnull=True)
    if waiting.update(received_at=at):
        changes = {"paper": paper}
        audit.record(actor=actor, at=at, action="lead.have_paper", subject=lead, changes=changes)


@room.atomic
def attach(*, actor: Actor, at: datetime, lead_id: UUID, household_id: UUID) -> Lead:
    """
    Say which household a lead became.

    :raises Invalid: if the household lies in another village, or is another lead of the partner
    """
    require(actor, Permission.HOUSEHOLD_RESOLVE)
    lead = _found(lead_id)
    home = Household.objects.filter(pk=household_id, village=lead.village_id).first()
    if home is None:
        expected = _("a household of the lead's village")
        errors = [FieldError("/household", str(household_id), expected)]
        raise Invalid(gettext_lazy("The household does not fit"), errors=errors)
    if Lead.objects.filter(partner=lead.partner_id, household=home).exclude(pk=lead.pk).exists():
        expected = _("a household that this partner has not brought yet")
        errors = [FieldError("/household", str(household_id), expected)]
        raise Invalid(gettext_lazy("The household does not fit"), errors=errors)
    lead.household = home
    lead.save(update_fields=["household"])
    changes = {"household": home.code}
    audit.record(actor=actor, at=at, action="lead.attach", subject=lead, changes=changes)
    return lead


@room.atomic
def log_contact(
    *, actor: Actor, at: datetime, lead_id: UUID, kind: str, outcome: str, key: str
) -> Contact:
    """
    Note that the partner spoke to a farmer whom he brought; repeating a key returns the note.

    :raises NotFound: if the lead is another partner's
    """
    partner = village_partners.of_actor(actor)
    lead = Lead.objects.filter(pk=lead_id, partner=partner).first()
    if lead is None:
        raise NotFound.of(_("Lead"), lead_id)
    return _note(lead, None, kind, outcome, key, at)


@room.atomic
def finish_reminder(
    *, actor: Actor, at: datetime, reminder_id: UUID, kind: str, outcome: str
) -> Reminder:
    """
    Note what came of reminding; a suspended partner may still do this.

    :raises NotFound: if the reminder is another partner's
    """
    partner = village_partners.of_actor(actor)
    reminder = Reminder.objects.for_update().filter(pk=reminder_id, partner=partner).first()
    if reminder is None:
        raise NotFound.of(_("Reminder"), reminder_id)
    if reminder.finished_at is None:
        _note(reminder.lead, reminder, kind, outcome, f"reminder:{reminder.pk}", at)
        reminder.finished_at = at
        reminder.save(update_fields=["finished_at"])
    return reminder


@room.atomic
def remind(*, actor: Actor, at: datetime, on: date) -> int:
    """
    Write the reminders of a day, for loans that came of a recommendation; return how many.

    One some days before a due date with something to pay, one the day after it if it was missed.
    """
    require(actor, Permission.VILLAGE_MANAGE)
    ahead = timedelta(days=int(village_rule("remind_days_before", on)))
    made = Recommendation.objects.filter(application__isnull=False).select_related("lead")
    by_application = {each.application_id: each for each in made}
    positions = LoanPosition.objects.filter(
        is_open=True, loan__line__application_id__in=list(by_application)
    ).select_related("loan__line")
    count = 0
    for position in positions:
        loan = position.loan
        if loan.line is None:
            continue
        recommendation = by_application[loan.line.application_id]
        dues = [(ReminderKind.OVERDUE, position.arrears_since)]
        coming = Instalment.objects.filter(loan=loan, due_on__gte=on, due_on__lte=on + ahead)
        dues += [(ReminderKind.UPCOMING, row.due_on) for row in coming.order_by("due_on")[:1]]
        for kind, due_on in dues:
            if due_on is None or (kind == ReminderKind.OVERDUE and due_on >= on):
                continue
            _row, created = Reminder.objects.get_or_create(
                loan=loan,
                due_on=due_on,
                kind=kind,
                defaults={
                    "partner": recommendation.partner,
                    "lead": recommendation.lead,
                    "created_at": at,
                },
            )
            count += created
    return count


def _note(
    lead: Lead, reminder: Reminder | None, kind: str, outcome: str, key: str, at: datetime
) -> Contact:
    if kind not in ContactKind.values:
        raise _unknown("/kind", kind, ContactKind.values)
    if outcome not in ContactOutcome.values:
        raise _unknown("/outcome", outcome, ContactOutcome.values)
    contact, _created = Contact.objects.get_or_create(
        key=key[:80],
        defaults={
            "lead": lead,
            "partner_id": lead.partner_id,
            "reminder": reminder,
            "kind": kind,
            "outcome": outcome,
            "at": at,
        },
    )
    return contact


def _found(lead_id: UUID) -> Lead:
    lead = Lead.objects.for_update().filter(pk=lead_id).first()
    if lead is None:
        raise NotFound.of(_("Lead"), lead_id)
    return lead


def _unknown(pointer: str, value: str, known: list[str]) -> Invalid:
    errors = [FieldError(pointer, value[:40], _("one of %s") % ", ".join(known))]
    return Invalid(gettext_lazy("The list has no such word"), errors=errors)
