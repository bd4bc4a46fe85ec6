"""The scorecard that decides: trained on the firms with a credit history, by a worker."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from config.demonstration.cast import DIRECTOR
from merchants.models import Merchant
from merchants.queries import features
from scoring.actions import cards, policies
from scoring.models import Policy, PolicyStatus, RunStatus, Scorecard, ScorecardStatus, TrainingRun
from scoring.queries.samples import catalogue, policy
from tenancy import room

NAME = "merchant_flow"
TARGET = "defaulted"
KEPT_YEARS = 10
_PATIENCE_SECONDS = 600


class TrainingFailed(RuntimeError):
    """The worker could not train a card."""


def train(on: date, tell: Callable[[int, str], object]) -> dict[str, Any]:
    """
    Have a worker train the card, approve it and put the policy in force; return its metrics.

    :param tell: hears the progress in per cent and what is being done
    :raises TrainingFailed: with the worker's reason
    """
    tenant_id = room.current()
    with room.enter(tenant_id):
        approved = Scorecard.objects.filter(name=NAME, status=ScorecardStatus.APPROVED).first()
        if approved is None:
            run_id = _ask(on).pk
    if approved is None:
        run = _watch(run_id, tell)
        assert run.scorecard_id is not None, "a run that succeeded has its card"
        with room.enter(tenant_id):
            approved = cards.approve(actor=DIRECTOR, at=timezone.now(), card_id=run.scorecard_id)
    with room.enter(tenant_id):
        if not Policy.objects.filter(name=NAME, status=PolicyStatus.PUBLISHED).exists():
            known = {feature["name"] for feature in catalogue(NAME)["features"]}
            policies.publish(
                actor=DIRECTOR, at=timezone.now(), name=NAME, table=policy(NAME), features=known
            )
    metrics: dict[str, Any] = approved.model_card["metrics"]
    return metrics


def _ask(on: date) -> TrainingRun:
    return cards.train(
        actor=DIRECTOR,
        at=timezone.now(),
        name=NAME,
        content=_labelled_file(on),
        media_type="text/csv",
        target=TARGET,
        catalogue=catalogue(NAME),
        intended_use="Credit decisions on small firms from their invoice flow",
        retain_until=on + timedelta(days=366 * KEPT_YEARS),
    )


def _labelled_file(on: date) -> bytes:
    """The firms' features as of the day, and whether they defaulted; their rating stays out."""
    rows: list[dict[str, Any]] = []
    for merchant in Merchant.objects.filter(is_labelled=True).order_by("code"):
        values = features.features(merchant, on)
        row = {name: "" if value is None else f"{value:f}" for name, value in values.items()}
        rows.append({**row, TARGET: int(bool(merchant.is_defaulted))})
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def _watch(run_id: Any, tell: Callable[[int, str], object]) -> TrainingRun:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline:
        with room.enter(room.current()):
            run = TrainingRun.objects.get(pk=run_id)
        tell(run.progress, run.message)
        if run.status == RunStatus.SUCCEEDED:
            return run
        if run.status == RunStatus.FAILED:
            raise TrainingFailed(run.message)
        time.sleep(0.2)
    raise TrainingFailed(f"no worker finished the run within {_PATIENCE_SECONDS} s")
