"""The bank's part of a loan's money: paid in, or not; with the last leg the loan is paid out."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from lending.actions import disbursement
from partners.actions import books, participations
from partners.actions.credentials import bank_of
from partners.models import FundingLeg, LegSide, LegStatus, Participation, ParticipationStatus
from partners.rules.placing import PlacementState
from tenancy import room
from tenancy.actions import audit
from tenancy.actors import Actor
from tenancy.errors import FieldError, Invalid, NotFound, Refusal
from tenancy.permissions import Permission, require
from tenancy.roles import Role

REFERENCE_CHARACTERS = 80


class LegIsSettled(Refusal):
    """The leg was answered otherwise already."""

    code = "leg_settled"


@room.atomic
def confirm(
    *,
    actor: Actor,
    at: datetime,
    on: date,
    leg_id: UUID,
    amount: Decimal,
    value_on: date,
    bank_reference: str,
) -> FundingLeg:
    """
    Take in that a leg was paid; with the last one the loan's one payment is sent.

    Repeating it with the same facts changes nothing.

    :raises NotFound: if there is no such leg, or it is another bank's
    :raises Invalid: for another amount than was asked for, or without a reference
    :raises LegIsSettled: if it failed, was given back, or was paid by another reference or on
        another day
    """
    part, leg = _held(leg_id, actor)
    bank_reference = bank_reference.strip()
    _require_fitting(leg, amount=amount, bank_reference=bank_reference)
    told = (bank_reference, value_on)
    if leg.status == LegStatus.CONFIRMED and (leg.bank_reference, leg.value_on) == told:
        return leg
    _require_open(leg)
    leg.status, leg.settled_at = LegStatus.CONFIRMED, at
    leg.value_on, leg.bank_reference = value_on, bank_reference
    leg.save(update_fields=["status", "settled_at", "value_on", "bank_reference"])
    books.post_leg(leg, bank=part.bank, on=on, at=at)
    audit.record(
        actor=actor,
        at=at,
        action="leg.confirm",
        subject=leg,
        changes={"amount": str(amount), "bank_reference": bank_reference},
    )
    _release_if_funded(part, at=at, on=on, actor=actor)
    return leg


@room.atomic
def fail(*, actor: Actor, at: datetime, on: date, leg_id: UUID, reason: str) -> FundingLeg:
    """
    Take in that a leg will not come: the other goes back and the loan is given up, unbooked.

    Repeating it changes nothing.

    :raises NotFound: if there is no such leg, or it is another bank's
    :raises LegIsSettled: if it was paid in
    """
    part, leg = _held(leg_id, actor)
    if leg.status == LegStatus.FAILED:
        return leg
    _require_open(leg)
    leg.status, leg.settled_at, leg.failure = LegStatus.FAILED, at, reason[:200]
    leg.save(update_fields=["status", "settled_at", "failure"])
    system = Actor.system("legs", actor.request_id)
    participations.give_up(part, reason=reason, at=at, on=on, actor=system)
    disbursement.abandon(loan_id=part.loan_id, reason=reason, actor=system, at=at)
    audit.record(actor=actor, at=at, action="leg.fail", subject=leg, reason=reason)
    return leg


def _held(leg_id: UUID, actor: Actor) -> tuple[Participation, FundingLeg]:
    """Lock a leg's participation, then the leg; a bank finds its own only."""
    found = FundingLeg.objects.select_related("participation").filter(pk=leg_id).first()
    part = participations.locked(found.participation.loan_id) if found is not None else None
    if found is None or part is None or not _may_answer(actor, part, found):
        raise NotFound.of(_("Funding leg"), leg_id)
    return part, FundingLeg.objects.for_update().get(pk=leg_id)


def _may_answer(actor: Actor, part: Participation, leg: FundingLeg) -> bool:
    if actor.role == Role.BANK:
        return leg.side == LegSide.BANK and bank_of(actor).pk == part.bank_id
    # Finance enters what the bank's statement says, where the bank cannot call.
    require(actor, Permission.PAYMENT_POST)
    return True


def _require_fitting(leg: FundingLeg, *, amount: Decimal, bank_reference: str) -> None:
    errors = []
    if amount != leg.amount:
        errors.append(FieldError("/amount", str(amount)[:40], f"{leg.amount:.2f}"))
    if not 0 < len(bank_reference) <= REFERENCE_CHARACTERS:
        errors.append(FieldError("/bank_ref", bank_reference[:40], f"1–{REFERENCE_CHARACTERS}"))
    if errors:
        raise Invalid(_("The confirmation does not fit the leg"), errors=errors)


def _require_open(leg: FundingLeg) -> None:
    if leg.status != LegStatus.REQUESTED:
        raise LegIsSettled(
            _("The leg is settled already: %(status)s") % {"status": leg.get_status_display()}
        )


def _release_if_funded(part: Participation, *, at: datetime, on: date, actor: Actor) -> None:
    if part.legs.exclude(status=LegStatus.CONFIRMED).exists():
        return
    part.move_to(ParticipationStatus.FUNDED)
    part.save(update_fields=["status"])
    # The payment is ours to send; the bank only said that its money is there.
    system = Actor.system("legs", actor.request_id)
    if part.placement is not None:
        participations.advance(part.placement, PlacementState.FUNDED, at=at, actor=system)
    disbursement.release(loan_id=part.loan_id, actor=system, at=at, on=on)
