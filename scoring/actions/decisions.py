"""Deciding, and deciding again what was decided before."""

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from django.utils.translation import gettext_noop

from scoring.actions import snapshots
from scoring.models import Decision, FeatureSnapshot
from scoring.queries.current import (
    Tampered,
    approved_card,
    compiled_card,
    compiled_policy,
    published_policy,
)
from scoring.rules.canonical import canonical, first_difference, sha256
from scoring.rules.card import InvalidValue
from scoring.rules.cells import InvalidInput
from scoring.rules.policy import NoRuleMet
from scoring.rules.ruling import Request, Ruling, rule
from tenancy import room
from tenancy.actors import Actor
from tenancy.errors import Refusal
from tenancy.permissions import Permission, require
from tenancy.wording import Sentence


class Undecidable(Refusal):
    """The features or the request do not fit the card or the policy; a person has to look."""

    code = "undecidable"
    status = 422


class ReplayMismatch(RuntimeError):
    """
    A decision made again came out differently: the proof that it can be replayed failed.

    `where` is the JSON pointer of the first difference.
    """

    def __init__(self, decision: UUID, where: str) -> None:
        super().__init__(f"decision {decision} differs at {where}")
        self.where = where


@room.atomic
def decide(
    *,
    actor: Actor,
    at: datetime,
    subject_type: str,
    subject_id: str | UUID,
    values: Mapping[str, str | None],
    as_of: date,
    source: str,
    request: Request,
    evidence_hash: str = "",
    scorecard: str = "",
    policy: str = "",
) -> Decision:
    """
    Score a subject and let the policy decide on its request.

    `request` holds texts and decimal strings (`amount`, `term`, `max_amount`, `annual_rate` …);
    the policy sees each as `request.<key>`. `scorecard` and `policy` name those to use where a
    tenant has more than one. The decision row is its own audit record: it is append-only and says
    who, when and from what.

    :raises NotConfigured: if there is no approved card or no published policy
    :raises Invalid: if a feature is no decimal string, category or null
    :raises Undecidable: if a value does not fit the card or its column of the policy
    """
    require(actor, Permission.APPLICATION_ASSESS)
    current_card, current_policy = approved_card(scorecard), published_policy(policy)
    snapshot = snapshots.take(
        actor=actor,
        at=at,
        subject_type=subject_type,
        subject_id=str(subject_id),
        values=values,
        as_of=as_of,
        source=source,
    )
    try:
        ruling = rule(current_card.card, current_policy.policy, snapshot.values, request)
    except (InvalidValue, InvalidInput, NoRuleMet) as problem:
        message = gettext_noop("Cannot decide: %(problem)s")
        raise Undecidable(Sentence(message, {"problem": str(problem)})) from problem
    return Decision.objects.create(
        subject_type=subject_type,
        subject_id=str(subject_id),
        snapshot=snapshot,
        scorecard_id=current_card.id,
        policy_id=current_policy.id,
        evidence_hash=evidence_hash,
        outcome=ruling.outcome,
        score=ruling.score.score,
        pd=ruling.score.pd,
        limit=ruling.limit,
        annual_rate=ruling.annual_rate,
        reasons=ruling.reasons,
        trace=ruling.trace,
        sha256=sha256(ruling.trace),
        decided_at=at,
        decided_by=actor.name,
    )


@room.atomic
def replay(decision: Decision) -> Ruling:
    """
    Decide again from the stored snapshot, card, policy and request, and compare every byte.

    Reads only.

    :raises Tampered: if the snapshot, card or policy no longer has its hash
    :raises ReplayMismatch: naming the first difference
    """
    snapshot: FeatureSnapshot = decision.snapshot
    if sha256(snapshot.values) != snapshot.sha256:
        raise Tampered(f"feature snapshot {snapshot.pk}")
    ruling = rule(
        compiled_card(decision.scorecard_id, decision.scorecard.sha256),
        compiled_policy(decision.policy_id, decision.policy.sha256),
        snapshot.values,
        decision.trace["request"],
    )
    where = first_difference(_stored(decision), _made(ruling))
    if where is not None:
        raise ReplayMismatch(decision.pk, where)
    # The walk names the place; the bytes are the proof.
    if canonical(decision.trace) != canonical(ruling.trace):
        raise ReplayMismatch(decision.pk, "/trace")
    return ruling


def _stored(decision: Decision) -> dict[str, object]:
    return {
        "trace": decision.trace,
        "reasons": decision.reasons,
        "outcome": decision.outcome,
        "score": decision.score,
        "pd": decision.pd,
        "limit": decision.limit,
        "annual_rate": decision.annual_rate,
        "sha256": decision.sha256,
    }


def _made(ruling: Ruling) -> dict[str, object]:
    return {
        "trace": ruling.trace,
        "reasons": ruling.reasons,
        "outcome": ruling.outcome,
        "score": ruling.score.score,
        "pd": ruling.score.pd,
        "limit": ruling.limit,
        "annual_rate": ruling.annual_rate,
        "sha256": sha256(ruling.trace),
    }
