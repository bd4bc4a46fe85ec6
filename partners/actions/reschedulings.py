"""
New due dates of a co-lent loan: a second person and the bank agree, then the event is written.

The bank's word is a request of its own that only a live credential of that very bank can answer;
whose credential it was is looked at once more before anything is written.
"""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lending.actions import rescheduling
from lending.actions.rescheduling import RESCHEDULE
from lending.actions.servicing import Booked
from lending.models import LoanEvent
from partners.actions import feed, participations
from partners.actions.credentials import bank_of
from partners.models import BankCredential, Participation, ParticipationStatus
from tenancy import room
from tenancy.actions import approvals, audit, outbox
from tenancy.actors import Actor
from tenancy.errors import NotFound
from tenancy.models import ApprovalRequest, ApprovalStatus
from tenancy.permissions import Permission, require

__all__ = ["CONSENT", "RESCHEDULE", "ask_consent", "carry_out", "consent", "lapse"]

CONSENT = "loan.reschedule.consent"
MOST_LAPSED = 100


@room.atomic
def ask_consent(*, at: datetime, request_id: UUID) -> ApprovalRequest | None:
    """
    Put a request for new due dates to the bank that holds a part; None where none does.

    Repeating it returns what the bank was asked.

    :raises NotFound: if there is no such request
    """
    asked = ApprovalRequest.objects.filter(pk=request_id, kind=RESCHEDULE).first()
    if asked is None:
        raise NotFound.of(_("Request"), request_id)
    part = participations.locked(UUID(asked.subject_id))
    if part is None or part.status != ParticipationStatus.ACTIVE:
        return None
    known = _consents(asked, part).first()
    if known is not None:
        return known
    put = approvals.request(
        actor=Actor.system("rescheduling"),
        at=at,
        kind=CONSENT,
        title=_("%(bank)s agrees: %(title)s") % {"bank": part.bank.code, "title": asked.title},
        payload={**asked.payload, "request_id": str(asked.pk)},
        reason=asked.reason,
        subject=part,
    )
    told = {**asked.payload, "consent_id": str(put.pk), "reason": asked.reason[:200]}
    feed.tell(part.bank, "loan.reschedule_asked", told, at=at)
    return put


@room.atomic
def consent(
    *,
    actor: Actor,
    at: datetime,
    loan_id: UUID,
    consent_id: UUID,
    agreed: bool,
    reason: str = "",
) -> ApprovalRequest:
    """
    Agree to new due dates, or not, as the bank; with the last word the loan is rescheduled.

    A no ends what our people asked for, also where a second person had approved it. Repeating
    it changes nothing.

    :raises NotABank: without the bank's own credential
    :raises NotFound: if this bank was not asked this of such a loan
    :raises Invalid: for a no without a reason
    :raises RequestLapsed, RequestSettled: too late, or if it said otherwise before
    """
    require(actor, Permission.BANK_DECIDE)
    bank = bank_of(actor)
    put = ApprovalRequest.objects.filter(pk=consent_id, kind=CONSENT).first()
    # What was asked for before the part, as who approves it takes them.
    asked = _asked(put) if put is not None else None
    part = participations.locked(loan_id)
    if asked is None or part is None or part.bank_id != bank.pk:
        raise NotFound.of(gettext_lazy("Consent"), consent_id)
    if put is None or put.subject_id != str(part.pk):
        raise NotFound.of(gettext_lazy("Consent"), consent_id)
    put = approvals.answer(
        actor=actor, at=at, request_id=consent_id, kind=CONSENT, agreed=agreed, reason=reason
    )
    if not agreed:
        _end(asked, part, reason=put.decision_reason, actor=actor, at=at)
    elif asked.status == ApprovalStatus.APPROVED:
        _write(asked, part, at=at)
    return put


