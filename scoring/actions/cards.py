"""The life of a scorecard: asked for, approved, retired."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from scoring.models import Scorecard, ScorecardStatus, TrainingRun
from scoring.models.scorecard import TRANSITIONS
from scoring.rules import card as cards
from scoring.rules.canonical import sha256
from scoring.rules.catalogue import Catalogue, InvalidCatalogue
from tenancy import room
from tenancy.actions import audit, documents, outbox
from tenancy.actors import Actor
from tenancy.errors import Invalid, NotFound, Refusal
from tenancy.permissions import Permission, require

SEED = 20260101
FOLDS = 5


class WrongStatus(Refusal):
    """The card's status does not allow the step."""

    code = "scorecard_wrong_status"


@room.atomic
def train(
    *,
    actor: Actor,
    at: datetime,
    name: str,
    content: bytes,
    media_type: str,
    target: str,
    catalogue: dict[str, Any],
    intended_use: str,
    retain_until: date,
    folds: int = FOLDS,
    seed: int = SEED,
) -> TrainingRun:
    """
    Keep a labelled file (CSV or Parquet) and have the task `scoring.train` fit a card on it.

    The card comes as a draft; the run shows how far it is and how it ended.

    :raises Invalid: if the catalogue contradicts itself or there are fewer than two folds
    """
    require(actor, Permission.SCORECARD_TRAIN)
    try:
        Catalogue.from_json(catalogue)
    except (InvalidCatalogue, KeyError, TypeError) as problem:
        message = _("The feature catalogue cannot be read: %(problem)s")
        raise Invalid(message % {"problem": problem}) from problem
    if folds < 2:
        raise Invalid(_("Out-of-fold measurement needs at least two folds"))
    run: TrainingRun = TrainingRun.objects.create(
        name=name,
        target=target,
        catalogue=catalogue,
        folds=folds,
        seed=seed,
        intended_use=intended_use,
        asked_at=at,
        asked_by=actor.name,
    )
    run.document = documents.store(
        actor=actor,
        at=at,
        content=content,
        media_type=media_type,
        name=f"{name}-training",
        subject=run,
        retain_until=retain_until,
    )
    run.save(update_fields=["document"])
    audit.record(
        actor=actor,
        at=at,
        action="scorecard.train",
        subject=run,
        changes={"name": name, "data_sha256": run.document.sha256, "seed": seed},
    )
    outbox.enqueue("scoring.train", run_id=str(run.pk))
    return run


@room.atomic
def approve(*, actor: Actor, at: datetime, card_id: UUID) -> Scorecard:
    """
    Let a drafted card decide from now on; the approved one of the same name is retired.

    :raises NotFound: if there is no such card
    :raises WrongStatus: if it is not a draft
    :raises InvalidCard: if the stored card breaks its own rules; a programming error
    """
    require(actor, Permission.SCORECARD_APPROVE)
    card = _locked(card_id)
    _require_step(card, ScorecardStatus.APPROVED)
    cards.load(card.card)
    for before in Scorecard.objects.filter(name=card.name, status=ScorecardStatus.APPROVED):
        _retire(before, actor=actor, at=at)
    card.status, card.approved_at, card.approved_by = ScorecardStatus.APPROVED, at, actor.name
    card.save(update_fields=["status", "approved_at", "approved_by"])
    audit.record(
        actor=actor,
        at=at,
        action="scorecard.approve",
        subject=card,
        changes={"version": card.version, "sha256": sha256(card.card)},
    )
    return card


@room.atomic
def retire(*, actor: Actor, at: datetime, card_id: UUID) -> Scorecard:
    """
    Take a card out of use for good.

    :raises NotFound: if there is no such card
    :raises WrongStatus: if it is retired already
    """
    require(actor, Permission.SCORECARD_APPROVE)
    card = _locked(card_id)
    _require_step(card, ScorecardStatus.RETIRED)
    _retire(card, actor=actor, at=at)
    return card


def _retire(card: Scorecard, *, actor: Actor, at: datetime) -> None:
    card.status, card.retired_at = ScorecardStatus.RETIRED, at
    card.save(update_fields=["status", "retired_at"])
    audit.record(actor=actor, at=at, action="scorecard.retire", subject=card)


def _locked(card_id: UUID) -> Scorecard:
    """Return the card, with all versions of its name locked: two approvals must not cross."""
    names = Scorecard.objects.filter(pk=card_id).values("name")
    for card in Scorecard.objects.for_update().filter(name__in=names):
        if card.pk == card_id:
            return card
    raise NotFound.of(_("scorecard"), card_id)


def _require_step(card: Scorecard, status: ScorecardStatus) -> None:
    if status not in TRANSITIONS.get(ScorecardStatus(card.status), set()):
        raise WrongStatus(
            _("%(card)s is %(status)s")
            % {"card": card, "status": card.get_status_display().lower()}
        )
