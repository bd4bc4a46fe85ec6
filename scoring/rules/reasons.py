"""
Why this score: the features that cost most against the card's best, then those that helped.

Only features of the card are cited, so the reasons are exact: each is a difference of points.
Features of one family (sales in total, sales a month) are cited once.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

COUNT = 4
METHOD = "shortfall against the best points of the card, strength against the population mean"


class Cited(Protocol):
    """What a reason needs to know of a feature."""

    @property
    def name(self) -> str: ...
    @property
    def family(self) -> str: ...
    @property
    def weakness(self) -> Mapping[str, str]: ...
    @property
    def strength(self) -> Mapping[str, str]: ...
    @property
    def highest(self) -> int: ...
    @property
    def mean_points(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Reason:
    """
    One reason. `polarity` is "-" (it cost `points` against the best) or "+" (it gained `points`
    against the mean); `is_missing` tells that the value was not known.
    """

    code: str
    polarity: str
    points: int
    is_missing: bool
    text: Mapping[str, str]

    def to_json(self) -> dict[str, Any]:
        """Return the reason as it is stored."""
        return {
            "kind": "score",
            "code": self.code,
            "polarity": self.polarity,
            "points": self.points,
            "is_missing": self.is_missing,
            "text": dict(self.text),
        }


def reasons(
    features: Sequence[Cited], contributions: Mapping[str, int], missing: Collection[str]
) -> tuple[Reason, ...]:
    """
    Return four reasons (fewer only where the card has fewer features), heaviest first.

    Shortfalls of different families come first. A subject near the best has fewer than four of
    those; then its strengths follow, and last what is left of families cited already.
    """
    costs = sorted(
        ((feature.highest - contributions[feature.name], feature) for feature in features),
        key=lambda pair: (-pair[0], pair[1].name),
    )
    cited: list[Reason] = []
    families: set[str] = set()
    used: set[str] = set()
    for cost, feature in costs:
        if cost > 0 and feature.family not in families and len(cited) < COUNT:
            families.add(feature.family)
            used.add(feature.name)
            cited.append(_reason(feature, "-", cost, missing))
    for feature in _left(features, contributions, used, families):
        if len(cited) < COUNT:
            gain = contributions[feature.name] - feature.mean_points
            polarity = "+" if gain >= 0 else "-"
            cited.append(_reason(feature, polarity, abs(gain), missing))
    return tuple(cited)


def _left(
    features: Iterable[Cited],
    contributions: Mapping[str, int],
    used: Collection[str],
    families: Collection[str],
) -> list[Cited]:
    return sorted(
        (feature for feature in features if feature.name not in used),
        key=lambda f: (f.family in families, f.mean_points - contributions[f.name], f.name),
    )


def _reason(feature: Cited, polarity: str, points: int, missing: Collection[str]) -> Reason:
    text = feature.weakness if polarity == "-" else feature.strength
    return Reason(feature.name, polarity, points, feature.name in missing, text)
