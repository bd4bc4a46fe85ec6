"""A bank's part in a loan: opened when the loan asks for its money, active when it is paid out."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from ledger.rules.money import exponent
from lending.actions import disbursement
from lending.models import Loan, LoanStatus
from partners.actions import books, feed, placements
from partners.models import (
    AgreementVersion,
    BankDecision,
    FundingLeg,
    LegSide,
    LegStatus,
    Participation,
    ParticipationStatus,
    Placement,
)
from partners.rules.placing import AFTER_SIGNING, PlacementState, may_move
from partners.rules.splitting import Component, fractions, split
from tenancy import room
from tenancy.actions import audit
from tenancy.actors import Actor
from tenancy.errors import NotFound, Refusal
from tenancy.ids import uuid7
from tenancy.permissions import Permission, require

AGREED = frozenset({PlacementState.APPROVED, PlacementState.COUNTERED})


class AlreadyPaidOut(Refusal):
    """The money of the loan is under way or with the borrower; its legs cannot be called off."""

    code = "loan_paid_out"


@room.atomic
def fund(*, actor: Actor, at: datetime, on: date, loan_id: UUID) -> Participation | None:
    """
    Ask for the legs of a held loan, or release it at once where it is all our own money.

    Repeating it returns the participation that it made.

    :raises NotFound: if there is no such loan
    """
    require(actor, Permission.ROUTING_RUN)
    placement = _placement_of(loan_id)
    known = Participation.objects.filter(loan_id=loan_id).first()
    if known is not None:
        return known
    if placement is None:
        loan = _loan(loan_id)
        if loan.status == LoanStatus.PENDING:
            disbursement.release(loan_id=loan_id, actor=actor, at=at, on=on)
        return None
    decision = BankDecision.objects.filter(placement=placement).first()
    ratio = decision.bank_ratio_bp if decision and decision.bank_ratio_bp else None
    part = open_under(
        actor=actor,
        at=at,
        on=on,
        loan_id=loan_id,
        version=placement.version,
        ratio_bp=ratio or placement.bank_ratio_bp,
        placement=placement,
    )
    leg = FundingLeg.objects.get(participation=part, side=LegSide.BANK)
    placements.fund(
        actor=actor,
        at=at,
        placement_id=placement.pk,
        facts={
            "funding_id": str(leg.pk),
            "loan_id": str(loan_id),
            "amount": f"{leg.amount:.{part.decimals}f}",
            "currency": part.currency,
            "reference": leg.reference,
            "value_date": on.isoformat(),
        },
    )
    return part


@room.atomic
def open_under(
    *,
    actor: Actor,
    at: datetime,
    on: date,
    loan_id: UUID,
    version: AgreementVersion,
    ratio_bp: int | None = None,
    placement: Placement | None = None,
) -> Participation:
    """
    Open a bank's part in a loan under an agreement, with a leg for each lender.

    Ours is paid in at once; the bank's when the bank says so (`legs.confirm`).

    :param ratio_bp: the bank's part of this loan, where it differs from the agreement's
    """
    require(actor, Permission.ROUTING_RUN)
    loan = _loan(loan_id)
    bank = version.agreement.bank
    assert bank is not None, "our own book needs no participation"
    ratio = version.bank_ratio_bp if ratio_bp is None else ratio_bp
    agreed = fractions(
        ratio_bp=ratio,
        interest_bp=_as_agreed(version.bank_interest_bp, version, ratio),
        fee_bp=version.bank_fee_bp,
        penalty_bp=_as_agreed(version.bank_penalty_bp, version, ratio),
        coupon_rate=version.coupon_rate,
        borrower_rate=loan.frozen_terms.annual_rate,
    )
    part = Participation.objects.create(
        id=uuid7(),
        loan=loan,
        version=version,
        placement=placement,
        bank=bank,
        guarantor=version.agreement.guarantor,
        currency=loan.currency,
        decimals=exponent(loan.currency),
        ratio_bp=ratio,
        principal_fraction=agreed.principal,
        interest_fraction=agreed.interest,
        fee_fraction=agreed.fee,
        penalty_fraction=agreed.penalty,
        opened_at=at,
    )
    _ask_for_legs(part, loan, on=on, at=at)
    audit.record(
        actor=actor,
        at=at,
        action="participation.open",
        subject=part,
        changes={"loan": loan.number, "bank": bank.code, "ratio_bp": ratio},
    )
    return part


@room.atomic
def paid_out(*, actor: Actor, at: datetime, loan_id: UUID) -> Participation | None:
    """Take note that the borrower has the money; without a participation there is nothing."""
    require(actor, Permission.ROUTING_RUN)
    part = locked(loan_id)
    if part is None or part.status != ParticipationStatus.FUNDED:
        return part
    part.move_to(ParticipationStatus.ACTIVE)
    part.save(update_fields=["status"])
    if part.placement is not None:
        advance(part.placement, PlacementState.DISBURSED, at=at, actor=actor)
    _tell_paid_out(part, at=at)
    audit.record(actor=actor, at=at, action="participation.active", subject=part)
    return part


@room.atomic
def not_paid_out(*, actor: Actor, at: datetime, on: date, loan_id: UUID) -> Participation | None:
    """Give every leg back, because the rail could not pay the loan out."""
    require(actor, Permission.ROUTING_RUN)
    part = locked(loan_id)
    if part is None or part.status == ParticipationStatus.CANCELLED:
        return part
    give_up(part, reason="the rail could not pay", at=at, on=on, actor=actor)
    return part


@room.atomic
def cancel(
    *, actor: Actor, at: datetime, on: date, loan_id: UUID, reason: str
) -> Participation | None:
    """
    Call a loan off whose money is still being gathered; the legs go back, nothing is booked.

    :raises AlreadyPaidOut: once its payment was asked for
    """
    require(actor, Permission.ROUTING_RUN)
    part = locked(loan_id)
    if part is None or part.status == ParticipationStatus.CANCELLED:
        return part
    if part.status != ParticipationStatus.PENDING:
        raise AlreadyPaidOut(_("The payment was asked for already"))
    give_up(part, reason=reason, at=at, on=on, actor=actor)
    disbursement.abandon(loan_id=loan_id, reason=reason, actor=actor, at=at)
    return part


def give_up(part: Participation, *, reason: str, at: datetime, on: date, actor: Actor) -> None:
    """Return the legs that were paid in, call off the others, end the part; hold its lock."""
    for leg in FundingLeg.objects.for_update().filter(participation=part):
        if leg.status == LegStatus.CONFIRMED:
            leg.status = LegStatus.RETURNED
        elif leg.status == LegStatus.REQUESTED:
            leg.status = LegStatus.CANCELLED
        else:
            continue
        leg.settled_at, leg.failure = at, reason[:200]
        leg.save(update_fields=["status", "settled_at", "failure"])
        if leg.side == LegSide.BANK and leg.status == LegStatus.RETURNED:
            books.post_leg(leg, bank=part.bank, on=on, at=at)
    part.move_to(ParticipationStatus.CANCELLED)
    part.save(update_fields=["status"])
    told = {"loan_id": str(part.loan_id), "reason": reason[:200]}
    feed.tell(part.bank, "funding.called_off", told, at=at, placement=part.placement)
    if part.placement is not None:
        advance(part.placement, PlacementState.DISBURSE_FAILED, at=at, actor=actor, reason=reason)
    audit.record(
        actor=actor, at=at, action="participation.cancel", subject=part, reason=reason,
        changes={"status": part.status},
    )  # fmt: skip


def locked(loan_id: UUID) -> Participation | None:
    """
    Return the loan's participation under its row lock, its placement locked before it.

    Not a full lock: a receipt that names the part in its shares holds the loan already, for
    which whoever holds the part waits next.
    """
    _placement_of(loan_id)
    return (
        Participation.objects.select_for_update(of=("self",), no_key=True)
        .select_related("placement", "bank", "version")
        .filter(loan_id=loan_id)
        .first()
    )


def advance(
    placement: Placement,
    state: PlacementState,
    *,
    at: datetime,
    actor: Actor,
    reason: str = "",
) -> None:
    """Move a placement on where its table knows the way; it may be there already."""
    if may_move(PlacementState(placement.status), state):
        placement.move_to(state, at=at, actor=actor, reason=reason)


def _placement_of(loan_id: UUID) -> Placement | None:
    """Return the placement that the loan's credit line was signed under, locked."""
    loan = _loan(loan_id)
    if loan.line is None:
        return None
    signed = [state.value for state in AGREED | AFTER_SIGNING]
    return (
        Placement.objects.for_update()
        .select_related("version__agreement__bank", "version__agreement__guarantor")
        .filter(application_id=loan.line.application_id, status__in=signed)
        .order_by("-routed_at")
        .first()
    )


