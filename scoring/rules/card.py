"""
A points card at work: values in, score with its reasons out, in microseconds.

raw = base + Σ points, exactly and in whole points; the five dimensions are partial sums of the
same points, so they can never contradict the total. A missing value has the points of its own
bin. A dimension of which nothing is known is reported as insufficient data, never as a low score.
"""

import itertools
from bisect import bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from math import isfinite
from typing import Any

from scoring.rules.cards import CARD_FORMAT
from scoring.rules.reasons import Reason, reasons
from scoring.rules.scaling import band_of, clamp, pd_of

Values = Mapping[str, str | None]


class InvalidCard(ValueError):
    """The document is no card, or one that breaks its own rules; the message says where."""


class InvalidValue(ValueError):
    """A value does not fit its feature; the message names the feature and the value."""


@dataclass(frozen=True, slots=True)
class CardFeature:
    """A feature ready to score. `bin_of` gives the index into points; missing is the last."""

    name: str
    dimension: str
    family: str
    weakness: Mapping[str, str]
    strength: Mapping[str, str]
    points: tuple[int, ...]
    mean_points: int
    highest: int
    lowest: int
    bin_of: Callable[[str], int]


@dataclass(frozen=True, slots=True)
class DimensionScore:
    """
    One dimension: its points, its place between the card's worst (0) and best (100).

    `coverage` is the share in per cent of the card's point range that was observed. Both are
    None where the card has no feature of the dimension.
    """

    code: str
    points: int
    index: int | None
    coverage: int | None


@dataclass(frozen=True, slots=True)
class Score:
    """`raw` is the exact total, `score` the same kept inside 350–950."""

    raw: int
    score: int
    is_clamped: bool
    pd: Decimal
    band: str
    base: int
    contributions: Mapping[str, int]
    dimensions: tuple[DimensionScore, ...]
    insufficient: tuple[str, ...]
    reasons: tuple[Reason, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the score as it is stored in a decision's trace."""
        return {
            "raw": self.raw,
            "score": self.score,
            "is_clamped": self.is_clamped,
            "pd": str(self.pd),
            "band": self.band,
            "base": self.base,
            "contributions": dict(self.contributions),
            "dimensions": [
                {"code": d.code, "points": d.points, "index": d.index, "coverage": d.coverage}
                for d in self.dimensions
            ],
            "insufficient": list(self.insufficient),
            "reasons": [reason.to_json() for reason in self.reasons],
        }


@dataclass(frozen=True, slots=True)
class Card:
    """A card compiled from its document; see `load`."""

    base: int
    dimensions: tuple[str, ...]
    features: tuple[CardFeature, ...]


def load(document: Mapping[str, Any]) -> Card:
    """
    Compile a card.

    :raises InvalidCard: for another format, points that are no integers, bins and points that do
        not match, edges that do not rise, or a feature that spans more than the card's cap
    """
    if document.get("format") != CARD_FORMAT:
        raise InvalidCard(f"format: expected {CARD_FORMAT}, got {document.get('format')!r}")
    dimensions = tuple(row["code"] for row in document["dimensions"])
    features = tuple(_feature(row, dimensions, document["cap"]) for row in document["features"])
    if not features:
        raise InvalidCard("features: a card needs at least one")
    return Card(document["base"], dimensions, features)


def score(card: Card, values: Values) -> Score:
    """
    Score one subject. A feature that is absent or None is missing; others are ignored.

    :raises InvalidValue: if a number is not a finite decimal
    """
    raw = card.base
    contributions: dict[str, int] = {}
    missing: set[str] = set()
    for feature in card.features:
        value = values.get(feature.name)
        if value is None:
            missing.add(feature.name)
            points = feature.points[-1]
        else:
            points = feature.points[feature.bin_of(value)]
        contributions[feature.name] = points
        raw += points
    inside = clamp(raw)
    dimensions = tuple(_dimension(card, code, contributions, missing) for code in card.dimensions)
    return Score(
        raw=raw,
        score=inside,
        is_clamped=inside != raw,
        pd=pd_of(raw),
        band=band_of(inside),
        base=card.base,
        contributions=contributions,
        dimensions=dimensions,
        insufficient=_insufficient(card, missing),
        reasons=reasons(card.features, contributions, missing),
    )


def total(card: Card, values: Values) -> int:
    """Return only the unclamped points: what batch scoring needs."""
    raw = card.base
    for feature in card.features:
        value = values.get(feature.name)
        raw += feature.points[-1 if value is None else feature.bin_of(value)]
    return raw


def _insufficient(card: Card, missing: set[str]) -> tuple[str, ...]:
    """Return the dimensions that the card weighs and of which nothing is known."""
    weighed = {feature.dimension for feature in card.features}
    known = {feature.dimension for feature in card.features if feature.name not in missing}
    return tuple(code for code in card.dimensions if code in weighed - known)


def _dimension(
    card: Card, code: str, contributions: Mapping[str, int], missing: set[str]
) -> DimensionScore:
    mine = [feature for feature in card.features if feature.dimension == code]
    points = sum(contributions[feature.name] for feature in mine)
    if not mine:
        return DimensionScore(code, 0, None, None)
    lowest = sum(feature.lowest for feature in mine)
    span = sum(feature.highest for feature in mine) - lowest
    known = sum(f.highest - f.lowest for f in mine if f.name not in missing)
    if not span:
        # Every bin has the same points: neither good nor bad, and nothing left to observe.
        return DimensionScore(code, points, 50, 100)
    # Rounded half up in integers, so that no float can tip it.
    index = (200 * (points - lowest) + span) // (2 * span)
    return DimensionScore(code, points, index, 100 * known // span)


def _feature(row: Mapping[str, Any], dimensions: tuple[str, ...], cap: int) -> CardFeature:
    name = row["name"]
    points = (*row["points"], row["missing_points"])
    if not all(type(p) is int for p in points):
        raise InvalidCard(f"{name}: points must be integers")
    if row["dimension"] not in dimensions:
        raise InvalidCard(f"{name}: dimension {row['dimension']!r} is not one of {dimensions}")
    if max(points) - min(points) > cap:
        raise InvalidCard(f"{name}: spans {max(points) - min(points)} points, the cap is {cap}")
    is_number = row["kind"] == "number"
    bins = len(row["edges"]) + 1 if is_number else len(row["groups"])
    if bins != len(row["points"]):
        raise InvalidCard(f"{name}: {bins} bins but {len(row['points'])} points")
    return CardFeature(
        name=name,
        dimension=row["dimension"],
        family=row["family"],
        weakness=row["weakness"],
        strength=row["strength"],
        points=points,
        mean_points=row["mean_points"],
        highest=max(points),
        lowest=min(points),
        bin_of=_number_bin(name, row["edges"]) if is_number else _group_bin(row["groups"]),
    )


def _number_bin(name: str, edges: list[str]) -> Callable[[str], int]:
    cuts = [float(edge) for edge in edges]
    if any(left >= right for left, right in itertools.pairwise(cuts)):
        raise InvalidCard(f"{name}: edges must rise")

    def bin_of(value: str) -> int:
        try:
            number = float(value)
        except ValueError:
            raise InvalidValue(f"{name}: {value!r} is not a number") from None
        if not isfinite(number):
            raise InvalidValue(f"{name}: {value!r} is not a finite number")
        return bisect_right(cuts, number)

    return bin_of


def _group_bin(groups: list[list[str]]) -> Callable[[str], int]:
    home = {category: index for index, group in enumerate(groups) for category in group}

    def bin_of(value: str) -> int:
        # A category never seen in training is as unknown as a missing one.
        return home.get(value, -1)

    return bin_of
