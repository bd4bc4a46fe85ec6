"""
Compensation: a guarantor pays the bank for a late loan and stands in its place from then on.

The borrower's debt does not change. What he pays later is the guarantor's as far as it paid the
bank for it, by a stretch of the bank's running total; the shares follow by themselves.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from lending.actions.holding import HeldLoan, hold
from lending.rules.fold import fold
from lending.rules.numbers import human_number
from lending.rules.state import LoanState
from partners.actions import books, feed, participations
from partners.actions.credentials import bank_of
from partners.models import (
    Cession,
    ClaimScope,
    ClaimStatus,
    CompensationClaim,
    Participation,
    ParticipationStatus,
)
from partners.rules.placing import PlacementState
from partners.rules.splitting import Component, Holder, split
from tenancy import room
from tenancy.actions import audit
from tenancy.actors import Actor
from tenancy.errors import FieldError, Invalid, NotFound, Refusal
from tenancy.ids import uuid7
from tenancy.permissions import Permission, require
from tenancy.roles import Role

ZERO = Decimal(0)
REFERENCE_CHARACTERS = 80
TOPICS = {
    "claim.file": "claim.filed",
    "claim.pay": "claim.paid",
    "claim.take_back": "claim.taken_back",
    "claim.withdraw": "claim.withdrawn",
}


class NotYetDue(Refusal):
    """The loan is not overdue for as long as the agreement asks."""

    code = "claim_not_due"


class ClaimedAlready(Refusal):
    """The guarantor was asked for this delay, or has paid in full."""

    code = "claimed_already"


class NotGuaranteed(Refusal):
    """The agreement has no guarantor, or the bank holds no part of the loan any more."""

    code = "not_guaranteed"


class ClaimIsSettled(Refusal):
    """The claim was paid, or taken back, already."""

    code = "claim_settled"


class WindowIsOver(Refusal):
    """The days in which the payment could be taken back have passed."""

    code = "claim_window_over"


@dataclass(frozen=True, slots=True)
class Claimed:
    """The bank's part of a component: where its running total stands, and what is claimed."""

    starts_at: Decimal
    amount: Decimal


@room.atomic
def file(*, actor: Actor, at: datetime, on: date, loan_id: UUID) -> CompensationClaim:
    """
    Ask the guarantor for what the agreement says: the overdue instalments, or all of it.

    :raises NotFound: if no bank holds a part of the loan, or it is another bank's
    :raises NotGuaranteed: without a guarantor, or once the part has changed hands
    :raises NotYetDue: before the agreement's days past due
    :raises ClaimedAlready: for the same delay again, or after a payment in full
    """
    require(actor, Permission.CLAIM_FILE)
    part = _guaranteed(loan_id, actor)
    held = hold(loan_id)
    state = fold(held.terms, held.events, on)
    trigger = part.version.compensation_dpd
    if trigger is None or state.days_past_due <= trigger or state.oldest_unpaid_due_on is None:
        days = {"days": state.days_past_due, "trigger": trigger}
        raise NotYetDue(_("%(days)s days past due; claims begin after %(trigger)s") % days)
    live = _live(part)
    same = live.filter(arrears_since=state.oldest_unpaid_due_on)
    if same.exists() or live.filter(scope=ClaimScope.FULL).exists():
        raise ClaimedAlready(_("The guarantor was asked for this already"))
    scope = ClaimScope(part.version.compensation_scope)
    amounts = _claimed(part, held, state, scope)
    if not any(told.amount for told in amounts.values()):
        raise ClaimedAlready(_("The guarantor was asked for all of this already"))
    key = uuid7()
    claim = CompensationClaim.objects.create(
        id=key,
        number=human_number("G", on, key),
        participation=part,
        guarantor=part.guarantor,
        scope=scope,
        trigger_dpd=state.days_past_due,
        arrears_since=state.oldest_unpaid_due_on,
        filed_on=on,
        **{f"{each.value}_from": told.starts_at for each, told in amounts.items()},
        **{each.value: told.amount for each, told in amounts.items()},
    )
    _record(claim, "claim.file", actor=actor, at=at)
    return claim


