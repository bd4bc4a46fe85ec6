"""
Our file against the bank's: what agrees, and exactly one break for every row that does not.

The catalogue and its tolerances: co-lending.md §2.7. Rounding resolves itself within the line's
and the day's tolerance, a value date that is a day off is held until it clears; the rest is for
people.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from partners.rules.breaks import Break, BreakType, Tolerance, Verdict
from partners.rules.comparing import Comparison
from partners.rules.files.reading import Line

ZERO = Decimal(0)
Pair = tuple[Line, Line]


@dataclass(frozen=True, slots=True)
class Reconciled:
    """The pairs that agree, and the breaks in the order of their keys."""

    matched: tuple[Pair, ...]
    breaks: tuple[Break, ...]

    @property
    def rounding(self) -> Decimal:
        """What the breaks that resolve themselves as rounding come to, signs left out."""
        return sum((abs(b.amount) for b in self.breaks if _is_rounded(b)), ZERO)


def reconcile(
    ours: Iterable[Line],
    theirs: Iterable[Line],
    comparison: Comparison,
    tolerance: Tolerance,
    *,
    spent: Decimal = ZERO,
) -> Reconciled:
    """
    Compare two files of one kind, row by row by their keys.

    :param spent: what has resolved itself as rounding on this day with this bank before
    """
    left, right = _by_key(ours, comparison), _by_key(theirs, comparison)
    matched: list[Pair] = []
    breaks: list[Break] = []
    for key in sorted(left.keys() | right.keys()):
        pair, extra = _paired(left.get(key, []), right.get(key, []), comparison)
        if pair is not None:
            found = _compared(key, pair, comparison, tolerance)
            if found is None:
                matched.append(pair)
            else:
                breaks.append(found)
        breaks += _unpaired(key, extra, comparison, has_pair=pair is not None)
    return Reconciled(tuple(matched), tuple(_within_the_day(breaks, tolerance, spent)))


# Rows that found no partner, each with whether it is ours.
Extra = Sequence[tuple[Line, bool]]


def _by_key(lines: Iterable[Line], comparison: Comparison) -> dict[str, list[Line]]:
    found: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        found[comparison.kind.key_of(line.row)].append(line)
    return found


def _paired(
    ours: Sequence[Line], theirs: Sequence[Line], comparison: Comparison
) -> tuple[Pair | None, Extra]:
    """Take the two that agree best; of rows as good as each other the first."""
    pair = None
    if ours and theirs:
        pair = min(
            ((a, b) for a in ours for b in theirs),
            key=lambda each: len(comparison.differences(each[0].row, each[1].row)),
        )
    # By identity: the same row may stand in the same line of both files.
    first, second = pair or (None, None)
    extra = [(line, True) for line in ours if line is not first]
    extra += [(line, False) for line in theirs if line is not second]
    return pair, extra


def _compared(key: str, pair: Pair, comparison: Comparison, tolerance: Tolerance) -> Break | None:
    ours, theirs = pair
    type_ = comparison.type_of(ours.row, theirs.row, tolerance)
    if type_ is None:
        return None
    verdict = Verdict.QUEUE
    if type_ is BreakType.ROUNDING:
        verdict = Verdict.RESOLVE
    elif type_ is BreakType.VALUE_DATE:
        days = comparison.days_apart(ours.row, theirs.row)
        verdict = Verdict.HOLD if days <= tolerance.value_date_days else Verdict.QUEUE
    return Break(
        type=type_,
        key=key,
        verdict=verdict,
        amount=comparison.stake(theirs.row) - comparison.stake(ours.row),
        ours=ours,
        theirs=theirs,
        differences=comparison.differences(ours.row, theirs.row),
    )


def _unpaired(
    key: str, extra: Extra, comparison: Comparison, *, has_pair: bool
) -> Iterator[Break]:
    """The first row of a key that the other side lacks is missing there, the rest are repeats."""
    for number, (line, is_ours) in enumerate(extra):
        type_ = BreakType.MISSING_THEIRS if is_ours else BreakType.MISSING_OURS
        stake = comparison.stake(line.row)
        yield Break(
            type=BreakType.DUPLICATE if has_pair or number else type_,
            key=key,
            verdict=Verdict.QUEUE,
            amount=-stake if is_ours else stake,
            ours=line if is_ours else None,
            theirs=None if is_ours else line,
        )


def _within_the_day(
    breaks: Sequence[Break], tolerance: Tolerance, spent: Decimal
) -> Iterator[Break]:
    """Queue all the rounding of a day that comes to too much: that is no rounding any more."""
    total = spent + sum((abs(found.amount) for found in breaks if _is_rounded(found)), ZERO)
    for found in breaks:
        if _is_rounded(found) and total > tolerance.day:
            yield replace(found, verdict=Verdict.QUEUE)
        else:
            yield found


def _is_rounded(found: Break) -> bool:
    return found.type is BreakType.ROUNDING and found.verdict is Verdict.RESOLVE
