"""Where an assessment's grade, bounds and registered land come from: evidence, never computed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

MU, RIGHT = "mu", "right"
# A department that keeps only confirmed contracts may leave the column out.
CONTRACTED = frozenset({"", "contracted"})


@dataclass(frozen=True, slots=True)
class Told:
    """One record of a county department that was used: which items of it, as of when."""

    source: str
    items: tuple[str, ...]
    as_of: date
    sha256: str


@dataclass(frozen=True, slots=True)
class Panel:
    """What the village panel had said; valid through `valid_until`."""

    result: str
    outcome: str
    grade: str
    score: Decimal | None
    decided_on: date
    valid_until: date


@dataclass(frozen=True, slots=True)
class Programme:
    """The county programme whose amounts, in yuan, bound the limit."""

    code: str
    min_amount: Decimal
    max_amount: Decimal


@dataclass(frozen=True, slots=True)
class Origin:
    """Without a panel an officer gave the grade; without a programme the county bounds nothing."""

    panel: Panel | None = None
    programme: Programme | None = None
    county: tuple[Told, ...] = ()


def land_confirmed(records: Iterable[Mapping[str, str]]) -> Decimal | None:
    """
    Return the contracted mu that departments confirm, or None where they are silent.

    Records that have an item `mu` count; with an item `right` only those that say `contracted`,
    as form F1 does (rural.md §3.4).
    """
    found = [
        Decimal(record[MU])
        for record in records
        if record.get(MU) and record.get(RIGHT, "") in CONTRACTED
    ]
    return sum(found, Decimal(0)) if found else None
