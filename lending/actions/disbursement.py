"""Paying a loan out: asked for here, done by the rail, and a loan only when the rail says so."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from lending.actions import servicing
from lending.actions.holding import hold
from lending.models import (
    Borrower,
    CreditLine,
    Funding,
    Loan,
    LoanStatus,
    PaymentDirection,
    PaymentOrder,
    ProductVersion,
)
from lending.rules.events import Event, Kind
from lending.rules.fold import fold
from lending.rules.numbers import human_number
from lending.rules.terms import Terms
from tenancy import room
from tenancy.actions import audit, outbox
from tenancy.actors import Actor
from tenancy.errors import NotFound, Refusal
from tenancy.ids import uuid7
from tenancy.permissions import Permission, require


class LoanNotPending(Refusal):
    """Only a loan that still waits for its money can be paid out or given up."""

    code = "loan_not_pending"


class KeyTakenByAnotherLoan(Refusal):
    """The idempotency key was used for a loan with other facts."""

    code = "idempotency_key_reused"
    status = 422


@room.atomic
def request(
    *,
    line: CreditLine | None,
    borrower: Borrower,
    version: ProductVersion,
    terms: Terms,
    amount: Decimal,
    on: date,
    at: datetime,
    actor: Actor,
    key: str,
    is_held: bool = False,
) -> Loan:
    """
    Write a loan that waits for its money, and ask the rail to send it.

    A held one asks the partner banks for their part first; see `release`. The caller holds the
    line's lock and has checked its headroom. Repeating a key returns the loan that it made.

    :raises KeyTakenByAnotherLoan: if the key made a loan of another borrower or amount
    """
    require(actor, Permission.LINE_DRAW)
    existing = Loan.objects.filter(key=key).first()
    if existing is not None:
        if (existing.borrower_id, existing.principal) != (borrower.pk, amount):
            raise KeyTakenByAnotherLoan(_("This key was used for another draw"))
        return existing
    loan_id = uuid7()
    loan = Loan.objects.create(
        id=loan_id,
        number=human_number("L", on, loan_id),
        borrower=borrower,
        line=line,
        version=version,
        terms=terms.to_json(),
        currency=terms.currency,
        principal=amount,
        key=key,
        requested_on=on,
    )
    changes = {"amount": str(amount), "currency": loan.currency}
    if not is_held:
        changes["payment"] = _send(loan, on=on, at=at).reference
    audit.record(actor=actor, at=at, action="loan.request", subject=loan, changes=changes)
    if is_held:
        outbox.enqueue("partners.fund", loan_id=str(loan_id))
    return loan


@room.atomic
def release(*, loan_id: UUID, actor: Actor, at: datetime, on: date) -> PaymentOrder:
    """
    Send the one payment of a loan that was held until all its money was there.

    Repeating it returns the order that it made.

    :raises NotFound: if there is no such loan
    :raises LoanNotPending: if it was cancelled, or paid out without an order of ours
    """
    require(actor, Permission.LINE_DRAW)
    loan = _locked(loan_id)
    order = _order_of(loan)
    if order is not None:
        return order
    _require_pending(loan)
    order = _send(loan, on=on, at=at)
    audit.record(
        actor=actor,
        at=at,
        action="loan.release",
        subject=loan,
        changes={"payment": order.reference, "amount": str(order.amount)},
    )
    return order


@room.atomic
def abandon(*, loan_id: UUID, reason: str, actor: Actor, at: datetime) -> Loan:
    """
    Cancel a held loan whose money will not come; repeating it changes nothing.

    :raises NotFound: if there is no such loan
    :raises LoanNotPending: once its payment was asked for
    """
    require(actor, Permission.LINE_DRAW)
    loan = _locked(loan_id)
    if loan.status == LoanStatus.CANCELLED:
        return loan
    if _order_of(loan) is not None:
        raise LoanNotPending(_("The payment of %s was asked for already") % loan.number)
    _require_pending(loan)
    return _cancel(loan, reason=reason, at=at, actor=actor)


@room.atomic
def confirm(*, order: PaymentOrder, on: date, at: datetime, actor: Actor) -> Loan:
    """
    Start the loan's life: the rail has paid the order out, with value on `on`.

    The caller (`payments.callback`) holds the order's lock and settles it.
    """
    held = hold(order.loan_id)
    loan = Loan.objects.select_related("version").get(pk=order.loan_id)
    servicing.append(
        held,
        servicing.NewEvent(
            kind=Kind.DISBURSED,
            # A rail may live in another day than the books; no event lies ahead of them.
            effective_on=min(max(on, held.terms.starts_on), held.business_date),
            amount=loan.principal,
            key=f"disbursement:{order.reference}",
        ),
        allowed=frozenset({LoanStatus.PENDING}),
        action="loan.disburse",
        at=at,
        actor=actor,
    )
    loan.refresh_from_db()
    outbox.notify(topic="loan.active", payload=_news(loan), at=at)
    _tell_partners("partners.paid_out", loan)
    return loan


@room.atomic
def fail(*, order: PaymentOrder, reason: str, at: datetime, actor: Actor) -> Loan:
    """
    Cancel the loan whose money could not be sent, which frees its part of the line.

    The caller (`payments.callback`) holds the order's lock and settles it.
    """
    loan = _cancel(_locked(order.loan_id), reason=reason, at=at, actor=actor)
    _tell_partners("partners.not_paid_out", loan)
    return loan


def _cancel(loan: Loan, *, reason: str, at: datetime, actor: Actor) -> Loan:
    loan.move_to(LoanStatus.CANCELLED)
    loan.save(update_fields=["status"])
    audit.record(
        actor=actor,
        at=at,
        action="loan.cancel",
        subject=loan,
        changes={"status": loan.status},
        reason=reason,
    )
    outbox.notify(topic="loan.disbursement_failed", payload=_news(loan), at=at)
    return loan


def _tell_partners(task: str, loan: Loan) -> None:
    """Send word of the payment to those who lent along, where the loan was held for them."""
    if loan.version.funding == Funding.PARTNER:
        outbox.enqueue(task, loan_id=str(loan.pk))


def _locked(loan_id: UUID) -> Loan:
    loan = Loan.objects.for_update().select_related("version").filter(pk=loan_id).first()
    if loan is None:
        raise NotFound.of(_("Loan"), loan_id)
    return loan


def _order_of(loan: Loan) -> PaymentOrder | None:
    return PaymentOrder.objects.filter(loan=loan, direction=PaymentDirection.OUT).first()


def _require_pending(loan: Loan) -> None:
    if loan.status != LoanStatus.PENDING:
        raise LoanNotPending(
            _("%(loan)s is %(status)s")
            % {"loan": loan.number, "status": loan.get_status_display()}
        )


def _send(loan: Loan, *, on: date, at: datetime) -> PaymentOrder:
    order = _order(loan, on=on, at=at)
    outbox.enqueue("lending.pay", order_id=str(order.pk))
    return order


def _order(loan: Loan, *, on: date, at: datetime) -> PaymentOrder:
    order_id = uuid7()
    return PaymentOrder.objects.create(
        id=order_id,
        direction=PaymentDirection.OUT,
        loan=loan,
        amount=payable(loan),
        currency=loan.currency,
        reference=human_number("P", on, order_id),
        rail=settings.PAYMENT_RAIL,
        requested_on=on,
        requested_at=at,
    )


def payable(loan: Loan) -> Decimal:
    """Return what goes to the borrower: the principal less the fees withheld from it."""
    paid_out = Event(
        id="payable",
        kind=Kind.DISBURSED,
        effective_on=loan.frozen_terms.starts_on,
        booked_on=loan.frozen_terms.starts_on,
        sequence=1,
        amount=loan.principal,
    )
    state = fold(loan.frozen_terms, [paid_out], paid_out.effective_on)
    return loan.principal - state.balances.fee_withheld


def _news(loan: Loan) -> dict[str, str]:
    return {"id": str(loan.pk), "number": loan.number, "status": loan.status}
