"""A bank that collects itself tells of each receipt; it is booked like any other."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from lending.actions import repayment
from lending.actions.cached import disbursed_on
from lending.actions.holding import HeldLoan, hold
from lending.actions.servicing import KeyUsedForAnotherEvent, LoanNotOpenForThis
from lending.models import LoanStatus
from partners.actions.credentials import bank_of
from partners.models import (
    BankReceipt,
    CollectedBy,
    Participation,
    ParticipationStatus,
    PartnerBank,
)
from tenancy import room
from tenancy.actions import audit
from tenancy.actors import Actor
from tenancy.errors import FieldError, Invalid, NotFound, Refusal
from tenancy.permissions import Permission, require

REFERENCE_CHARACTERS = 80
# A guarantor that has paid the bank changes whose the money is, not who collects it.
COLLECTED = frozenset({ParticipationStatus.ACTIVE, ParticipationStatus.COMPENSATED})


class BankDoesNotCollect(Refusal):
    """By the agreement the borrower pays us, or the bank's part has been bought back."""

    code = "bank_does_not_collect"


class ToldOtherwise(Refusal):
    """The bank has told another receipt under this reference."""

    code = "receipt_told_otherwise"


@room.atomic
def receive(
    *, actor: Actor, at: datetime, loan_id: UUID, amount: Decimal, value_on: date, bank_ref: str
) -> BankReceipt:
    """
    Book what a borrower paid to the bank, as the bank; the same again is the receipt it made.

    The loan sees a receipt like any other. That the money stands with the bank is posted with
    the day's shares, and its settlement nets it.

    :param value_on: the day on which the bank had it, up to the business date
    :raises NotABank: without the bank's own credential
    :raises NotFound: if no part of such a loan is this bank's
    :raises BankDoesNotCollect: if the agreement says that we do
    :raises LoanNotOpenForThis: if the loan is not running
    :raises ToldOtherwise: if the reference is that of a receipt with other facts
    :raises Invalid: for an amount, a day or a reference that does not fit
    """
    require(actor, Permission.BANK_DECIDE)
    bank = bank_of(actor)
    if not Participation.objects.filter(bank=bank, loan_id=loan_id).exists():
        raise NotFound.of(_("Loan"), loan_id)
    bank_ref = bank_ref.strip()
    # The loan before its part, as every receipt takes them.
    held = hold(loan_id)
    known = BankReceipt.objects.filter(bank=bank, bank_ref=bank_ref, amount__gt=0).first()
    if known is not None:
        return _same(known, loan_id, amount, value_on)
    part = Participation.objects.select_related("version").get(bank=bank, loan_id=loan_id)
    _require_collecting(part, held)
    _require_fitting(held, amount, value_on, bank_ref)
    receipt = _booked(part, bank, amount, value_on, bank_ref, actor=actor, at=at)
    audit.record(
        actor=actor,
        at=at,
        action="bank_receipt.tell",
        subject=receipt,
        changes={
            "loan": held.number,
            "amount": str(amount),
            "value_date": str(value_on),
            "bank_ref": bank_ref,
        },
    )
    return receipt


def _booked(
    part: Participation,
    bank: PartnerBank,
    amount: Decimal,
    value_on: date,
    bank_ref: str,
    *,
    actor: Actor,
    at: datetime,
) -> BankReceipt:
    try:
        booked = repayment.receive(
            loan_id=part.loan_id,
            amount=amount,
            on=value_on,
            key=f"bank:{bank.code}:{bank_ref}",
            at=at,
            # The bank tells; what is booked is ours.
            actor=Actor.system("collecting", actor.request_id),
        )
    except KeyUsedForAnotherEvent as taken:
        raise _told_otherwise(bank_ref) from taken
    receipt: BankReceipt = BankReceipt.objects.create(
        participation=part,
        bank=bank,
        loan_id=part.loan_id,
        event_id=UUID(booked.event.id),
        amount=amount,
        currency=part.currency,
        value_on=value_on,
        booked_on=booked.event.booked_on,
        bank_ref=bank_ref,
        told_at=at,
    )
    return receipt


def _same(known: BankReceipt, loan_id: UUID, amount: Decimal, value_on: date) -> BankReceipt:
    if (known.loan_id, known.amount, known.value_on) != (loan_id, amount, value_on):
        raise _told_otherwise(known.bank_ref)
    return known


def _told_otherwise(bank_ref: str) -> ToldOtherwise:
    return ToldOtherwise(_("%(ref)s is another receipt that you told") % {"ref": bank_ref})


def _require_collecting(part: Participation, held: HeldLoan) -> None:
    if part.version.collected_by != CollectedBy.BANK:
        raise BankDoesNotCollect(
            _("By %(agreement)s the lender collects") % {"agreement": part.version}
        )
    if held.status != LoanStatus.ACTIVE:
        raise LoanNotOpenForThis(
            _("%(loan)s is %(status)s") % {"loan": held.number, "status": held.status.label}
        )
    if part.status not in COLLECTED:
        raise BankDoesNotCollect(
            _("The bank holds no part of %(loan)s any more") % {"loan": held.number}
        )


def _require_fitting(held: HeldLoan, amount: Decimal, value_on: date, bank_ref: str) -> None:
    repayment.require_payable(amount, held.currency)
    errors = []
    earliest = disbursed_on(held)
    if not earliest <= value_on <= held.business_date:
        told = f"{earliest} – {held.business_date}"
        errors.append(FieldError("/value_date", value_on.isoformat(), told))
    if not 0 < len(bank_ref) <= REFERENCE_CHARACTERS:
        errors.append(FieldError("/bank_ref", bank_ref[:80], f"1–{REFERENCE_CHARACTERS}"))
    if errors:
        raise Invalid(_("The receipt does not fit the loan"), errors=errors)