@room.atomic
def lapse(*, at: datetime) -> int:
    """
    End what banks were asked and have not answered in time; return how many, some at a time.

    Each ends what our people asked for, whether or not a second person had approved it.
    """
    late = ApprovalRequest.objects.filter(
        kind=CONSENT, status=ApprovalStatus.PENDING, expires_at__lte=at
    )
    actor = Actor.system("watch")
    ended = 0
    for put in late.order_by("expires_at")[:MOST_LAPSED]:
        asked = _asked(put)
        part = participations.locked(UUID(put.payload["loan_id"]))
        assert part is not None, "who is asked holds a part"
        put.refresh_from_db()
        if put.status == ApprovalStatus.PENDING:
            by = part.bank.code
            approvals.end(actor=actor, at=at, request_id=put.pk, kind=CONSENT, by=by)
            _end(asked, part, reason="", actor=actor, at=at)
        ended += 1
    return ended


@room.atomic
def carry_out(*, actor: Actor, at: datetime, on: date, request_id: UUID) -> Booked | None:
    """
    Reschedule what a second person has approved; None while a bank's word is still lacking.

    Repeating it returns the event that it made.

    :raises NotApproved: if no second person has
    """
    asked = approvals.approved(request_id=request_id, kind=RESCHEDULE)
    ask_consent(at=at, request_id=request_id)
    return _write(asked, participations.locked(UUID(asked.subject_id)), at=at)


def _asked(put: ApprovalRequest) -> ApprovalRequest:
    """Return what a bank was asked to agree to, locked."""
    return ApprovalRequest.objects.for_update().get(pk=put.payload["request_id"])


def _end(
    asked: ApprovalRequest, part: Participation, *, reason: str, actor: Actor, at: datetime
) -> None:
    """Close what a bank did not agree to, unless it is none of its business or done already."""
    is_done = LoanEvent.objects.filter(loan_id=part.loan_id, key=_key(asked)).exists()
    if part.status != ParticipationStatus.ACTIVE or is_done:
        return
    approvals.end(
        actor=actor, at=at, request_id=asked.pk, kind=RESCHEDULE, by=part.bank.code, reason=reason
    )
    outbox.notify(
        topic="loan.reschedule_refused" if reason else "loan.reschedule_unanswered",
        payload={
            "id": str(part.loan_id),
            "request_id": str(asked.pk),
            "bank": part.bank.code,
            "reason": reason,
        },
        at=at,
    )


def _key(asked: ApprovalRequest) -> str:
    return f"reschedule:{asked.pk}"


def _write(asked: ApprovalRequest, part: Participation | None, *, at: datetime) -> Booked | None:
    holds = part is not None and part.status == ParticipationStatus.ACTIVE
    if part is not None and holds and not _has_agreed(asked, part):
        return None
    booked = rescheduling.reschedule(
        loan_id=UUID(asked.subject_id),
        due_dates=[date.fromisoformat(day) for day in asked.payload["due_dates"]],
        on=date.fromisoformat(asked.payload["on"]),
        reason=asked.reason,
        key=_key(asked),
        actor=Actor.system("rescheduling"),
        at=at,
    )
    if part is not None and booked.is_new:
        told = {**asked.payload, "request_id": str(asked.pk)}
        feed.tell(part.bank, "loan.rescheduled", told, at=at)
        audit.record(
            actor=Actor.system("rescheduling"),
            at=at,
            action="participation.reschedule",
            subject=part,
            changes={"request": str(asked.pk), "approved_by": asked.checker_name},
        )
    return booked


def _has_agreed(asked: ApprovalRequest, part: Participation) -> bool:
    put = _consents(asked, part).filter(status=ApprovalStatus.APPROVED).first()
    if put is None:
        return False
    by_the_bank = BankCredential.objects.filter(bank=part.bank_id, client_id=put.checker_id)
    return bool(by_the_bank.exists())


def _consents(asked: ApprovalRequest, part: Participation) -> QuerySet[ApprovalRequest]:
    return ApprovalRequest.objects.filter(
        kind=CONSENT, subject_id=str(part.pk), payload__request_id=str(asked.pk)
    ).order_by("-requested_at")
