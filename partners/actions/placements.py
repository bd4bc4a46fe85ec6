"""
The verbs of a placement: put before a bank, received, asked about, timed out, cancelled, funded.

A bank does its own by its own credential, and finds only its own placements; whether it
approves stands in `decisions`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partners.actions import credentials, feed, reservations
from partners.models import PartnerBank, Placement
from partners.rules.placing import PlacementState, may_move
from tenancy import room
from tenancy.actions import audit, outbox
from tenancy.actors import Actor
from tenancy.errors import FieldError, Invalid, NotFound, Refusal
from tenancy.permissions import Permission, require

REFERENCE_CHARACTERS = 80
MOST_ITEMS = 50
ITEM_CHARACTERS = 500
BATCH = 200


class WrongPlacementState(Refusal):
    """The placement is past the state, or not yet in it, in which this can be done."""

    code = "placement_state"


@room.atomic
def acknowledge(
    *, actor: Actor, at: datetime, placement_id: UUID, bank_reference: str = ""
) -> Placement:
    """
    Say that the application has arrived, as the bank; repeating it changes nothing.

    :param bank_reference: what the bank calls it
    :raises NotABank: without the bank's own credential
    :raises NotFound: if no such placement is before this bank
    :raises WrongPlacementState: if it is over
    """
    placement = of_bank(actor, placement_id)
    if placement.acked_at is not None and placement.is_pending:
        return placement
    if len(bank_reference) > REFERENCE_CHARACTERS:
        expected = _("at most %d characters") % REFERENCE_CHARACTERS
        error = FieldError("/bank_reference", bank_reference[:80], expected)
        raise Invalid(gettext_lazy("The reference does not fit"), errors=[error])
    receive(placement, actor=actor, at=at, bank_reference=bank_reference)
    return placement


def receive(placement: Placement, *, actor: Actor, at: datetime, bank_reference: str = "") -> None:
    """Move a submitted placement on to ACKED; the caller holds its lock."""
    require_way(placement, PlacementState.ACKED)
    placement.acked_at, placement.bank_reference = at, bank_reference
    placement.move_to(
        PlacementState.ACKED, at=at, actor=actor, also=["acked_at", "bank_reference"]
    )
    record(placement, "placement.acknowledge", actor=actor, at=at)


@room.atomic
def request_info(
    *,
    actor: Actor,
    at: datetime,
    placement_id: UUID,
    items: Sequence[dict[str, Any]],
    due_on: date | None = None,
) -> Placement:
    """
    Ask for more, as the bank; its own clock stands still until we answer.

    :param items: `[{code, text}]`
    :raises NotFound: if no such placement is before this bank
    :raises WrongPlacementState: if it is not open to questions
    :raises Invalid: for no items, or items without words
    """
    placement = of_bank(actor, placement_id)
    asked = _items(items)
    if placement.status == PlacementState.SUBMITTED:
        receive(placement, actor=actor, at=at)
    require_way(placement, PlacementState.INFO_REQUESTED)
    placement.info_items, placement.info_due_on = asked, due_on
    placement.respond_by = placement.expires_at
    placement.move_to(
        PlacementState.INFO_REQUESTED,
        at=at,
        actor=actor,
        facts={"items": asked},
        also=["info_items", "info_due_on", "respond_by"],
    )
    record(placement, "placement.request_info", actor=actor, at=at, changes={"items": asked})
    return placement


@room.atomic
def provide_info(
    *, actor: Actor, at: datetime, placement_id: UUID, answer: str, documents: Sequence[str] = ()
) -> Placement:
    """
    Answer what the bank asked for, as our own staff; the bank's clock starts anew.

    :param documents: keys of documents that were added to the application
    :raises WrongPlacementState: if the bank has not asked for anything
    :raises Invalid: without an answer
    """
    require(actor, Permission.ROUTING_RUN)
    placement = locked(placement_id)
    if not answer.strip():
        error = FieldError("/answer", "", _("an answer, in words"))
        raise Invalid(gettext_lazy("An answer is required"), errors=[error])
    require_way(placement, PlacementState.INFO_PROVIDED)
    placement.respond_by = min(
        placement.bank.answers_by(at, placement.version.sla_minutes), placement.expires_at
    )
    facts = {"answer": answer[:2000], "documents": list(documents)}
    placement.move_to(
        PlacementState.INFO_PROVIDED, at=at, actor=actor, facts=facts, also=["respond_by"]
    )
    record(placement, "placement.provide_info", actor=actor, at=at, changes=facts)
    tell(placement, "application.info_provided", at=at, **facts)
    return placement


@room.atomic
def time_out(*, actor: Actor, at: datetime) -> int:
    """
    End what banks have left unanswered, a batch at a time; return how many that were.

    A bank that has not even acknowledged is told again first, some times, some minutes apart. A
    row that another worker has in hand is passed over: it happens once. Then the next bank is
    asked.
    """
    require(actor, Permission.ROUTING_RUN)
    late = list(
        Placement.objects.late(at)
        .select_related("bank", "version", "application")
        .select_for_update(of=("self",), skip_locked=True)
        .order_by("pk")[:BATCH]
    )
    for placement in late:
        if _is_told_again(placement, at=at):
            continue
        placement.move_to(PlacementState.TIMED_OUT, at=at, actor=actor)
        fall_through(placement, actor=actor, at=at, action="placement.time_out")
        tell(placement, "application.timed_out", at=at)
        outbox.enqueue("partners.route", application_id=str(placement.application_id))
    return len(late)


@room.atomic
def cancel(*, actor: Actor, at: datetime, placement_id: UUID, reason: str) -> Placement:
    """
    Take a placement back before it is paid out, and tell the bank; repeating is harmless.

    :raises NotFound: if there is no such placement
    :raises WrongPlacementState: once the money is on its way
    """
    require(actor, Permission.ROUTING_RUN)
    placement = locked(placement_id)
    if placement.status == PlacementState.CANCELLED:
        return placement
    require_way(placement, PlacementState.CANCELLED)
    _end(placement, PlacementState.CANCELLED, actor=actor, at=at, reason=reason)
    return placement


@room.atomic
def application_gone(*, actor: Actor, at: datetime, application_id: UUID) -> Placement | None:
    """
    End what an application had before a bank, because it, or the offer of it, is gone.

    The bank is told; a bank that had agreed reads that the borrower refused.
    """
    require(actor, Permission.ROUTING_RUN)
    placement = (
        Placement.objects.live()
        .for_update()
        .select_related("bank", "version", "application")
        .filter(application=application_id)
        .first()
    )
    if placement is None:
        return None
    agreed = may_move(PlacementState(placement.status), PlacementState.REFUSED)
    end = PlacementState.REFUSED if agreed else PlacementState.CANCELLED
    _end(placement, end, actor=actor, at=at, reason="withdrawn")
    return placement


@room.atomic
def fund(*, actor: Actor, at: datetime, placement_id: UUID, facts: dict[str, Any]) -> Placement:
    """
    Ask for the bank's leg of a draw: signed, if it was not yet, and FUNDING_REQUESTED.

    :param facts: what the bank has to pay: loan, amount, currency, value date, as strings
    :raises WrongPlacementState: if the bank has not agreed, or a leg is already asked for
    """
    require(actor, Permission.ROUTING_RUN)
    placement = locked(placement_id)
    if may_move(PlacementState(placement.status), PlacementState.SIGNED):
        placement.move_to(PlacementState.SIGNED, at=at, actor=actor)
    require_way(placement, PlacementState.FUNDING_REQUESTED)
    placement.move_to(PlacementState.FUNDING_REQUESTED, at=at, actor=actor, facts=facts)
    minutes = placement.version.reservation_minutes
    reservations.prolong(placement, until=at + timedelta(minutes=minutes))
    record(placement, "placement.fund", actor=actor, at=at, changes=facts)
    tell(placement, "funding.requested", at=at, **facts)
    return placement


@room.atomic
def advance(
    *, actor: Actor, at: datetime, placement_id: UUID, state: PlacementState, reason: str = ""
) -> Placement:
    """
    Move a funded placement on, as its money and its loan do; repeating changes nothing.

    For the action that moves the money: FUNDED, DISBURSED, DISBURSE_FAILED and what ends a loan.

    :raises WrongPlacementState: where the table knows no such way
    """
    require(actor, Permission.ROUTING_RUN)
    placement = locked(placement_id)
    if placement.status != state:
        require_way(placement, state)
        placement.move_to(state, at=at, actor=actor, reason=reason)
        record(placement, f"placement.{state.value.lower()}", actor=actor, at=at)
    return placement


@room.atomic
def booked(*, actor: Actor, at: datetime, placement_id: UUID, bank_loan_number: str) -> Placement:
    """
    Note that the loan stands in the bank's books as well; its part of the quota is now used.

    :raises NotABank: without the bank's own credential
    :raises NotFound: if no such placement is before this bank
    :raises WrongPlacementState: if the loan was not paid out
    """
    placement = of_bank(actor, placement_id)
    if placement.status == PlacementState.BOOKED:
        return placement
    require_way(placement, PlacementState.BOOKED)
    facts = {"bank_loan_number": bank_loan_number[:REFERENCE_CHARACTERS]}
    placement.move_to(PlacementState.BOOKED, at=at, actor=actor, facts=facts)
    reservations.convert(placement, at=at)
    record(placement, "placement.booked", actor=actor, at=at, changes=facts)
    return placement


def locked(placement_id: UUID) -> Placement:
    """
    Return a placement under its row lock.

    :raises NotFound: if there is none in the room
    """
    placement = (
        Placement.objects.for_update()
        .select_related("bank", "version", "application")
        .filter(pk=placement_id)
        .first()
    )
    if placement is None:
        raise NotFound.of(gettext_lazy("Placement"), placement_id)
    return placement


def of_bank(actor: Actor, placement_id: UUID) -> Placement:
    """
    Return a placement that is before the actor's own bank, under its row lock.

    :raises NotABank: without a live credential
    :raises NotFound: if there is none: absent, or another bank's, which is the same answer
    """
    require(actor, Permission.BANK_DECIDE)
    bank = credentials.bank_of(actor)
    placement = locked(placement_id)
    if placement.bank_id != bank.pk or placement.status == PlacementState.ROUTED:
        raise NotFound.of(gettext_lazy("Placement"), placement_id)
    return placement


def require_way(placement: Placement, state: PlacementState) -> None:
    """
    Let the placement pass on to a state, or refuse.

    :raises WrongPlacementState: naming where it stands
    """
    if not may_move(PlacementState(placement.status), state):
        raise WrongPlacementState(
            gettext_lazy("%(number)s is in state “%(state)s”")
            % {"number": placement.number, "state": placement.get_status_display()}
        )


def fall_through(placement: Placement, *, actor: Actor, at: datetime, action: str) -> None:
    """Give back what was held for a placement that has just fallen through, and record it."""
    reservations.release(placement, at=at)
    record(placement, action, actor=actor, at=at)


def tell(placement: Placement, topic: str, *, at: datetime, **facts: Any) -> None:
    """Let the placement's bank know."""
    payload = {
        "placement_id": str(placement.pk),
        "number": placement.number,
        "status": placement.status,
        **facts,
    }
    feed.tell(placement.bank, topic, payload, at=at, placement=placement)


