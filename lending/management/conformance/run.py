"""Files and folders of vectors in, outcomes out."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from lending.management.conformance import figures, schedules, told_loans
from lending.management.conformance.outcome import Cell, Outcome, Unmapped, Vector, judged
from lending.rules.events import InvalidEvents
from lending.rules.terms import InvalidTerms

READERS: dict[str, Callable[[Vector], Iterator[Cell]]] = {
    "schedule": schedules.cells,
    "rate_factor": figures.rate_factors,
    "fn_value": figures.fn_values,
    "due_dates": figures.due_dates,
    "instalment": figures.instalment,
    "dpd": told_loans.days_past_due,
    "allocation": told_loans.allocation,
    "payoff": told_loans.payoff,
}


def vectors(paths: Iterable[Path]) -> Iterator[Vector]:
    """
    Read every vector of the files, and of the JSON files in the folders, in order of name.

    :raises OSError: if a path cannot be read
    :raises ValueError: if a file is not a list of vectors
    """
    for path in paths:
        files = sorted(path.rglob("*.json")) if path.is_dir() else [path]
        for file in files:
            found = json.loads(file.read_text(encoding="utf-8"))
            if not isinstance(found, list) or not all("kind" in vector for vector in found):
                raise ValueError(f"{file}: not a list of vectors")
            yield from found


def run(vector: Vector) -> Outcome:
    """Hold one vector against the engine; whatever cannot be mapped fails with its reason."""
    reader = READERS.get(vector["kind"])
    if reader is None:
        return _failed(vector, f"kind {vector['kind']}: not yet")
    try:
        return judged(vector, reader(vector))
    except (Unmapped, InvalidTerms, InvalidEvents) as reason:
        return _failed(vector, str(reason))
    except KeyError as missing:
        return _failed(vector, f"inputs do not say {missing}")
    except (ArithmeticError, AttributeError, IndexError, TypeError, ValueError) as problem:
        # A shape never seen before fails by itself; it must not hide the vectors after it.
        return _failed(vector, f"{type(problem).__name__}: {problem}")


def _failed(vector: Vector, reason: str) -> Outcome:
    return Outcome(str(vector["id"]), str(vector["kind"]), False, "inputs", "mapped", reason)


def summary(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Count by kind and list the failures, in the shape that scripts rely on."""
    total = Counter(outcome.kind for outcome in outcomes)
    passed = Counter(outcome.kind for outcome in outcomes if outcome.passed)
    return {
        "kinds": {kind: {"passed": passed[kind], "total": total[kind]} for kind in sorted(total)},
        "failed": [outcome.as_json() for outcome in outcomes if not outcome.passed],
    }
