"""Paying a loan out: asked for here, done by the rail, and a loan only when the rail says so."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from lending.actions import servicing
from lending.actions.holding import hold
from lending.models import (
    Borrower,
    CreditLine,
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
from tenancy.errors import Refusal
from tenancy.ids import uuid7
from tenancy.permissions import Permission, require


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
) -> Loan:
    """
    Write a loan that waits for its money, and ask the rail to send it.

    The caller holds the line's lock and has checked its headroom. Repeating a key returns the
    loan that it made.

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
    order = _order(loan, on=on, at=at)
    audit.record(
        actor=actor,
        at=at,
        action="loan.request",
        subject=loan,
        changes={"amount": str(amount), "currency": loan.currency, "payment": order.reference},
    )
    outbox.enqueue("lending.pay", order_id=str(order.pk))
    return loan


@room.atomic
def confirm(*, order: PaymentOrder, on: date, at: datetime, actor: Actor) -> Loan:
    """
    Start the loan's life: the rail has paid the order out, with value on `on`.

    The caller (`payments.callback`) holds the order's lock and settles it.
    """
    held = hold(order.loan_id)
    loan = Loan.objects.get(pk=order.loan_id)
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
    return loan


@room.atomic
def fail(*, order: PaymentOrder, reason: str, at: datetime, actor: Actor) -> Loan:
    """
    Cancel the loan whose money could not be sent, which frees its part of the line.

    The caller (`payments.callback`) holds the order's lock and settles it.
    """
    loan = Loan.objects.for_update().get(pk=order.loan_id)
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