def submit(placement: Placement, *, actor: Actor, at: datetime) -> None:
    """Put a routed placement before its bank; the router holds the locks that this needs."""
    bank: PartnerBank = placement.bank
    placement.submitted_at = at
    placement.respond_by = min(
        bank.answers_by(at, placement.version.sla_minutes), placement.expires_at
    )
    placement.move_to(
        PlacementState.SUBMITTED, at=at, actor=actor, also=["submitted_at", "respond_by"]
    )
    _announce(placement, at=at)


def record(
    placement: Placement,
    action: str,
    *,
    actor: Actor,
    at: datetime,
    changes: dict[str, Any] | None = None,
) -> None:
    """Write into the audit trail what was done with a placement."""
    audit.record(
        actor=actor,
        at=at,
        action=action,
        subject=placement,
        changes={"status": placement.status, **(changes or {})},
    )


def _announce(placement: Placement, *, at: datetime) -> None:
    due = placement.respond_by
    tell(
        placement,
        "application.submitted",
        at=at,
        respond_by=due.isoformat() if due else None,
        attempt=placement.attempts + 1,
    )


def _end(
    placement: Placement, end: PlacementState, *, actor: Actor, at: datetime, reason: str
) -> None:
    placement.move_to(end, at=at, actor=actor, reason=reason)
    fall_through(placement, actor=actor, at=at, action=f"placement.{end.value.lower()}")
    tell(placement, "application.withdrawn", at=at, reason=reason)


