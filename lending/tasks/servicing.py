"""Background work of running loans: payments over the rail, the daily close."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from celery import Task, shared_task
from django.utils import timezone

from lending.actions import close as closing
from lending.actions import payments
from lending.queries import payments as payment_queries
from lending.rails.choice import rail
from lending.rails.protocol import Outcome, RailAnswer, RailUnavailable
from tenancy import room
from tenancy.actions import outbox
from tenancy.actors import Actor
from tenancy.celery import TenantTask
from tenancy.models import Tenant

# A rail that has not answered by then is told again; the reference makes that harmless.
UNANSWERED = timedelta(minutes=10)
ATTEMPTS = 8


@shared_task(
    base=TenantTask, name="lending.pay", atomic_body=False, bind=True, max_retries=ATTEMPTS
)
def pay(self: Task, order_id: str) -> None:
    """Tell the rail to pay an order; try again, ever more slowly, while it can't be reached."""
    order = UUID(order_id)
    prepared = payments.prepare(order_id=order)
    if prepared is None:
        return
    name, instruction = prepared
    try:
        rail(name, deliver=_deliver).send(instruction)
    except RailUnavailable as down:
        payments.unreachable(order_id=order, reason=str(down))
        raise self.retry(exc=down, countdown=2**self.request.retries) from down
    payments.sent(order_id=order, at=timezone.now())


@shared_task(base=TenantTask, name="lending.rail_answer")
def rail_answer(
    rail: str,
    message_id: str,
    reference: str,
    outcome: str,
    amount: str,
    currency: str,
    on: str,
) -> None:
    """Take in an answer of the sandbox, which calls back through the broker."""
    payments.callback(
        answer=RailAnswer(
            rail=rail,
            message_id=message_id,
            reference=reference,
            outcome=Outcome(outcome),
            amount=Decimal(amount),
            currency=currency,
            on=date.fromisoformat(on),
        ),
        actor=Actor.system("rail"),
        at=timezone.now(),
    )


@shared_task(name="lending.chase_payments")
def chase_payments() -> int:
    """Send again, in every room, what the rail has left unanswered; sent every few minutes."""
    chased = 0
    before = timezone.now() - UNANSWERED
    for tenant_id in Tenant.objects.values_list("pk", flat=True):
        with room.enter(tenant_id):
            for order_id in payment_queries.unanswered(before):
                outbox.enqueue("lending.pay", order_id=str(order_id))
                chased += 1
    return chased


@shared_task(base=TenantTask, name="lending.close", atomic_body=False)
def close(to: str) -> None:
    """Close the room's business dates until the date `to` is open; see `actions.close.run`."""
    closing.run(to=date.fromisoformat(to), actor=Actor.system("close"), clock=timezone.now)


def _deliver(answer: RailAnswer, seconds: float) -> None:
    outbox.enqueue(
        "lending.rail_answer",
        countdown_seconds=seconds,
        rail=answer.rail,
        message_id=answer.message_id,
        reference=answer.reference,
        outcome=answer.outcome.value,
        amount=str(answer.amount),
        currency=answer.currency,
        on=answer.on.isoformat(),
    )
