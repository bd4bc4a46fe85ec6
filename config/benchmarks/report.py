"""What a measurement returns, in the shape that scripts rely on."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from statistics import median, quantiles
from typing import Any


@dataclass(frozen=True, slots=True)
class Measured:
    """
    Throughput in units a second; latencies in milliseconds; `more` what only this work has.

    `floor` is the throughput of the same work done by hand, `ratio_to_floor` ours to it.
    """

    work: str
    n: int
    clients: int
    throughput: float
    p50_ms: float
    p99_ms: float
    floor: float
    seconds: float
    more: dict[str, Any] = field(default_factory=dict)

    @property
    def shape(self) -> dict[str, Any]:
        """The JSON object of `bench --json`."""
        facts = asdict(self) | self.more
        del facts["more"]
        facts["ratio_to_floor"] = round(self.throughput / self.floor, 3) if self.floor else None
        facts["peak_rss_mb"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)
        return {
            name: round(value, 2)
            if isinstance(value, float) and name != "ratio_to_floor"
            else value
            for name, value in facts.items()
        }


def percentile(seconds: Sequence[float], part: int) -> float:
    """Return the `part`-th percentile of some durations, in milliseconds."""
    if len(seconds) < 2:
        return sum(seconds) * 1000
    return quantiles(seconds, n=100, method="inclusive")[part - 1] * 1000


def middle(values: Sequence[float]) -> float:
    """Return the median of the rounds."""
    return median(values)


def timed(work: Callable[[date], None], day: date) -> float:
    """Return the seconds that a day's work took."""
    began = time.perf_counter()
    work(day)
    return time.perf_counter() - began