def _is_told_again(placement: Placement, *, at: datetime) -> bool:
    """Tell a bank again that has not acknowledged, if it has not been told often enough."""
    bank = placement.bank
    if placement.status != PlacementState.SUBMITTED or placement.attempts >= bank.reminders:
        return False
    placement.attempts += 1
    again = at + timedelta(minutes=bank.reminder_minutes)
    placement.respond_by = min(again, placement.expires_at)
    if placement.respond_by <= at:
        return False
    placement.save(update_fields=["attempts", "respond_by"])
    _announce(placement, at=at)
    return True


def _items(items: Sequence[dict[str, Any]]) -> list[dict[str, str]]:
    expected = _("1 to %d items, each with a code and a text") % MOST_ITEMS
    if not 0 < len(items) <= MOST_ITEMS:
        raise Invalid(
            gettext_lazy("The request does not fit"), errors=[FieldError("/items", "", expected)]
        )
    errors, asked = [], []
    for number, item in enumerate(items):
        code, text = item.get("code"), item.get("text")
        if isinstance(code, str) and isinstance(text, str) and code and text.strip():
            asked.append({"code": code[:40], "text": text.strip()[:ITEM_CHARACTERS]})
        else:
            errors.append(FieldError(f"/items/{number}", str(item)[:80], expected))
    if errors:
        raise Invalid(gettext_lazy("The request does not fit"), errors=errors)
    return asked