def _loan(loan_id: UUID) -> Loan:
    loan = Loan.objects.select_related("line", "version").filter(pk=loan_id).first()
    if loan is None:
        raise NotFound.of(_("Loan"), loan_id)
    return loan


def _tell_paid_out(part: Participation, *, at: datetime) -> None:
    """Let the bank know what to book."""
    leg = FundingLeg.objects.get(participation=part, side=LegSide.BANK)
    loan = _loan(part.loan_id)
    told = {
        "loan_id": str(part.loan_id),
        "loan_number": loan.number,
        "amount": f"{leg.amount:.{part.decimals}f}",
        "currency": part.currency,
        "disbursed_on": loan.disbursed_on.isoformat() if loan.disbursed_on else None,
        "first_due_on": loan.frozen_terms.due_dates[0].isoformat(),
    }
    feed.tell(part.bank, "loan.disbursed", told, at=at, placement=part.placement)


def _as_agreed(part_bp: int, version: AgreementVersion, ratio_bp: int) -> int:
    """Return the part of a component: the funding's own, where the agreement says no other."""
    return ratio_bp if part_bp == version.bank_ratio_bp else part_bp


def _ask_for_legs(part: Participation, loan: Loan, *, on: date, at: datetime) -> None:
    cut = split({Component.DISBURSED: loan.principal}, part.fractions, decimals=part.decimals)
    disbursed = cut[Component.DISBURSED]
    _ask(part, LegSide.BANK, disbursed.bank, reference=f"{loan.number}-B", at=at)
    own = _ask(part, LegSide.OWN, disbursed.own, reference=f"{loan.number}-O", at=at)
    if own is not None:
        # Our own money is at hand; it waits for the bank's.
        own.status, own.settled_at, own.value_on = LegStatus.CONFIRMED, at, on
        own.save(update_fields=["status", "settled_at", "value_on"])


def _ask(
    part: Participation, side: LegSide, amount: Decimal, *, reference: str, at: datetime
) -> FundingLeg | None:
    if not amount:
        return None
    return FundingLeg.objects.create(
        id=uuid7(),
        participation=part,
        side=side,
        amount=amount,
        currency=part.currency,
        reference=reference,
        requested_at=at,
    )
