"""Payment orders on their way over a rail, and what the rail says about them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lending.actions import disbursement, repayment
from lending.models import (
    Loan,
    LoanStatus,
    PaymentDirection,
    PaymentOrder,
    PaymentStatus,
    RailMessage,
)
from lending.rails.protocol import Instruction, Outcome, RailAnswer
from tenancy import room
from tenancy.actions import audit, outbox
from tenancy.actors import Actor
from tenancy.errors import NotFound, Refusal
from tenancy.ids import uuid7
from tenancy.models import Tenant
from tenancy.permissions import Permission, require


class LoanNotCollectable(Refusal):
    """Money is collected only for loans that are running."""

    code = "loan_not_active"


class PaymentIsFinal(Refusal):
    """The rail has already answered."""

    code = "payment_final"


@room.atomic
def prepare(*, order_id: UUID) -> tuple[str, Instruction] | None:
    """
    Count an attempt; return the rail and what to tell it, or None where nothing is left to send.

    A transaction of its own before the rail is spoken to: the attempt is known even if the
    process dies in the conversation.
    """
    order = _locked(order_id)
    if order.is_final:
        return None
    order.attempts += 1
    order.save(update_fields=["attempts"])
    instruction = Instruction(
        reference=order.reference,
        direction=order.direction,
        amount=order.amount,
        currency=order.currency,
        on=Tenant.objects.get(pk=room.current()).business_date,
        attempt=order.attempts,
    )
    return order.rail, instruction


@room.atomic
def sent(*, order_id: UUID, at: datetime) -> PaymentOrder:
    """Note that the rail took the order; an answer that came first is left as it is."""
    order = _locked(order_id)
    if order.status == PaymentStatus.PENDING:
        order.move_to(PaymentStatus.SENT)
        order.sent_at = at
        order.failure = ""
        order.save(update_fields=["status", "sent_at", "failure"])
    return order


@room.atomic
def unreachable(*, order_id: UUID, reason: str) -> PaymentOrder:
    """Note why the rail could not be reached; the order stays to be sent again."""
    order = _locked(order_id)
    if not order.is_final:
        order.failure = reason
        order.save(update_fields=["failure"])
    return order


@room.atomic
def collect(
    *, loan_id: UUID, amount: Decimal, on: date, at: datetime, actor: Actor, key: str
) -> PaymentOrder:
    """
    Ask the rail to fetch money from the borrower; it is received when the rail says so.

    :raises LoanNotCollectable: if the loan is not active
    :raises Invalid: for an amount that is not positive or too finely divided
    """
    require(actor, Permission.LOAN_REPAY)
    reference = f"C-{key}"
    existing = PaymentOrder.objects.filter(reference=reference).first()
    if existing is not None:
        return existing
    loan = Loan.objects.filter(pk=loan_id).first()
    if loan is None:
        raise NotFound.of(_("Loan"), loan_id)
    if loan.status != LoanStatus.ACTIVE:
        raise LoanNotCollectable(gettext_lazy("The loan is not active"))
    repayment.require_payable(amount, loan.currency)
    order = PaymentOrder.objects.create(
        id=uuid7(),
        direction=PaymentDirection.IN,
        loan=loan,
        amount=amount,
        currency=loan.currency,
        reference=reference,
        rail=settings.PAYMENT_RAIL,
        requested_on=on,
        requested_at=at,
    )
    changes = {"amount": str(amount), "payment": reference}
    audit.record(actor=actor, at=at, action="payment.collect", subject=loan, changes=changes)
    outbox.enqueue("lending.pay", order_id=str(order.pk))
    return order


@room.atomic
def callback(*, answer: RailAnswer, actor: Actor, at: datetime) -> RailMessage:
    """
    Take in what a rail says: apply it, recognise it as said before, or set it aside.

    Never refuses what it can keep: money may really have moved, so a message that fits no open
    order is kept with its reason for somebody to settle. The inbox row is written first and is
    unique per rail and message, so a second delivery waits for the first and finds it.
    """
    require(actor, Permission.PAYMENT_POST)
    message, is_new = _received(answer, at)
    if not is_new:
        return message
    order = PaymentOrder.objects.for_update().filter(reference=answer.reference).first()
    reason = _unfit(order, answer)
    if order is None or reason:
        return _set_aside(message, order, reason, actor=actor, at=at)
    message.order = order
    if order.is_final:
        message.disposition = RailMessage.Disposition.REPEATED
    else:
        message.disposition = RailMessage.Disposition.APPLIED
        _apply(order, answer, actor=actor, at=at)
    message.save(update_fields=["order", "disposition"])
    return message


@room.atomic
def void(*, order_id: UUID, reason: str, at: datetime, actor: Actor) -> PaymentOrder:
    """
    Give an order up by hand; a rail that still pays it will find it void and be set aside.

    :raises PaymentIsFinal: if the rail has already answered
    """
    require(actor, Permission.PAYMENT_POST)
    order = _locked(order_id)
    if order.is_final:
        raise PaymentIsFinal(gettext_lazy("The rail has already answered"))
    _void(order, reason, on=None, actor=actor, at=at)
    return order


def _locked(order_id: UUID) -> PaymentOrder:
    order = PaymentOrder.objects.for_update().filter(pk=order_id).first()
    if order is None:
        raise NotFound.of(_("Payment"), order_id)
    return order


def _received(answer: RailAnswer, at: datetime) -> tuple[RailMessage, bool]:
    """Write the inbox row; a conflict means that the message is, or is being, taken in."""
    row = RailMessage(
        rail=answer.rail,
        message_id=answer.message_id,
        reference=answer.reference,
        outcome=answer.outcome,
        amount=answer.amount,
        currency=answer.currency,
        happened_on=answer.on,
        received_at=at,
    )
    RailMessage.objects.bulk_create([row], ignore_conflicts=True)
    kept = RailMessage.objects.for_update().get(rail=answer.rail, message_id=answer.message_id)
    # Whoever commits leaves a disposition, so one that has none yet is the row just written.
    return kept, kept.disposition == RailMessage.Disposition.RECEIVED


def _unfit(order: PaymentOrder | None, answer: RailAnswer) -> str:
    """Return why an answer can't be applied to an order, or an empty string."""
    if order is None:
        return _("No payment has this reference")
    if order.rail != answer.rail:
        return _("The payment was sent over another rail: %s") % order.rail
    if answer.currency != order.currency:
        return _("The payment is in %s") % order.currency
    if answer.amount != order.amount:
        return _("The payment is of %s") % order.amount
    said = {Outcome.POSTED: PaymentStatus.POSTED, Outcome.FAILED: PaymentStatus.VOIDED}
    if order.is_final and said[answer.outcome] != order.status:
        return _("The payment is already final: %s") % order.get_status_display()
    return ""


