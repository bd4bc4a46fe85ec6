"""
What a village panel says of a household: ballots, back to back, to one grade.

Evaluators vote without seeing each other. "I don't know them" is an abstention, nobody votes on
his own household or kin, the highest and lowest are cut off before the mean is taken, and a veto
counts only with evidence. Weights and grades are a lender's data (domain text: rural, §3.1, F6).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Any

HUNDRED = Decimal(100)
_PLACES = Decimal("0.01")


class Rumour(StrEnum):
    """How much debt the village believes a household to have."""

    NONE = "none"
    SOME = "some"
    MANY = "many"


class Veto(StrEnum):
    """A reason that ends the matter, if there is evidence for it."""

    GAMBLING = "gambling"
    DRUGS = "drugs"
    DEFAULTER = "defaulter"
    LITIGATION = "litigation"


class Outcome(StrEnum):
    """What became of the voting on a household."""

    GRADED = "graded"
    VETOED = "vetoed"
    TOO_FEW = "too_few"


@dataclass(frozen=True, slots=True)
class Ballot:
    """
    One evaluator's opinion of one household; marks from 1 to 5.

    An evaluator who does not know the household has no marks and abstains. `has_evidence` says
    whether something was handed in for the veto.
    """

    is_known: bool
    character: int = 0
    diligence: int = 0
    harmony: int = 0
    rumour: Rumour = Rumour.NONE
    veto: Veto | None = None
    has_evidence: bool = False


@dataclass(frozen=True, slots=True)
class Level:
    """One grade, from a score on; whether a household of this grade may be lent to."""

    grade: str
    min_score: Decimal
    is_lendable: bool


def levels(rows: Iterable[Mapping[str, Any]]) -> tuple[Level, ...]:
    """
    Return the levels that stored rows mean: grade, min_score (decimal string), is_lendable.

    :raises ValueError: if they do not fall, or the last does not begin at 0
    """
    found = tuple(
        Level(str(row["grade"]), Decimal(row["min_score"]), bool(row["is_lendable"]))
        for row in rows
    )
    starts = [level.min_score for level in found]
    if not starts or starts[-1] != 0 or sorted(set(starts), reverse=True) != starts:
        raise ValueError("levels must fall, and the last must begin at 0")
    return found


@dataclass(frozen=True, slots=True)
class Scale:
    """
    How ballots become a grade; levels in falling order, the last from 0.

    Weights need not sum to one. `trim` is the fraction cut off at each end, at least one ballot
    of five.
    """

    character: Decimal
    diligence: Decimal
    harmony: Decimal
    rumour: Decimal
    trim: Decimal
    min_ballots: int
    levels: tuple[Level, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """The panel's answer: score from 0 to 100 and grade, or why there is none."""

    outcome: Outcome
    counted: int
    abstained: int
    score: Decimal | None = None
    grade: str = ""
    is_lendable: bool = False
    veto: Veto | None = None


_RUMOURED = {Rumour.NONE: Decimal(5), Rumour.SOME: Decimal(3), Rumour.MANY: Decimal(1)}


def score(ballot: Ballot, scale: Scale) -> Decimal:
    """Return one ballot's score from 0 to 100: all ones give 0, all fives 100."""
    weighted = (
        scale.character * ballot.character
        + scale.diligence * ballot.diligence
        + scale.harmony * ballot.harmony
        + scale.rumour * _RUMOURED[ballot.rumour]
    )
    weights = scale.character + scale.diligence + scale.harmony + scale.rumour
    return (weighted / weights - 1) / 4 * HUNDRED


def trimmed_mean(values: Sequence[Decimal], trim: Decimal) -> Decimal:
    """
    Return the mean without the highest and the lowest fraction `trim` of the values.

    What is cut at each end is rounded half up, but never so much that nothing is left: of five
    values 0.2 cuts one at each end, of three too, so that one liar among three has no say.

    :raises ValueError: for no values
    """
    if not values:
        raise ValueError("a mean of nothing")
    wanted = int((trim * len(values)).quantize(Decimal(1), ROUND_HALF_UP))
    cut = min(wanted, (len(values) - 1) // 2)
    kept = sorted(values)[cut : len(values) - cut]
    return sum(kept, Decimal(0)) / len(kept)


def verdict(ballots: Sequence[Ballot], scale: Scale) -> Verdict:
    """Return what the ballots on one household come to."""
    counted = [ballot for ballot in ballots if ballot.is_known]
    abstained = len(ballots) - len(counted)
    if len(counted) < scale.min_ballots:
        return Verdict(Outcome.TOO_FEW, len(counted), abstained)
    veto = next((each.veto for each in counted if each.veto and each.has_evidence), None)
    if veto is not None:
        return Verdict(Outcome.VETOED, len(counted), abstained, veto=veto)
    mean = trimmed_mean([score(each, scale) for each in counted], scale.trim)
    shown = mean.quantize(_PLACES, ROUND_HALF_UP)
    level = next(each for each in scale.levels if shown >= each.min_score)
    return Verdict(Outcome.GRADED, len(counted), abstained, shown, level.grade, level.is_lendable)
