"""One class for a co-lent loan: what the banks say of it, and what every lender is told."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from lending.actions import classification
from lending.models import LoanClass
from lending.queries.classification import class_of, profile
from lending.rules.classification import AssetClass, NoProfile
from partners.actions import books, feed, participations
from partners.actions.credentials import bank_of
from partners.models import BankEvent, Participation, ParticipationStatus
from tenancy import room
from tenancy.actions import audit, outbox
from tenancy.actors import Actor
from tenancy.errors import FieldError, Invalid, NotFound
from tenancy.permissions import Permission, require

TOPIC = "loan.classified"
# How far back an untold change is looked for: a day's is told when the day is settled.
LOOKED_BACK = timedelta(days=31)
HOLDING = (ParticipationStatus.ACTIVE, ParticipationStatus.COMPENSATED)


@room.atomic
def say(
    *,
    actor: Actor,
    at: datetime,
    on: date,
    loan_id: UUID,
    asset_class: AssetClass,
    reason: str = "",
) -> AssetClass:
    """
    Take in of which class a bank holds a loan, as the bank; return the class that it is of.

    That is the worse of the bank's word and our own floors: one borrower, one class for both
    lenders (Reserve Bank of India, Co-Lending Directions 2025). Repeating it changes nothing.

    :raises NotABank: without the bank's own credential
    :raises NotFound: if no part of such a loan is this bank's
    :raises Invalid: for a class that the law which binds us does not have
    """
    require(actor, Permission.BANK_DECIDE)
    bank = bank_of(actor)
    part = participations.locked(loan_id)
    if part is None or part.bank_id != bank.pk or part.status not in HOLDING:
        raise NotFound.of(_("Loan"), loan_id)
    _require_known(asset_class, on)
    noted = classification.note(
        loan_id=loan_id, asset_class=asset_class, said_by=bank.code, reason=reason, on=on, at=at
    )
    if noted is not None:
        audit.record(
            actor=actor,
            at=at,
            action="loan.classify",
            subject=part,
            changes={"loan": str(loan_id), "asset_class": asset_class.value},
            reason=reason,
        )
        publish(on=on, at=at)
    return class_of(loan_id)


def _require_known(asset_class: AssetClass, on: date) -> None:
    try:
        known = profile(on=on).classes
    except NoProfile:
        return
    if asset_class not in known:
        told = ", ".join(each.value.upper() for each in known)
        error = FieldError("/class5", asset_class.value.upper(), told)
        raise Invalid(_("There is no such class here"), errors=[error])


@room.atomic
def publish(*, on: date, at: datetime) -> int:
    """
    Tell each bank, and whoever of ours listens, which of its loans are of another class.

    Those that were told are left out, so it can be called again. Return how many were told.
    """
    books.hold_banks()
    told = BankEvent.objects.filter(topic=TOPIC, at__gte=at - LOOKED_BACK - timedelta(days=1))
    known = set(told.values_list("payload__classification_id", flat=True))
    changes = LoanClass.objects.filter(
        effective_on__gt=on - LOOKED_BACK, loan__participations__isnull=False
    )
    fresh = [each for each in changes.order_by("id") if each.pk not in known]
    keys = {each.loan_id for each in fresh}
    parts = Participation.objects.filter(loan_id__in=keys).select_related("bank", "loan")
    by_loan = {part.loan_id: part for part in parts}
    for change in fresh:
        _tell(change, by_loan[change.loan_id], at=at)
    return len(fresh)


def _tell(change: LoanClass, part: Participation, *, at: datetime) -> None:
    payload = {
        "classification_id": change.pk,
        "loan_id": str(part.loan_id),
        "loan_number": part.loan.number,
        "bank_loan_number": part.bank_loan_number,
        "asset_class": class_of(part.loan_id).value.upper(),
        "basis": change.basis,
        "days_past_due": change.days_past_due,
        "effective_on": change.effective_on.isoformat(),
        "source": change.source,
    }
    feed.tell(part.bank, TOPIC, payload, at=at)
    outbox.notify(topic=TOPIC, payload=payload, at=at)
