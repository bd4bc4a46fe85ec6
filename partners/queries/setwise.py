"""Statements over all rows of a day: read by joining whole sets, never row by row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.db import connection


def fetch(statement: str, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """
    Run a statement without nested loops, and return its rows; call it in a transaction.

    Row-level security verifies the room's token once a scan. A nested loop scans once a row: on
    2,000 loans that nobody had analysed yet it took 42 seconds; hash joins take less than one.
    """
    with by_sets(), connection.cursor() as cursor:
        cursor.execute(statement, dict(parameters))
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


@contextmanager
def by_sets() -> Iterator[None]:
    """Let what is read inside join whole sets; in a transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_nestloop = off")
        yield
        cursor.execute("SET LOCAL enable_nestloop = on")
