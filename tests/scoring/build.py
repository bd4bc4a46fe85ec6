"""Cards, policies and decisions, made by the real actions; and labelled files made of a seed."""

from collections.abc import Mapping
from copy import deepcopy
from datetime import date
from functools import cache
from typing import Any

import numpy as np

from scoring.actions import cards, decisions, policies, training
from scoring.models import Decision, Policy, Scorecard, TrainingRun
from scoring.queries import samples
from scoring.rules.cards import card_document
from scoring.rules.catalogue import Catalogue
from scoring.rules.tables import parse
from scoring.rules.training import Settings, fit
from tenancy.actors import Actor
from tests.tenancy.build import NOON

ON = date(2026, 1, 5)
SYSTEM = Actor.system("test")
REQUEST = {"amount": "100000", "max_amount": "1000000", "annual_rate": "0.219", "term": "180"}

# A healthy firm: every rule but the last lets it pass.
HEALTHY: Mapping[str, str | None] = {
    "sales_total": "90000000",
    "sales_monthly_mean": "2500000",
    "last_12m_monthly_median": "2000000",
    "purchases_total": "60000000",
    "sales_volatility": "0.5",
    "void_rate": "0.05",
    "active_months": "36",
    "recency_days": "10",
    "months_of_history": "38",
    "distinct_buyers": "150",
    "buyer_concentration": "0.05",
}
FRAIL: Mapping[str, str | None] = {
    **HEALTHY,
    "sales_total": "100000",
    "sales_monthly_mean": "3000",
    "last_12m_monthly_median": "1000",
    "sales_volatility": "2.8",
    "active_months": "8",
    "distinct_buyers": "2",
    "buyer_concentration": "0.7",
}


@cache
def labelled_csv(rows: int = 240, seed: int = 7) -> bytes:
    """A labelled file of merchants' features, in which size, steadiness and spread matter."""
    source = np.random.default_rng(seed)
    strength = source.normal(size=rows)

    def near(weight: float) -> np.ndarray:
        return weight * strength + source.normal(size=rows)

    columns = {
        "sales_total": np.exp(15 + near(1.5)),
        "sales_monthly_mean": np.exp(12 + near(1.5)),
        "last_12m_monthly_median": np.exp(11 + near(1.2)),
        "purchases_total": np.exp(14 + near(1.0)),
        "sales_volatility": np.exp(near(-0.8) / 2),
        "void_rate": 1 / (1 + np.exp(2 + near(0.6))),
        "active_months": np.clip(np.rint(24 + 8 * near(1.0)), 1, 39),
        "recency_days": np.clip(np.rint(60 - 30 * near(0.8)), 0, 400),
        "months_of_history": np.clip(np.rint(34 + 3 * near(0.7)), 3, 40),
        "distinct_buyers": np.rint(np.exp(3 + near(0.9))),
        "buyer_concentration": 1 / (1 + np.exp(1 + near(0.8))),
    }
    bad = (source.random(rows) < 1 / (1 + np.exp(2.0 + 2.0 * strength))).astype(int)
    lines = [",".join(["firm", *columns, "rating", "defaulted"])]
    for row in range(rows):
        figures = [f"{values[row]:.6f}" for values in columns.values()]
        if row % 17 == 0:
            figures[3] = ""
        lines.append(",".join([f"F{row}", *figures, "D" if bad[row] else "A", str(bad[row])]))
    return "\n".join(lines).encode()


def catalogue() -> Catalogue:
    """The merchants' feature catalogue."""
    return Catalogue.from_json(samples.catalogue("merchant_flow"))


@cache
def _card() -> dict[str, Any]:
    words = catalogue()
    data = parse(labelled_csv(), target="defaulted", bars=words.barred)
    fitted = fit(data.only(words.features, "not in the catalogue"), words)
    return card_document(fitted, words, Settings().cap)


def card() -> dict[str, Any]:
    """A points card fitted on the labelled file, without database."""
    return deepcopy(_card())


def table() -> dict[str, Any]:
    """The merchants' decision table."""
    return samples.policy("merchant_flow")


def training_run(**changes: Any) -> TrainingRun:
    """A run that was asked for; the task has not run."""
    asked: dict[str, Any] = {
        "name": "merchant_flow",
        "content": labelled_csv(),
        "media_type": "text/csv",
        "target": "defaulted",
        "catalogue": samples.catalogue("merchant_flow"),
        "intended_use": "Tests",
        "retain_until": date(2036, 1, 1),
    }
    return cards.train(actor=SYSTEM, at=NOON, **{**asked, **changes})


def draft() -> Scorecard:
    """A card that has been trained."""
    # Two folds: how well it does is not what most tests are about.
    run = training.run(actor=SYSTEM, at=NOON, on=ON, run_id=training_run(folds=2).pk)
    assert run.scorecard is not None
    return run.scorecard


def approved() -> Scorecard:
    """A card that decides."""
    return cards.approve(actor=SYSTEM, at=NOON, card_id=draft().pk)


def published(document: dict[str, Any] | None = None) -> Policy:
    """A policy in force."""
    return policies.publish(
        actor=SYSTEM,
        at=NOON,
        name="merchant_flow",
        table=document or table(),
        features=catalogue().features,
    )


def decision(
    values: Mapping[str, str | None] = HEALTHY, request: Mapping[str, Any] = REQUEST, **more: Any
) -> Decision:
    """A decision; card and policy have to be there."""
    facts: dict[str, Any] = {
        "subject_type": "merchant",
        "subject_id": "F1",
        "as_of": ON,
        "source": "test",
        "evidence_hash": "0" * 64,
    }
    return decisions.decide(
        actor=SYSTEM, at=NOON, values=values, request=request, **{**facts, **more}
    )
