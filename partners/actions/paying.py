"""Paying a settlement's net: an instruction here, and the bank's reference when it is done."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from lending.rules.numbers import human_number
from partners.actions import books, feed
from partners.models import (
    PartnerPayment,
    PartnerPaymentDirection,
    PartnerPaymentStatus,
    Settlement,
    SettlementStatus,
)
from tenancy import room
from tenancy.actions import audit, outbox
from tenancy.actors import Actor
from tenancy.errors import FieldError, Invalid, NotFound, Refusal
from tenancy.ids import uuid7
from tenancy.permissions import Permission, require


class NotToBePaid(Refusal):
    """The payment was cancelled: a correction has put another in its place."""

    code = "partner_payment_cancelled"


class PaidOtherwise(Refusal):
    """The payment is confirmed already, under another reference or value date."""

    code = "partner_payment_paid"


@room.atomic
def instruct(*, actor: Actor, at: datetime, settlement: Settlement) -> PartnerPayment | None:
    """
    Write the instruction to pay what the settlement nets to; None where that is nothing.

    The caller holds the settlement's lock. One that stands for another amount is cancelled.
    """
    require(actor, Permission.SETTLEMENT_RUN)
    standing = (
        PartnerPayment.objects.for_update()
        .filter(settlement=settlement)
        .exclude(status=PartnerPaymentStatus.CANCELLED)
        .first()
    )
    to_bank = settlement.net > 0
    direction = PartnerPaymentDirection.TO_BANK if to_bank else PartnerPaymentDirection.FROM_BANK
    if standing is not None:
        if (standing.direction, standing.amount) == (direction, abs(settlement.net)):
            return standing
        standing.status = PartnerPaymentStatus.CANCELLED
        standing.save(update_fields=["status"])
    if settlement.net == 0:
        return None
    payment_id = uuid7()
    payment: PartnerPayment = PartnerPayment.objects.create(
        id=payment_id,
        settlement=settlement,
        direction=direction,
        amount=abs(settlement.net),
        currency=settlement.currency,
        reference=human_number("S", settlement.on, payment_id),
        requested_at=at,
    )
    audit.record(
        actor=actor,
        at=at,
        action="partner_payment.instruct",
        subject=payment,
        changes={"amount": str(payment.amount), "direction": payment.direction},
    )
    return payment


@room.atomic
def confirm(
    *, actor: Actor, at: datetime, payment_id: UUID, bank_ref: str, value_date: date
) -> Settlement:
    """
    Note that the money has moved, under which reference; the settlement is paid.

    Repeating it with the same reference and day changes nothing.

    :raises NotFound: if there is no such payment
    :raises NotToBePaid: if a correction cancelled it
    :raises PaidOtherwise: if it is confirmed under another reference or day
    :raises Invalid: without a reference, or with a value date before the settled day
    """
    require(actor, Permission.SETTLEMENT_RUN)
    payment = PartnerPayment.objects.filter(pk=payment_id).first()
    if payment is None:
        raise NotFound.of(_("Payment"), payment_id)
    # Settlement before payment, as everywhere; then what was read is read again under the lock.
    settlement: Settlement = Settlement.objects.for_update().get(pk=payment.settlement_id)
    payment = PartnerPayment.objects.for_update().get(pk=payment_id)
    if payment.status == PartnerPaymentStatus.CANCELLED:
        raise NotToBePaid(_("%(payment)s was cancelled by a correction") % {"payment": payment})
    bank_ref = bank_ref.strip()
    if payment.status == PartnerPaymentStatus.PAID:
        if (payment.bank_ref, payment.value_date) != (bank_ref, value_date):
            raise PaidOtherwise(_("%(payment)s is confirmed already") % {"payment": payment})
        return settlement
    _check(settlement, bank_ref, value_date)
    payment.status, payment.bank_ref = PartnerPaymentStatus.PAID, bank_ref
    payment.paid_at, payment.value_date = at, value_date
    payment.save(update_fields=["status", "bank_ref", "paid_at", "value_date"])
    settlement.move_to(SettlementStatus.PAID)
    settlement.paid_at, settlement.bank_ref = at, bank_ref
    settlement.save(update_fields=["status", "paid_at", "bank_ref"])
    books.post_paid(payment, settlement, at=at)
    audit.record(
        actor=actor,
        at=at,
        action="partner_payment.confirm",
        subject=payment,
        changes={"bank_ref": bank_ref, "value_date": str(value_date)},
    )
    news = {"id": str(settlement.pk), "bank": settlement.bank.code, "on": str(settlement.on)}
    outbox.notify(topic="settlement.paid", payload=news | {"bank_ref": bank_ref}, at=at)
    feed.tell_of_settlement(settlement, "settlement.paid", at=at)
    return settlement


def _check(settlement: Settlement, bank_ref: str, value_date: date) -> None:
    errors = []
    if not 0 < len(bank_ref) <= 80:
        errors.append(FieldError("/bank_ref", bank_ref[:80], "1–80"))
    if value_date < settlement.on:
        errors.append(FieldError("/value_date", str(value_date), f"≥ {settlement.on}"))
    if errors:
        raise Invalid(_("The confirmation does not fit"), errors=errors)
