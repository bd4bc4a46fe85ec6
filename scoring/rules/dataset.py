"""A labelled table for training: typed columns, a target of 0 and 1, and what was left out."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.int8]
Codes = NDArray[np.int32]
Rows = NDArray[np.intp]


class BadData(ValueError):
    """
    The table cannot be trained on.

    `column` names the offender ("" for the whole file), `expected` what would have done.
    """

    def __init__(self, problem: str, *, column: str = "", expected: str = "") -> None:
        self.problem, self.column, self.expected = problem, column, expected
        where = f"column {column!r}: " if column else ""
        super().__init__(where + problem + (f"; expected {expected}" if expected else ""))


@dataclass(frozen=True, slots=True)
class Column:
    """One feature over all rows: numbers with NaN for missing, or codes with −1 for missing."""

    name: str
    numbers: Floats | None = None
    codes: Codes | None = None
    categories: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        return "number" if self.numbers is not None else "category"

    def take(self, rows: Rows) -> "Column":
        """Return the column of these rows only."""
        if self.numbers is not None:
            return replace(self, numbers=self.numbers[rows])
        assert self.codes is not None
        return replace(self, codes=self.codes[rows])


@dataclass(frozen=True, slots=True)
class Dataset:
    """Rows to learn from. `bad` is 1 for a default; `excluded` is column name to reason."""

    columns: Mapping[str, Column]
    bad: Flags
    target: str
    sha256: str
    excluded: Mapping[str, str]

    def __len__(self) -> int:
        return len(self.bad)

    @property
    def bads(self) -> int:
        return int(self.bad.sum())

    def kinds(self) -> dict[str, str]:
        """Return the kind of each column by name."""
        return {name: column.kind for name, column in self.columns.items()}

    def take(self, rows: Rows) -> "Dataset":
        """Return these rows only; the hash stays that of the whole file."""
        columns = {name: column.take(rows) for name, column in self.columns.items()}
        return replace(self, columns=columns, bad=self.bad[rows])

    def only(self, names: Iterable[str], reason: str) -> "Dataset":
        """Return the named columns only; the others are excluded for the reason given."""
        wanted = set(names)
        kept = {name: column for name, column in self.columns.items() if name in wanted}
        dropped = {name: reason for name in self.columns if name not in wanted}
        return replace(self, columns=kept, excluded={**self.excluded, **dropped})


def digest(content: bytes) -> str:
    """Return the SHA-256 of the file as it came."""
    return hashlib.sha256(content).hexdigest()
