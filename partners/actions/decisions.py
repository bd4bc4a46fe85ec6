"""
What a bank decides, by its own credential; and what follows for the borrower.

Nothing here, or anywhere, approves for a bank. Its paper may be entered by two people of ours
(`ask_to_record`, `record`), who keep the document.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

from django.utils.translation import get_language, gettext_lazy

from lending.actions import funding
from partners.actions import credentials, placements, regulation, reservations
from partners.models import BankCredential, BankDecision, DecisionResult, Placement
from partners.rules.deciding import DECLINE, Asked, Decided, faults
from partners.rules.placing import PlacementState
from partners.rules.regulation import BANK, ratios
from scoring.rules.canonical import sha256
from tenancy import room
from tenancy.actions import approvals, outbox
from tenancy.actors import Actor
from tenancy.errors import FieldError, Invalid, NotFound, Refusal
from tenancy.models import ApprovalRequest, Document
from tenancy.permissions import Permission, require

T = TypeVar("T")

RECORD = "partners.record_decision"

_STATES = {
    DecisionResult.APPROVE: PlacementState.APPROVED,
    DecisionResult.COUNTER: PlacementState.COUNTERED,
    DecisionResult.DECLINE: PlacementState.DECLINED,
}


class DecisionContradicts(Refusal):
    """The bank has decided otherwise before; its first decision stands."""

    code = "decision_contradicts"


class AlreadyDecided(Refusal):
    """The bank has said the same before, under another key."""

    code = "already_decided"


class PlacementExpired(Refusal):
    """The time in which the bank could decide is over."""

    code = "placement_expired"


class PlacementClosed(Refusal):
    """The placement is no longer before the bank: cancelled, or timed out."""

    code = "placement_closed"


@room.atomic
def decide(
    *, actor: Actor, at: datetime, on: date, placement_id: UUID, decision: Decided
) -> BankDecision:
    """
    Take a bank's own decision in; the same one again is the one we have.

    An approval or a counter-offer becomes an offer to the borrower at the bank's terms, with
    its cost table made anew. After a decline the next bank is asked.

    :raises NotABank: without a live credential of a bank
    :raises NotFound: if no such placement is before that bank
    :raises DecisionContradicts: if it decided otherwise before
    :raises AlreadyDecided: if it said the same under another key
    :raises PlacementClosed, PlacementExpired: if it comes too late
    :raises Invalid: naming every field that does not fit
    :raises FundingRuleBroken: for a ratio that the law forbids
    """
    require(actor, Permission.BANK_DECIDE)
    credential = credentials.credential_of(actor)
    placement = placements.of_bank(actor, placement_id)
    return _take(placement, decision, actor=actor, at=at, on=on, credential=credential)


@room.atomic
def ask_to_record(
    *,
    actor: Actor,
    at: datetime,
    placement_id: UUID,
    decision: Decided,
    document_id: UUID,
    reason: str,
) -> ApprovalRequest:
    """
    Ask that a decision which the bank gave on paper is entered; somebody else has to check it.

    :param document_id: the bank's paper, kept with the placement
    :raises NotFound: if there is no such placement, or no such paper with it
    :raises Invalid: naming every field that does not fit
    """
    require(actor, Permission.ROUTING_RUN)
    placement = placements.locked(placement_id)
    _require_undecided(placement, at=at)
    _require_possible(placement, decision, at=at)
    paper = Document.objects.filter(
        pk=document_id, subject_type=placement._meta.label_lower, subject_id=str(placement.pk)
    ).first()
    if paper is None:
        raise NotFound.of(gettext_lazy("Document"), document_id)
    return approvals.request(
        actor=actor,
        at=at,
        kind=RECORD,
        subject=placement,
        title=f"{placement.number}: {decision.result} – {placement.bank}",
        payload={
            "decision_id": decision.decision_id,
            **decision.content(),
            "document": str(paper.pk),
            "sha256": paper.sha256,
        },
        reason=reason,
    )


@room.atomic
def record(*, actor: Actor, at: datetime, on: date, request_id: UUID) -> BankDecision:
    """
    Enter the bank's paper, as the second person, once the request is approved.

    :raises NotApproved: if two people have not
    :raises DecisionContradicts, PlacementClosed, PlacementExpired: as `decide` does
    """
    require(actor, Permission.APPROVAL_DECIDE)
    request = approvals.approved(request_id=request_id, kind=RECORD)
    placement = placements.locked(UUID(request.subject_id))
    decision = _from_paper(request.payload)
    return _take(placement, decision, actor=actor, at=at, on=on, approval=request)


def _take(
    placement: Placement,
    decision: Decided,
    *,
    actor: Actor,
    at: datetime,
    on: date,
    credential: BankCredential | None = None,
    approval: ApprovalRequest | None = None,
) -> BankDecision:
    known = _known(placement, decision)
    if known is not None:
        return known
    _require_undecided(placement, at=at)
    _require_possible(placement, decision, at=at)
    if decision.bank_ratio_bp is not None:
        _require_legal(placement, decision.bank_ratio_bp, on=on)
    if placement.status == PlacementState.SUBMITTED:
        placements.receive(placement, actor=actor, at=at)
    held = _write(placement, decision, at=at, credential=credential, approval=approval)
    placement.move_to(
        _STATES[DecisionResult(held.result)],
        at=at,
        actor=actor,
        facts={"decision": held.decision_id, "on_behalf": approval is not None},
    )
    if held.result == DecisionResult.DECLINE:
        placements.fall_through(placement, actor=actor, at=at, action="placement.decline")
        outbox.enqueue("partners.route", application_id=str(placement.application_id))
        return held
    _offer(placement, held, actor=actor, at=at, on=on)
    return held


def _offer(
    placement: Placement, held: BankDecision, *, actor: Actor, at: datetime, on: date
) -> None:
    """Put the bank's terms before the borrower; they stand as long as the bank's word does."""
    assert held.amount is not None
    assert held.annual_rate is not None
    assert held.term is not None
    assert held.valid_until is not None
    reservations.prolong(placement, until=held.valid_until)
    offer = funding.offer(
        actor=actor,
        at=at,
        on=on,
        application_id=placement.application_id,
        amount=held.amount,
        annual_rate=held.annual_rate,
        term=held.term,
        funder=placement.bank.name,
        funder_zh=placement.bank.name_zh,
        expires_at=held.valid_until,
    )
    placements.record(
        placement,
        f"placement.{held.result.lower()}",
        actor=actor,
        at=at,
        changes={"decision": held.decision_id, "offer": str(offer.pk)},
    )


def _known(placement: Placement, decision: Decided) -> BankDecision | None:
    """
    Return the decision that this one repeats, if any.

    :raises DecisionContradicts: if the bank used the key for another content or placement, or
        decided this placement otherwise
    :raises AlreadyDecided: if it said the same under another key
    """
    content = sha256(decision.content())
    same_key = BankDecision.objects.filter(
        bank=placement.bank_id, decision_id=decision.decision_id
    ).first()
    held = placement.decision
    if same_key is not None:
        if same_key.placement_id == placement.pk and same_key.content_hash == content:
            return same_key
        raise DecisionContradicts(
            gettext_lazy("The decision %(key)s was received before with another content")
            % {"key": decision.decision_id}
        )
    if held is None:
        return None
    if held.content_hash == content:
        raise AlreadyDecided(
            gettext_lazy("%(number)s was decided so already, as %(key)s")
            % {"number": placement.number, "key": held.decision_id}
        )
    raise DecisionContradicts(
        gettext_lazy("%(number)s was decided already, as %(key)s: %(result)s")
        % {
            "number": placement.number,
            "key": held.decision_id,
            "result": held.get_result_display(),
        }
    )


def _require_undecided(placement: Placement, *, at: datetime) -> None:
    if not placement.is_pending:
        raise PlacementClosed(
            gettext_lazy("%(number)s is no longer before the bank: %(state)s")
            % {"number": placement.number, "state": placement.get_status_display()}
        )
    if placement.respond_by is not None and at >= placement.respond_by:
        raise PlacementExpired(
            gettext_lazy("%(number)s could be decided until %(until)s")
            % {"number": placement.number, "until": placement.respond_by.isoformat()}
        )


def _require_possible(placement: Placement, decision: Decided, *, at: datetime) -> None:
    asked = Asked(
        amount=placement.amount,
        annual_rate=placement.annual_rate,
        term=placement.term,
        term_unit=placement.term_unit,
        bank_ratio_bp=placement.bank_ratio_bp,
        model=placement.version.model,
        expires_at=placement.expires_at,
    )
    speaks_chinese = (get_language() or "").startswith("zh")
    errors = [
        FieldError(
            fault.pointer, fault.value, fault.expected_zh if speaks_chinese else fault.expected
        )
        for fault in faults(decision, asked, at=at)
    ]
    if errors:
        raise Invalid(gettext_lazy("The decision does not fit"), errors=errors)


def _require_legal(placement: Placement, bank_ratio_bp: int, *, on: date) -> None:
    version = placement.version
    regulation.require_kept(
        regulation.breaches(
            ratios(bank_ratio_bp),
            jurisdiction=version.jurisdiction,
            model=version.model,
            kinds=[BANK],
            on=on,
        )
    )


def _write(
    placement: Placement,
    decision: Decided,
    *,
    at: datetime,
    credential: BankCredential | None,
    approval: ApprovalRequest | None,
) -> BankDecision:
    is_offer = decision.result != DECLINE
    return BankDecision.objects.create(
        placement=placement,
        bank=placement.bank,
        decision_id=decision.decision_id,
        result=decision.result,
        decided_at=decision.decided_at,
        received_at=at,
        valid_until=decision.valid_until if is_offer else None,
        amount=_or(decision.amount, placement.amount) if is_offer else None,
        term=_or(decision.term, placement.term) if is_offer else None,
        term_unit=placement.term_unit if is_offer else "",
        annual_rate=_or(decision.annual_rate, placement.annual_rate) if is_offer else None,
        penalty_rate=decision.penalty_rate,
        schedule_type=decision.schedule_type[:20],
        bank_ratio_bp=_or(decision.bank_ratio_bp, placement.bank_ratio_bp) if is_offer else None,
        conditions=[dict(each) for each in decision.conditions],
        reasons=[dict(each) for each in decision.reasons],
        decided_by=decision.decided_by,
        model_version=decision.model_version[:80],
        content_hash=sha256(decision.content()),
        credential=credential,
        approval=approval,
    )


def _or(given: T | None, asked: T) -> T:
    return asked if given is None else given


def _from_paper(payload: Mapping[str, Any]) -> Decided:
    """Read back what was asked to be recorded: `Decided.content` and its key."""

    def number(name: str) -> Decimal | None:
        return None if payload[name] is None else Decimal(payload[name])

    valid = payload["valid_until"]
    return Decided(
        decision_id=payload["decision_id"],
        result=payload["result"],
        decided_at=datetime.fromisoformat(payload["decided_at"]),
        valid_until=datetime.fromisoformat(valid) if valid else None,
        amount=number("amount"),
        term=payload["term"],
        term_unit=payload["term_unit"],
        annual_rate=number("annual_rate"),
        penalty_rate=number("penalty_rate"),
        schedule_type=payload["schedule_type"],
        bank_ratio_bp=payload["bank_ratio_bp"],
        conditions=payload["conditions"],
        reasons=payload["reasons"],
        decided_by=payload["decided_by"],
        model_version=payload["model_version"],
    )
