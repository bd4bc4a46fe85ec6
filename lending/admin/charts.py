"""What a chart shows, as tenancy/static/tenancy/back_office.js reads it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

# A value that is missing leaves a gap.
Series = tuple[str, Sequence[Decimal | int | None], str]


def bars(labels: Sequence[str], *series: Series, stacked: bool = False) -> dict[str, Any]:
    """Return a bar chart; each series has a name, values and the name of a colour."""
    return _chart("bar", labels, series, stacked=stacked)


def steps(labels: Sequence[str], *series: Series) -> dict[str, Any]:
    """Return a line that keeps its height until it changes, as a balance does."""
    return _chart("line", labels, series, stepped=True, borderWidth=2, pointRadius=2)


def _chart(
    kind: str,
    labels: Sequence[str],
    series: Sequence[Series],
    *,
    stacked: bool = False,
    **more: Any,
) -> dict[str, Any]:
    sets = [
        {
            "label": name,
            # A screen's pixels need no decimals beyond a float's.
            "data": [None if value is None else float(value) for value in values],
            "backgroundColor": colour,
            "borderColor": colour,
            **more,
        }
        for name, values, colour in series
    ]
    return {"type": kind, "stacked": stacked, "data": {"labels": list(labels), "datasets": sets}}
