"""A table beneath a row's facts, as `rural/tables.html` shows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Table:
    """What a table shows: its title, its headings, and a cell for each in every row."""

    title: str
    headings: Sequence[str]
    rows: Sequence[Sequence[Any]] = field(default_factory=tuple)
    note: str = ""
