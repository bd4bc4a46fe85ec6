"""What became of one vector."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

Vector = Mapping[str, Any]


class Unmapped(Exception):
    """The vector says something that we have no words for; the message is the reason."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One expected value beside what the engine gave."""

    where: str
    expected: Any
    got: Any

    @property
    def agrees(self) -> bool:
        """Compare numbers as numbers (12.0 is 12.00), everything else as text."""
        if self.expected is None or self.got is None:
            return self.expected is self.got
        try:
            return Decimal(str(self.expected)) == Decimal(str(self.got))
        except InvalidOperation:
            return str(self.expected) == str(self.got)


@dataclass(frozen=True, slots=True)
class Outcome:
    """A vector's result: passed, or the first cell that differs, or why it could not be run."""

    id: str
    kind: str
    passed: bool
    where: str = ""
    expected: str = ""
    got: str = ""

    def as_json(self) -> dict[str, str]:
        """The failing vector as scripts read it."""
        return {
            "id": self.id,
            "kind": self.kind,
            "where": self.where,
            "expected": self.expected,
            "got": self.got,
        }


def judged(vector: Vector, cells: Iterator[Cell]) -> Outcome:
    """Compare cell by cell up to the first that differs; no cell at all is a failure."""
    name, kind = str(vector["id"]), str(vector["kind"])
    count = 0
    for cell in cells:
        count += 1
        if not cell.agrees:
            return Outcome(name, kind, False, cell.where, str(cell.expected), str(cell.got))
    if not count:
        return Outcome(name, kind, False, "vector", "something to compare", "nothing")
    return Outcome(name, kind, True)
