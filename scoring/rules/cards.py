"""From a fit to the documents that are kept: the points card and the card that describes it."""

import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from scoring.rules.binning import Bins
from scoring.rules.canonical import Document
from scoring.rules.catalogue import Catalogue
from scoring.rules.dataset import Dataset
from scoring.rules.learners import library_version
from scoring.rules.scaling import ANCHOR_ODDS, ANCHOR_SCORE, POINTS_TO_DOUBLE_ODDS
from scoring.rules.training import FittedCard, FittedFeature
from scoring.rules.validation import intervals

CARD_FORMAT = "granary.scorecard/1"
MODEL_CARD_FORMAT = "granary.model-card/1"
SUSPECT_IV = 0.5
FEW_BADS = 100


@dataclass(frozen=True, slots=True)
class Run:
    """How the card was trained; what a reader needs to train it again."""

    trained_on: date
    seed: int
    intended_use: str
    folds: Sequence[Mapping[str, float]]


def card_document(fitted: FittedCard, catalogue: Catalogue, cap: int) -> Document:
    """Return the points card as JSON: integers and decimal strings only."""
    return {
        "format": CARD_FORMAT,
        "catalogue": catalogue.name,
        "scaling": {
            "anchor_score": ANCHOR_SCORE,
            "anchor_odds": ANCHOR_ODDS,
            "points_to_double_odds": POINTS_TO_DOUBLE_ODDS,
        },
        "base": fitted.base,
        "cap": cap,
        "dimensions": [
            {"code": code, "label": dict(label)} for code, label in catalogue.dimensions.items()
        ],
        "features": [_feature_document(feature, catalogue) for feature in fitted.features],
    }


def model_card_document(
    fitted: FittedCard, catalogue: Catalogue, data: Dataset, run: Run
) -> Document:
    """Return what the card was made of, how good it is and what it is not for."""
    return {
        "format": MODEL_CARD_FORMAT,
        "trained_on": run.trained_on.isoformat(),
        "intended_use": run.intended_use,
        "data": {
            "sha256": data.sha256,
            "rows": len(data),
            "bads": data.bads,
            "bad_rate": _decimal(data.bads / len(data)),
            "target": data.target,
        },
        "method": "weight of evidence, ridge logistic regression, whole points",
        "catalogue": catalogue.name,
        "seed": run.seed,
        "folds": len(run.folds),
        "metrics": {
            name: {"mean": _decimal(mean), "low": _decimal(low), "high": _decimal(high)}
            for name, (mean, low, high) in intervals(run.folds).items()
        },
        "metrics_note": "out of fold; 95 % interval by Student's t over the folds",
        "features": [
            {"name": feature.name, "information_value": _decimal(feature.bins.iv)}
            for feature in fitted.features
        ],
        "dropped": {**data.excluded, **fitted.dropped},
        "limits": _limits(fitted, data),
        "libraries": {
            "python": platform.python_version(),
            "numpy": np.__version__,
            "scikit-learn": library_version(),
        },
    }


def _feature_document(fitted: FittedFeature, catalogue: Catalogue) -> dict[str, Any]:
    feature = catalogue.features[fitted.name]
    bins = fitted.bins
    return {
        "name": feature.name,
        "kind": feature.kind,
        "dimension": feature.dimension,
        "family": feature.family,
        "direction": feature.direction,
        "label": dict(feature.label),
        "weakness": dict(feature.weakness),
        "strength": dict(feature.strength),
        **_cuts(bins),
        "points": list(fitted.points[:-1]),
        "missing_points": fitted.points[-1],
        "is_missing_fitted": bins.is_missing_fitted,
        "mean_points": fitted.mean_points,
        "evidence": {
            "rows": list(bins.rows),
            "bads": list(bins.bads),
            "woe": [_decimal(woe) for woe in bins.woe],
            "shrunk_woe": [_decimal(woe) for woe in bins.shrunk_woe],
            "woe_sign": "ln(good share / bad share): positive is safer",
            "information_value": _decimal(bins.iv),
            "coefficient": _decimal(fitted.coefficient),
        },
    }


def _cuts(bins: Bins) -> dict[str, Any]:
    if bins.groups:
        return {"groups": [list(group) for group in bins.groups]}
    return {"edges": list(bins.edges)}


def _limits(fitted: FittedCard, data: Dataset) -> list[str]:
    limits = ["Valid for subjects like those of the training data; the sample is not weighted."]
    if data.bads < FEW_BADS:
        limits.append(f"Learned from {data.bads} bads only: the intervals are wide.")
    strong = [feature.name for feature in fitted.features if feature.bins.iv > SUSPECT_IV]
    if strong:
        limits.append(
            f"Information value above {SUSPECT_IV}, check for leakage: {', '.join(strong)}."
        )
    return limits


def _decimal(value: float) -> str:
    return f"{value:.6f}"