def _set_aside(
    message: RailMessage, order: PaymentOrder | None, reason: str, *, actor: Actor, at: datetime
) -> RailMessage:
    message.order = order
    message.disposition = RailMessage.Disposition.SET_ASIDE
    message.reason = reason
    message.save(update_fields=["order", "disposition", "reason"])
    audit.record(
        actor=actor, at=at, action="payment.set_aside", subject=message, reason=reason,
        changes={"reference": message.reference, "amount": str(message.amount)},
    )  # fmt: skip
    return message


def _apply(order: PaymentOrder, answer: RailAnswer, *, actor: Actor, at: datetime) -> None:
    if answer.outcome is Outcome.FAILED:
        _void(order, _("The rail could not pay"), on=answer.on, actor=actor, at=at)
        return
    order.move_to(PaymentStatus.POSTED)
    order.settled_at, order.settled_on = at, answer.on
    order.save(update_fields=["status", "settled_at", "settled_on"])
    if order.direction == PaymentDirection.OUT:
        disbursement.confirm(order=order, on=answer.on, at=at, actor=actor)
    else:
        repayment.receive(
            loan_id=order.loan_id,
            amount=order.amount,
            on=_day_in_the_books(order, answer.on),
            key=f"payment:{order.reference}",
            at=at,
            actor=actor,
        )


def _day_in_the_books(order: PaymentOrder, on: date) -> date:
    """
    Return the nearest day on which a receipt can count: the money has come, whatever day it is.

    A rail may live in another day than the books, and no event lies ahead of them.
    """
    today = Tenant.objects.get(pk=room.current()).business_date
    return min(max(on, order.loan.disbursed_on or on), today)


def _void(
    order: PaymentOrder, reason: str, *, on: date | None, actor: Actor, at: datetime
) -> None:
    order.move_to(PaymentStatus.VOIDED)
    order.failure = reason
    order.settled_at, order.settled_on = at, on
    order.save(update_fields=["status", "failure", "settled_at", "settled_on"])
    audit.record(actor=actor, at=at, action="payment.void", subject=order, reason=reason)
    if order.direction == PaymentDirection.OUT:
        disbursement.fail(order=order, reason=reason, at=at, actor=actor)
