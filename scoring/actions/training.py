"""Working a training run off: minutes of arithmetic, so in several transactions."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from scoring.models import RunStatus, Scorecard, TrainingRun
from scoring.rules.canonical import Document as JsonDocument
from scoring.rules.canonical import sha256
from scoring.rules.cards import Run, card_document, model_card_document
from scoring.rules.catalogue import Catalogue
from scoring.rules.dataset import BadData, Dataset
from scoring.rules.tables import parse
from scoring.rules.training import Progress, Settings, fit
from scoring.rules.validation import cross_validate
from tenancy import room
from tenancy.actions import audit, documents
from tenancy.actors import Actor
from tenancy.errors import NotFound

_VALIDATION_SHARE = 0.8


def run(*, actor: Actor, at: datetime, on: date, run_id: UUID) -> TrainingRun:
    """
    Fit and measure a card, and write it as a draft.

    Each step of progress is a transaction of its own, so that it can be watched. Delivered again
    after its end it changes nothing; after a crash it starts over, and comes to the same card.
    Data that cannot be trained on ends the run as failed, with the reason.

    :raises NotFound: if there is no such run
    """
    content = _start(actor=actor, at=at, run_id=run_id)
    asked = _read(run_id)
    if content is None:
        return asked
    catalogue = Catalogue.from_json(asked.catalogue)
    try:
        card, model_card = _fit(asked, catalogue, content, on, _watched(run_id))
    except BadData as problem:
        return _fail(run_id, str(problem), at=at)
    return _succeed(run_id, card, model_card, actor=actor, at=at)


def _fit(
    asked: TrainingRun, catalogue: Catalogue, content: bytes, on: date, progress: Progress
) -> tuple[JsonDocument, JsonDocument]:
    settings = Settings()
    table = parse(content, target=asked.target, bars=catalogue.barred)
    data: Dataset = table.only(catalogue.features, "not in the catalogue")
    folds = cross_validate(
        data,
        lambda part: fit(part, catalogue, settings),
        folds=asked.folds,
        seed=asked.seed,
        progress=lambda share, message: progress(share * _VALIDATION_SHARE, message),
    )
    fitted = fit(
        data,
        catalogue,
        settings,
        progress=lambda share, message: progress(
            _VALIDATION_SHARE + share * (1 - _VALIDATION_SHARE), message
        ),
    )
    made = Run(on, asked.seed, asked.intended_use, folds)
    return (
        card_document(fitted, catalogue, settings.cap),
        model_card_document(fitted, catalogue, data, made),
    )


def _watched(run_id: UUID) -> Progress:
    shown = -1

    def progress(share: float, message: str) -> None:
        nonlocal shown
        percent = min(99, int(100 * share))
        if percent > shown:
            shown = percent
            with transaction.atomic():
                TrainingRun.objects.filter(pk=run_id, status=RunStatus.RUNNING).update(
                    progress=percent, message=message
                )

    return progress


@room.atomic
def _start(*, actor: Actor, at: datetime, run_id: UUID) -> bytes | None:
    """Return the labelled file, or None where the run has ended already."""
    asked = _locked(run_id)
    if asked.status in (RunStatus.SUCCEEDED, RunStatus.FAILED):
        return None
    assert asked.document_id is not None, "a run is committed together with its file"
    asked.status, asked.progress, asked.message = RunStatus.RUNNING, 0, ""
    asked.save(update_fields=["status", "progress", "message"])
    _document, content = documents.read(actor=actor, at=at, document_id=asked.document_id)
    return content


@room.atomic
def _read(run_id: UUID) -> TrainingRun:
    found: TrainingRun = TrainingRun.objects.get(pk=run_id)
    return found


@room.atomic
def _fail(run_id: UUID, message: str, *, at: datetime) -> TrainingRun:
    asked = _locked(run_id)
    asked.status, asked.message, asked.finished_at = RunStatus.FAILED, message, at
    asked.save(update_fields=["status", "message", "finished_at"])
    return asked


@room.atomic
def _succeed(
    run_id: UUID, card: JsonDocument, model_card: JsonDocument, *, actor: Actor, at: datetime
) -> TrainingRun:
    asked = _locked(run_id)
    if asked.status != RunStatus.RUNNING:
        # The task was delivered twice and the other one was faster.
        return asked
    latest = Scorecard.objects.filter(name=asked.name).aggregate(latest=Max("version"))["latest"]
    made = Scorecard.objects.create(
        name=asked.name,
        version=(latest or 0) + 1,
        card=card,
        sha256=sha256(card),
        model_card=model_card,
        trained_at=at,
        trained_by=asked.asked_by,
    )
    asked.status, asked.progress, asked.message = RunStatus.SUCCEEDED, 100, ""
    asked.metrics, asked.scorecard, asked.finished_at = model_card["metrics"], made, at
    asked.save(
        update_fields=["status", "progress", "message", "metrics", "scorecard", "finished_at"]
    )
    audit.record(
        actor=actor,
        at=at,
        action="scorecard.trained",
        subject=made,
        changes={"run": str(asked.pk), "sha256": made.sha256},
    )
    return asked


def _locked(run_id: UUID) -> TrainingRun:
    found = TrainingRun.objects.for_update().filter(pk=run_id).first()
    if found is None:
        raise NotFound.of(_("training run"), run_id)
    return found