@room.atomic
def pay(
    *,
    actor: Actor,
    at: datetime,
    on: date,
    claim_id: UUID,
    reference: str,
    reversible_until: date,
) -> CompensationClaim:
    """
    Take note that the guarantor has paid the bank: it stands in the bank's place from now on.

    What the borrower paid since the claim was filed is the guarantor's as well. Finance enters
    it, or the bank says that the money has reached it. Repeating it with the same reference
    changes nothing.

    :param reversible_until: the last day on which the payment may be taken back
    :raises NotFound: if there is no such claim, or it is another bank's
    :raises Invalid: without a reference, or with a last day before this one
    :raises ClaimIsSettled: if it was paid by another reference, or taken back
    """
    part, claim = _held(claim_id, actor, ours=Permission.SETTLEMENT_RUN)
    if claim.status == ClaimStatus.PAID and claim.reference == reference:
        return claim
    if claim.status != ClaimStatus.FILED:
        raise _settled(claim)
    _require_fitting(reference, reversible_until, on)
    claim.status, claim.paid_on, claim.reference = ClaimStatus.PAID, on, reference
    claim.reversible_until = reversible_until
    claim.save(update_fields=["status", "paid_on", "reference", "reversible_until"])
    if claim.scope == ClaimScope.FULL:
        part.move_to(ParticipationStatus.COMPENSATED)
        part.holder = Holder.GUARANTOR.value
        part.save(update_fields=["status", "holder"])
        if part.placement is not None:
            participations.advance(part.placement, PlacementState.COMPENSATED, at=at, actor=actor)
    before = books.stretches(part)
    for component, starts_at, limit in claim.stretches():
        Cession.objects.create(
            participation=part,
            claim=claim,
            component=component,
            starts_at=starts_at,
            limit=limit,
            holder=Holder.GUARANTOR.value,
        )
    books.post_handed_over(part, hold(part.loan_id), before, key=f"claim:{claim.pk}:paid", at=at)
    _record(claim, "claim.pay", actor=actor, at=at)
    return claim


@room.atomic
def take_back(
    *, actor: Actor, at: datetime, on: date, claim_id: UUID, reason: str
) -> CompensationClaim:
    """
    Undo a claim: the bank holds its part again, and what the guarantor received is the bank's.

    Repeating it changes nothing.

    :raises NotFound: if there is no such claim
    :raises WindowIsOver: after the last day on which the payment could be taken back
    """
    require(actor, Permission.SETTLEMENT_RUN)
    part, claim = _held(claim_id, actor, ours=Permission.SETTLEMENT_RUN)
    if claim.status == ClaimStatus.REVERSED:
        return claim
    if claim.reversible_until is not None and on > claim.reversible_until:
        until = claim.reversible_until.isoformat()
        raise WindowIsOver(_("It could be taken back until %s") % until)
    was_full = claim.status == ClaimStatus.PAID and claim.scope == ClaimScope.FULL
    claim.status, claim.reversed_on = ClaimStatus.REVERSED, on
    claim.save(update_fields=["status", "reversed_on"])
    if was_full:
        part.move_to(ParticipationStatus.ACTIVE)
        part.holder = Holder.BANK.value
        part.save(update_fields=["status", "holder"])
        if part.placement is not None:
            participations.advance(part.placement, PlacementState.BOOKED, at=at, actor=actor)
    before = books.stretches(part)
    for cession in Cession.objects.filter(claim=claim, is_void=False):
        cession.is_void = True
        cession.save(update_fields=["is_void"])
    books.post_handed_over(part, hold(part.loan_id), before, key=f"claim:{claim.pk}:back", at=at)
    _record(claim, "claim.take_back", actor=actor, at=at, reason=reason)
    return claim


@room.atomic
def withdraw(
    *, actor: Actor, at: datetime, on: date, claim_id: UUID, reason: str
) -> CompensationClaim:
    """
    Take back a claim that nobody has paid, as the bank or as finance; repeating is harmless.

    The same delay may then be claimed anew.

    :raises NotFound: if there is no such claim, or it is another bank's
    :raises ClaimIsSettled: once the guarantor has paid
    """
    _part, claim = _held(claim_id, actor, ours=Permission.SETTLEMENT_RUN)
    if claim.status == ClaimStatus.REVERSED:
        return claim
    if claim.status != ClaimStatus.FILED:
        raise _settled(claim)
    claim.status, claim.reversed_on = ClaimStatus.REVERSED, on
    claim.save(update_fields=["status", "reversed_on"])
    _record(claim, "claim.withdraw", actor=actor, at=at, reason=reason)
    return claim


def free_from(part: Participation, held: HeldLoan) -> dict[Component, Decimal]:
    """
    Return from where the partner's part of each component is the bank's still to get.

    That is where its running total stands, or the end of what guarantors were asked for.
    """
    starts = _partner(part, _paid(held))
    for claim in _live(part):
        for each in starts:
            end = getattr(claim, f"{each.value}_from") + getattr(claim, each.value)
            starts[each] = max(starts[each], end)
    return starts


