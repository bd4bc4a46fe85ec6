"""One cell of a file: a value as text, and text as a value; strict both ways."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Protocol, get_args, get_origin, get_type_hints

_DIGITS = 15
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,6})?(Z|[+-]\d{2}:\d{2})")
_WHOLE = re.compile(r"0|-?[1-9]\d{0,8}")
# C0, C1 and the two Unicode line ends: what no reference, name or code is made of.
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")


class BadCell(ValueError):
    """The text is not a value of the column; the message says what was expected."""


class Cell(Protocol):
    """How one column's values are written and read."""

    def write(self, value: Any) -> str:
        """
        Return the value as text.

        :raises ValueError: if it is not a value of the column; a bug of the writer
        """

    def read(self, text: str) -> Any:
        """
        Return the text's value.

        :raises BadCell: if it has none
        """


@dataclass(frozen=True, slots=True)
class Words:
    """Text without control characters, at most `longest` characters."""

    longest: int = 200
    required: bool = False

    def write(self, value: str) -> str:
        """Return the text itself, if it may stand in a file."""
        self.read(value).encode()
        return value

    def read(self, text: str) -> str:
        """Check length and characters."""
        if self.required and not text:
            raise BadCell("a value")
        if len(text) > self.longest:
            raise BadCell(f"at most {self.longest} characters")
        if _CONTROL.search(text):
            raise BadCell("no control characters")
        return text


@dataclass(frozen=True, slots=True)
class Number:
    """A decimal number with exactly `places` decimals, without a plus, spaces or separators."""

    places: int

    def write(self, value: Decimal) -> str:
        """Write all decimals; a value that has more is refused, never rounded."""
        exact = value.quantize(Decimal(1).scaleb(-self.places))
        if exact != value or exact.adjusted() >= _DIGITS:
            raise ValueError(f"{value} is no number with {self.places} decimals")
        # Minus nought would be another text of the same value.
        return f"{exact if exact else abs(exact):f}"

    def read(self, text: str) -> Decimal:
        """Accept what `write` makes, and nothing else."""
        pattern = rf"-?(0|[1-9]\d{{0,{_DIGITS - 1}}})\.\d{{{self.places}}}"
        if not re.fullmatch(pattern, text, re.ASCII):
            raise BadCell(f"a number with {self.places} decimals, such as {self.example}")
        return Decimal(text)

    @property
    def example(self) -> str:
        """A number as this column has it."""
        return f"{Decimal(1234):.{self.places}f}"


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number."""

    def write(self, value: int) -> str:
        """Write the digits."""
        text = str(value)
        self.read(text)
        return text

    def read(self, text: str) -> int:
        """Read plain digits, at most nine."""
        if not _WHOLE.fullmatch(text) or not text.isascii():
            raise BadCell("a whole number")
        return int(text)


@dataclass(frozen=True, slots=True)
class Day:
    """A day, as 2027-01-20."""

    def write(self, value: date) -> str:
        """Write the ISO form."""
        return value.isoformat()

    def read(self, text: str) -> date:
        """Read the ISO form only."""
        if _DAY.fullmatch(text) and text.isascii():
            try:
                return date.fromisoformat(text)
            except ValueError:
                pass
        raise BadCell("a day, such as 2027-01-20")


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment with its offset, as 2027-01-20T09:15:02+08:00 (RFC 3339)."""

    def write(self, value: datetime) -> str:
        """Write the ISO form; a moment without an offset is refused."""
        text = value.isoformat()
        self.read(text)
        return text

    def read(self, text: str) -> datetime:
        """Read RFC 3339 with an offset."""
        if _MOMENT.fullmatch(text) and text.isascii():
            try:
                return datetime.fromisoformat(text)
            except ValueError:
                pass
        raise BadCell("a moment with its offset, such as 2027-01-20T09:15:02+08:00")


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of a few words."""

    words: type[StrEnum]

    def write(self, value: StrEnum) -> str:
        """Write the word."""
        return value.value

    def read(self, text: str) -> StrEnum:
        """Read one of the words, exactly."""
        try:
            return self.words(text)
        except ValueError:
            raise BadCell(" | ".join(word.value for word in self.words)) from None


@dataclass(frozen=True, slots=True)
class Maybe:
    """Another column's value, or nothing: an empty cell is None."""

    cell: Cell

    def write(self, value: Any) -> str:
        """Write nothing for None."""
        return "" if value is None else self.cell.write(value)

    def read(self, text: str) -> Any:
        """Read an empty cell as None."""
        return None if text == "" else self.cell.read(text)


# What a row's dataclass calls the columns' values.
Reference = Annotated[str, Words(longest=64, required=True)]
Text = Annotated[str, Words()]
Currency = Annotated[str, Words(longest=3, required=True)]
Amount = Annotated[Decimal, Number(places=2)]
Rate = Annotated[Decimal, Number(places=8)]

_PLAIN: dict[type, Cell] = {int: Whole(), date: Day(), datetime: Moment()}


def cells(row: type) -> dict[str, Cell]:
    """Return the columns of a row's dataclass, in order, each with how its cells are written."""
    hints = get_type_hints(row, include_extras=True)
    return {name: _cell(hint) for name, hint in hints.items()}


def _cell(hint: Any) -> Cell:
    if get_origin(hint) is Annotated:
        cell: Cell = get_args(hint)[1]
        return cell
    if hint in _PLAIN:
        return _PLAIN[hint]
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return OneOf(hint)
    options = [option for option in get_args(hint) if option is not type(None)]
    if len(options) == 1:
        return Maybe(_cell(options[0]))
    raise TypeError(f"no cell is written as {hint}")
