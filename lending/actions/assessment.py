"""Deciding an application without a person: once, from its frozen evidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_DOWN, Decimal
from typing import Any
from uuid import UUID

from django.db import transaction

from ledger.rules.money import rounded
from lending.actions import capacity, desk, funding, offers
from lending.actions import evidence as packages
from lending.actions.funding import Granted
from lending.actions.pricing import CostAboveCap
from lending.models import Application, Funding, Offer
from lending.rules.stages import Stage
from scoring.actions import decisions
from scoring.models import Decision, Outcome
from tenancy import room
from tenancy.actions import audit
from tenancy.actors import Actor
from tenancy.errors import Refusal
from tenancy.permissions import Permission, require

# What lending itself has to say beside the scorecard and the policy, told like their reasons.
TEXTS = {
    "not_scored": {"en": "The score could not be computed", "zh": "无法计算评分"},
    "cost_above_cap": {
        "en": "The all-in cost would be above the cap",
        "zh": "综合融资成本将超过上限",
    },
    "limit_below_minimum": {
        "en": "The limit is below the minimum of the product",
        "zh": "可授信额度低于产品最低额度",
    },
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """Where the application goes and why; `terms` are the limit and the annual rate offered."""

    stage: Stage
    reasons: Sequence[Any]
    terms: tuple[Decimal, Decimal] | None = None


@room.atomic
def decide_automatically(
    *, actor: Actor, at: datetime, on: date, application_id: UUID
) -> Application:
    """
    Score a submitted application and approve, refer or decline it.

    At most one decision is ever made: delivered again, the message finds the application moved
    on and changes nothing. What automation cannot decide (no approved scorecard, a price above
    a cap) goes to a person, never nowhere.

    :raises NotFound: if there is no such application
    """
    require(actor, Permission.APPLICATION_ASSESS)
    application = desk.locked(application_id)
    if application.stage != Stage.SUBMITTED:
        return application
    decision, verdict = _assess(application, at=at, actor=actor)
    if verdict.terms is not None and application.version.funding == Funding.PARTNER:
        verdict, granted = _try_funding(application, verdict, on=on)
        if granted is not None:
            _seek(application, verdict, granted, decision=decision, at=at, on=on, actor=actor)
            return application
    offer = None
    if verdict.terms is not None:
        verdict, offer = _try_offer(application, verdict, at=at, on=on)
    _settle(application, verdict, decision=decision, offer=offer, at=at, actor=actor)
    return application


def _assess(
    application: Application, *, at: datetime, actor: Actor
) -> tuple[Decision | None, Verdict]:
    package = packages.read(application.evidence)
    try:
        # A savepoint: a refusal by scoring must not undo the move to a person.
        with transaction.atomic():
            decision = decisions.decide(
                subject_type="application",
                subject_id=application.pk,
                values=package.features,
                as_of=package.as_of,
                source=package.source,
                request=_request(application),
                evidence_hash=application.evidence_hash,
                actor=actor,
                at=at,
            )
    except Refusal as refusal:
        return None, Verdict(Stage.REFERRED, [_reason("not_scored", refusal)])
    return decision, _verdict(application, decision)


def _verdict(application: Application, decision: Decision) -> Verdict:
    if decision.outcome == Outcome.DECLINE:
        return Verdict(Stage.DECLINED, decision.reasons)
    if decision.outcome == Outcome.REFER:
        return Verdict(Stage.REFERRED, decision.reasons)
    version = application.version
    # Policy may grant less than was asked for and below the product's price, never beyond.
    granted = application.amount if decision.limit is None else decision.limit
    carried = capacity.limit_of(application)
    granted = granted if carried is None else min(granted, carried)
    limit = rounded(min(granted, application.amount), application.currency, ROUND_DOWN)
    rate = version.annual_rate
    if decision.annual_rate is not None:
        rate = min(decision.annual_rate, rate)
    if limit < version.min_amount:
        return Verdict(Stage.DECLINED, [*decision.reasons, _reason("limit_below_minimum")])
    return Verdict(Stage.APPROVED, decision.reasons, (limit, rate))


def _try_offer(
    application: Application, verdict: Verdict, *, at: datetime, on: date
) -> tuple[Verdict, Offer | None]:
    assert verdict.terms is not None
    limit, rate = verdict.terms
    try:
        offer = offers.make(
            application, at=at, on=on, amount=limit, annual_rate=rate, term=application.term
        )
    except CostAboveCap as refusal:
        why = _reason("cost_above_cap", refusal)
        return Verdict(Stage.REFERRED, [*verdict.reasons, why]), None
    return verdict, offer


def _try_funding(
    application: Application, verdict: Verdict, *, on: date
) -> tuple[Verdict, Granted | None]:
    assert verdict.terms is not None
    granted = Granted(*verdict.terms, application.term)
    try:
        funding.require_priceable(application, granted, on=on)
    except CostAboveCap as refusal:
        why = _reason("cost_above_cap", refusal)
        return Verdict(Stage.REFERRED, [*verdict.reasons, why]), None
    return verdict, granted


def _seek(
    application: Application,
    verdict: Verdict,
    granted: Granted,
    *,
    decision: Decision | None,
    at: datetime,
    on: date,
    actor: Actor,
) -> None:
    application.decision_id = decision.pk if decision else None
    application.reasons = list(verdict.reasons)
    funding.seek(
        application,
        granted,
        actor=actor,
        at=at,
        on=on,
        through=Stage.ASSESSING,
        also=("decision_id", "reasons"),
    )


def _settle(
    application: Application,
    verdict: Verdict,
    *,
    decision: Decision | None,
    offer: Offer | None,
    at: datetime,
    actor: Actor,
) -> None:
    application.decision_id = decision.pk if decision else None
    application.reasons = list(verdict.reasons)
    application.decided_at = None if verdict.stage == Stage.REFERRED else at
    application.move_to(
        verdict.stage,
        at=at,
        actor=actor,
        # Nobody else could see it there: the lock is held from the first look to the verdict.
        through=Stage.ASSESSING,
        until=offer.expires_at if offer else None,
        also=["decision_id", "reasons", "decided_at"],
    )
    audit.record(
        actor=actor,
        at=at,
        action="application.decide",
        subject=application,
        changes={
            "stage": verdict.stage.value,
            "decision": str(decision.pk) if decision else None,
            "offer": str(offer.pk) if offer else None,
        },
    )
    desk.tell(application, at=at, offer=offer)


def _request(application: Application) -> dict[str, str]:
    """Return what was asked for, as the policy's inputs; decimal strings."""
    version = application.version
    return {
        "product": version.product.code,
        "amount": str(application.amount),
        "currency": application.currency,
        "term": str(application.term),
        "term_unit": version.term_unit,
        "annual_rate": str(version.annual_rate),
        "min_amount": str(version.min_amount),
        "max_amount": str(version.max_amount),
        "borrower_kind": application.borrower.kind,
        "channel": application.channel,
    }


def _reason(code: str, refusal: Refusal | None = None) -> dict[str, Any]:
    reason: dict[str, Any] = {"kind": "lending", "code": code, "text": TEXTS[code]}
    if refusal is None:
        return reason
    return {**reason, "detail": refusal.kept(), "rule": refusal.rule, "source": refusal.source}
