"""
What features mean: kind, dimension, direction and words. Data that a channel passes in.

The catalogue is also the fence: a column that it does not list never enters a card, and a name
that it bars (another bank's rating, say) may not be listed at all.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

FORMAT = "granary.catalogue/1"
KINDS = ("number", "category")
# "higher_is_safer" and "lower_is_safer" force the sign; "monotone" lets the data choose it.
DIRECTIONS = ("higher_is_safer", "lower_is_safer", "monotone", "free")

Words = Mapping[str, str]


class InvalidCatalogue(ValueError):
    """The catalogue contradicts itself; the message names the feature."""


@dataclass(frozen=True, slots=True)
class Feature:
    """One feature. `weakness` and `strength` are what a customer is told, by language."""

    name: str
    kind: str
    dimension: str
    family: str
    direction: str
    label: Words
    weakness: Words
    strength: Words


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The features of one kind of subject, in the order in which they are shown."""

    name: str
    dimensions: Mapping[str, Words]
    features: Mapping[str, Feature]
    barred: frozenset[str]

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> "Catalogue":
        """
        Read a catalogue.

        :raises InvalidCatalogue: for an unknown kind, dimension or direction, or a barred name
        """
        if document.get("format") != FORMAT:
            raise InvalidCatalogue(f"format: expected {FORMAT}, got {document.get('format')!r}")
        dimensions = {row["code"]: row["label"] for row in document["dimensions"]}
        barred = frozenset(document.get("barred", ()))
        features: dict[str, Feature] = {}
        for row in document["features"]:
            feature = _feature(row)
            _check(feature, dimensions, barred, features)
            features[feature.name] = feature
        return cls(document["name"], dimensions, features, barred)


# Used where nobody said what the columns mean, as in `manage.py train` without a catalogue.
DIMENSIONS: Mapping[str, Words] = {
    "history": {"en": "Credit history", "zh": "信用历史"},
    "behaviour": {"en": "Behaviour", "zh": "经营行为"},
    "capacity": {"en": "Ability to perform", "zh": "履约能力"},
    "identity": {"en": "Identity", "zh": "基本特质"},
    "relations": {"en": "Relations", "zh": "往来关系"},
}


def plain_catalogue(kinds: Mapping[str, str]) -> Catalogue:
    """Return a catalogue that knows only the kinds of the columns: all behaviour, all free."""
    return Catalogue(
        name="columns",
        dimensions=DIMENSIONS,
        features={
            name: Feature(
                name=name,
                kind=kind,
                dimension="behaviour",
                family=name,
                direction="free",
                label={"en": name, "zh": name},
                weakness={"en": name, "zh": name},
                strength={"en": name, "zh": name},
            )
            for name, kind in kinds.items()
        },
        barred=frozenset(),
    )


def _feature(row: Mapping[str, Any]) -> Feature:
    label = row["label"]
    return Feature(
        name=row["name"],
        kind=row.get("kind", "number"),
        dimension=row["dimension"],
        family=row.get("family", row["name"]),
        direction=row.get("direction", "free"),
        label=label,
        weakness=row.get("weakness", label),
        strength=row.get("strength", label),
    )


def _check(
    feature: Feature,
    dimensions: Mapping[str, Words],
    barred: frozenset[str],
    seen: Mapping[str, Feature],
) -> None:
    problems = {
        "is barred": feature.name in barred,
        "is listed twice": feature.name in seen,
        f"has kind {feature.kind!r}, expected one of {KINDS}": feature.kind not in KINDS,
        f"has direction {feature.direction!r}, expected one of {DIRECTIONS}": (
            feature.direction not in DIRECTIONS
        ),
        f"has dimension {feature.dimension!r}, expected one of {sorted(dimensions)}": (
            feature.dimension not in dimensions
        ),
    }
    for problem, is_so in problems.items():
        if is_so:
            raise InvalidCatalogue(f"{feature.name} {problem}")