def _live(part: Participation) -> QuerySet[CompensationClaim]:
    return CompensationClaim.objects.filter(participation=part).exclude(
        status=ClaimStatus.REVERSED
    )


def _claimed(
    part: Participation, held: HeldLoan, state: LoanState, scope: ClaimScope
) -> dict[Component, Claimed]:
    paid = _paid(held)
    owed = _owed(state, scope)
    starts = free_from(part, held)
    after = _partner(part, {each: paid[each] + owed[each] for each in owed})
    return {each: Claimed(starts[each], max(after[each] - starts[each], ZERO)) for each in owed}


def _paid(held: HeldLoan) -> dict[Component, Decimal]:
    row = held.position
    return {
        Component.PRINCIPAL: row["disbursed"] - row["principal"],
        Component.INTEREST: row["interest_paid"],
        Component.FEE: row["fee_paid"],
        Component.PENALTY: row["penalty_paid"],
    }


def _owed(state: LoanState, scope: ClaimScope) -> dict[Component, Decimal]:
    """Return what the borrower owes of each component: overdue, or altogether."""
    if scope == ClaimScope.FULL:
        totals = state.balances
        return {
            Component.PRINCIPAL: totals.principal,
            Component.INTEREST: totals.interest_outstanding,
            Component.FEE: totals.fee,
            Component.PENALTY: totals.penalty,
        }
    late = [row for row in state.schedule if row.due_on < state.as_of]
    return {
        Component.PRINCIPAL: sum((row.principal_due - row.principal_paid for row in late), ZERO),
        Component.INTEREST: sum((row.interest_due - row.interest_paid for row in late), ZERO),
        Component.FEE: sum((row.fee_due - row.fee_paid for row in late), ZERO),
        Component.PENALTY: sum((row.penalty_due - row.penalty_paid for row in late), ZERO),
    }


def _partner(part: Participation, totals: Mapping[Component, Decimal]) -> dict[Component, Decimal]:
    cut = split(totals, part.fractions, decimals=part.decimals)
    return {each: cut[each].bank for each in totals}


def _guaranteed(loan_id: UUID, actor: Actor) -> Participation:
    part = participations.locked(loan_id)
    if part is None or (actor.role == Role.BANK and bank_of(actor).pk != part.bank_id):
        raise NotFound.of(_("Participation"), loan_id)
    if part.guarantor_id is None or part.status not in {
        ParticipationStatus.ACTIVE,
        ParticipationStatus.COMPENSATED,
    }:
        raise NotGuaranteed(_("No guarantor stands behind this part"))
    return part


def _held(
    claim_id: UUID, actor: Actor, *, ours: Permission
) -> tuple[Participation, CompensationClaim]:
    """Lock a claim's participation, then the claim; a bank finds its own only, `ours` all."""
    if actor.role != Role.BANK:
        require(actor, ours)
    found = CompensationClaim.objects.select_related("participation").filter(pk=claim_id).first()
    part = participations.locked(found.participation.loan_id) if found is not None else None
    if part is None or (actor.role == Role.BANK and bank_of(actor).pk != part.bank_id):
        raise NotFound.of(_("Claim"), claim_id)
    return part, CompensationClaim.objects.for_update().get(pk=claim_id)


def _require_fitting(reference: str, reversible_until: date, on: date) -> None:
    errors = []
    if not 0 < len(reference) <= REFERENCE_CHARACTERS:
        errors.append(FieldError("/reference", reference[:40], f"1–{REFERENCE_CHARACTERS}"))
    if reversible_until < on:
        until = reversible_until.isoformat()
        errors.append(FieldError("/reversible_until", until, f"≥ {on.isoformat()}"))
    if errors:
        raise Invalid(_("The payment does not fit the claim"), errors=errors)


def _settled(claim: CompensationClaim) -> ClaimIsSettled:
    return ClaimIsSettled(
        _("The claim is settled already: %(status)s") % {"status": claim.get_status_display()}
    )


def _record(
    claim: CompensationClaim, action: str, *, actor: Actor, at: datetime, reason: str = ""
) -> None:
    audit.record(
        actor=actor,
        at=at,
        action=action,
        subject=claim,
        changes={"total": str(claim.total), "scope": claim.scope, "status": claim.status},
        reason=reason,
    )
    told = {
        "claim_id": str(claim.pk),
        "number": claim.number,
        "loan_id": str(claim.participation.loan_id),
        "status": claim.status,
        "amount": f"{claim.total:.2f}",
        "currency": claim.participation.currency,
    }
    feed.tell(claim.participation.bank, TOPICS[action], told, at=at)
