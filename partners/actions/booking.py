"""A bank says that a loan stands in its books: under which number, for what."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from partners.actions import participations, placements
from partners.actions.credentials import bank_of
from partners.models import (
    FundingLeg,
    LegSide,
    Participation,
    ParticipationStatus,
    PartnerBank,
)
from tenancy import room
from tenancy.actions import audit
from tenancy.actors import Actor
from tenancy.errors import FieldError, Invalid, NotFound, Refusal
from tenancy.permissions import Permission, require

NUMBER_CHARACTERS = 80


class NotPaidOut(Refusal):
    """The borrower has not the money, or the bank holds no part of the loan any more."""

    code = "loan_not_paid_out"


class BookedOtherwise(Refusal):
    """The bank has booked the loan already, under another number."""

    code = "booked_otherwise"


class NumberTaken(Refusal):
    """The bank has told this number of another loan."""

    code = "loan_number_taken"


@room.atomic
def confirm(
    *,
    actor: Actor,
    at: datetime,
    loan_id: UUID,
    bank_loan_number: str,
    amount: Decimal,
    annual_rate: Decimal | None = None,
    first_due_on: date | None = None,
) -> Participation:
    """
    Take in that the bank has booked its part of a loan, as the bank; repeating is harmless.

    :param amount: what it has booked: its part
    :param annual_rate: the rate that it earns, where it tells it: its coupon, or the borrower's
    :param first_due_on: the first due date, where it tells it
    :raises NotABank: without the bank's own credential
    :raises NotFound: if no part of such a loan is this bank's
    :raises NotPaidOut: before the loan is paid out, or once the part has changed hands
    :raises BookedOtherwise: under another number than before
    :raises NumberTaken: naming the loan that has this number
    :raises Invalid: for another amount, rate or day than was agreed
    """
    require(actor, Permission.BANK_DECIDE)
    bank = bank_of(actor)
    part = participations.locked(loan_id)
    if part is None or part.bank_id != bank.pk:
        raise NotFound.of(_("Loan"), loan_id)
    number = bank_loan_number.strip()
    if part.bank_loan_number not in ("", number):
        raise BookedOtherwise(
            _("The loan is booked already, as %(number)s") % {"number": part.bank_loan_number}
        )
    _require_fitting(part, number, amount, annual_rate, first_due_on)
    if part.bank_loan_number:
        return part
    if part.status != ParticipationStatus.ACTIVE:
        raise NotPaidOut(_("The loan cannot be booked: %s") % part.get_status_display())
    _keep(part, bank, number)
    if part.placement is not None:
        placements.booked(
            actor=actor, at=at, placement_id=part.placement.pk, bank_loan_number=number
        )
    audit.record(
        actor=actor, at=at, action="participation.book", subject=part,
        changes={"bank_loan_number": number, "amount": str(amount)},
    )  # fmt: skip
    return part


def _require_fitting(
    part: Participation,
    number: str,
    amount: Decimal,
    annual_rate: Decimal | None,
    first_due_on: date | None,
) -> None:
    """Compare what the bank has booked with what was agreed, while it can still be mended."""
    leg = FundingLeg.objects.get(participation=part, side=LegSide.BANK)
    terms = part.loan.frozen_terms
    coupon = part.version.coupon_rate
    rate = terms.annual_rate if coupon is None else coupon
    errors = []
    if not 0 < len(number) <= NUMBER_CHARACTERS:
        errors.append(FieldError("/bank_loan_number", number[:80], f"1–{NUMBER_CHARACTERS}"))
    if amount != leg.amount:
        errors.append(FieldError("/amount", str(amount)[:40], f"{leg.amount:.2f}"))
    if annual_rate is not None and annual_rate != rate:
        errors.append(FieldError("/annual_rate", str(annual_rate)[:40], f"{rate.normalize():f}"))
    if first_due_on is not None and first_due_on != terms.due_dates[0]:
        due = terms.due_dates[0].isoformat()
        errors.append(FieldError("/first_due_on", first_due_on.isoformat(), due))
    if errors:
        raise Invalid(_("The booking does not fit the loan"), errors=errors)


def _keep(part: Participation, bank: PartnerBank, number: str) -> None:
    part.bank_loan_number = number
    try:
        with transaction.atomic():
            part.save(update_fields=["bank_loan_number"])
    except IntegrityError as taken:
        held = Participation.objects.select_related("loan").filter(
            bank=bank, bank_loan_number=number
        )
        raise NumberTaken(
            _("%(number)s is the loan %(loan)s")
            % {"number": number, "loan": held.get().loan.number}
        ) from taken
