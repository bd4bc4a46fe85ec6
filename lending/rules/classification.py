"""
How bad a delay is: the collector's bucket, the class in law, the bureau's symbol.

Buckets and symbols are conventions of the trade (risk-and-collections.md §4.2: M1 is 1–30 days,
M7 more than 180; the bureau counts the same months 1 to 7). The classes are law, five in China
and others in India: by how many days overdue a loan is at least of a class stands in dated
profiles of the rule set.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

DAYS_OF_BUCKET = 30
LAST_BUCKET = 7


class AssetClass(StrEnum):
    """
    The classes of all jurisdictions, the best first; a profile names those of its own.

    China has five (normal to loss); India counts special mention accounts in three steps and
    then the non-performing asset.
    """

    NORMAL = "normal"
    SPECIAL_MENTION = "special_mention"
    SMA_0 = "sma_0"
    SMA_1 = "sma_1"
    SMA_2 = "sma_2"
    NPA = "npa"
    SUBSTANDARD = "substandard"
    DOUBTFUL = "doubtful"
    LOSS = "loss"


SEVERITY = tuple(AssetClass)
NON_PERFORMING = frozenset(
    {AssetClass.NPA, AssetClass.SUBSTANDARD, AssetClass.DOUBTFUL, AssetClass.LOSS}
)


class Level(StrEnum):
    """What a class is of: each loan by itself, or the borrower, and with him all his loans."""

    LOAN = "loan"
    BORROWER = "borrower"


@dataclass(frozen=True, slots=True)
class Floor:
    """From this many days past due a loan is at least of a class."""

    from_days: int
    asset_class: AssetClass


@dataclass(frozen=True, slots=True)
class Profile:
    """A jurisdiction's floors for a kind of product, from a day on, and where they stand."""

    code: str
    applies_to: str
    effective_from: date
    floors: tuple[Floor, ...]
    source: str
    effective_to: date | None = None
    level: Level = Level.LOAN

    @property
    def classes(self) -> tuple[AssetClass, ...]:
        """The classes that there are under this law, the best first."""
        named = {AssetClass.NORMAL, *(floor.asset_class for floor in self.floors)}
        return tuple(each for each in SEVERITY if each in named)

    def is_in_force(self, on: date) -> bool:
        """Whether the profile binds on a day."""
        begun = self.effective_from <= on
        return begun and (self.effective_to is None or on <= self.effective_to)

    def classify(self, days_past_due: int) -> AssetClass:
        """Return the class that the delay alone asks for."""
        reached = [each for each in self.floors if days_past_due >= each.from_days]
        if not reached:
            return AssetClass.NORMAL
        return max(reached, key=lambda floor: floor.from_days).asset_class


class NoProfile(LookupError):
    """No profile of the jurisdiction is in force on the day."""


def in_force(profiles: Iterable[Profile], *, on: date, applies_to: str = "loan") -> Profile:
    """
    Return the profile that binds on a day, the one that began last.

    :raises NoProfile: if there is none
    """
    binding = [each for each in profiles if each.applies_to == applies_to and each.is_in_force(on)]
    if not binding:
        raise NoProfile(f"{applies_to} on {on}")
    return max(binding, key=lambda profile: profile.effective_from)


def worst(classes: Iterable[AssetClass]) -> AssetClass:
    """Return the worst of some classes: one borrower, one class."""
    return max(classes, key=SEVERITY.index, default=AssetClass.NORMAL)


def bucket(days_past_due: int) -> str:
    """Return the collector's bucket: "M0" for what is not overdue, "M7" beyond 180 days."""
    return f"M{_months(days_past_due)}"


def bureau_symbol(
    days_past_due: int, *, is_closed: bool = False, is_compensated: bool = False
) -> str:
    """
    Return the symbol that a credit bureau shows for the month.

    "N" paid as agreed, "1" to "7" by months of delay, "C" closed, "D" paid by a guarantor, whom
    the borrower owes from then on.
    """
    if is_closed:
        return "C"
    if is_compensated:
        return "D"
    return str(_months(days_past_due)) if days_past_due > 0 else "N"


def _months(days_past_due: int) -> int:
    # 1 to 30 days are the first month, 31 to 60 the second.
    return min(max(-(-days_past_due // DAYS_OF_BUCKET), 0), LAST_BUCKET)
