"""How fast a fitted model answers: one subject at a time, and all at once."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

import numpy as np

from scoring.rules.boosting import FittedBoosting, matrix
from scoring.rules.canonical import Document
from scoring.rules.card import load, score
from scoring.rules.dataset import Dataset
from scoring.rules.training import FittedCard
from scoring.rules.validation import Fitted

SAMPLE = 500


@dataclass(frozen=True, slots=True)
class Speed:
    """One row with its reasons, as in a decision; and the batch without them."""

    row_latency_ms_p50: float
    rows_per_second: float


def card_speed(document: Document, fitted: FittedCard, data: Dataset) -> Speed:
    """Time the JSON card as it is served, and the same points over columns."""
    card = load(document)
    rows = values(data.take(np.arange(min(SAMPLE, len(data)))))
    return Speed(
        _median_ms([lambda row=row: score(card, row) for row in rows]),  # type: ignore[misc]
        _rows_per_second(lambda: fitted.totals(data), len(data)),
    )


def boosting_speed(fitted: Fitted, data: Dataset) -> Speed:
    """Time the ensemble on one row and on all."""
    assert isinstance(fitted, FittedBoosting)
    rows = matrix(data, fitted.names)
    singles = [rows[index : index + 1] for index in range(min(SAMPLE, len(rows)))]
    return Speed(
        _median_ms([lambda row=row: fitted.pd_of_rows(row) for row in singles]),  # type: ignore[misc]
        _rows_per_second(lambda: fitted.pd_of_rows(rows), len(data)),
    )


def values(data: Dataset) -> list[dict[str, str | None]]:
    """Return the rows as a decision gets them: decimal strings, categories or None."""
    rows: list[dict[str, str | None]] = [{} for _ in range(len(data))]
    for name, column in data.columns.items():
        if column.numbers is not None:
            for row, number in zip(rows, column.numbers.tolist(), strict=True):
                row[name] = None if number != number else repr(number)
        else:
            assert column.codes is not None
            for row, code in zip(rows, column.codes.tolist(), strict=True):
                row[name] = None if code < 0 else column.categories[code]
    return rows


def _median_ms(calls: list[Callable[[], object]]) -> float:
    times = []
    for call in calls:
        begun = time.perf_counter()
        call()
        times.append(time.perf_counter() - begun)
    return round(1000 * median(times), 5)


def _rows_per_second(call: Callable[[], object], rows: int) -> float:
    begun = time.perf_counter()
    call()
    return round(rows / (time.perf_counter() - begun), 1)
