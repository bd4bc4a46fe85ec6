"""
Reading a file strictly: every fault named, every good row kept.

A file is read line by line, so that a fault costs its line and no more. What is wrong with the
file as a whole (its encoding, its header, a count, a sum, the hash, a missing end) is a fault
without a row; such a file is not used.
"""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from partners.rules.files.cells import BadCell
from partners.rules.files.names import FileName
from partners.rules.files.rows import Row

# A longer line is no row of ours; it must not fill the memory.
LONGEST_LINE = 64 << 10
LONGEST_SHOWN = 80
_HEADER = "H|date|partner|type|rows|sum|sha256"
_MARKS = {
    b"\xef\xbb\xbf": "UTF-8 with a byte order mark",
    b"\xff\xfe": "UTF-16",
    b"\xfe\xff": "UTF-16",
}
_SUM = re.compile(r"-?(0|[1-9][0-9]{0,17})\.[0-9]{2}")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong: in which line (from 1), which field, what stands there, what should."""

    line: int
    field: str
    value: str
    expected: str
    of_file: bool = False

    def __str__(self) -> str:
        return f"{self.line} {self.field}: {self.value!r}, expected {self.expected}"


@dataclass(frozen=True, slots=True)
class Line:
    """A good row and where it stands in its file."""

    number: int
    row: Row


@dataclass(slots=True)
class Reading:
    """A file read to its end."""

    lines: list[Line] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    @property
    def is_usable(self) -> bool:
        """Whether the file as a whole is what it says; single rows may be bad."""
        return not any(fault.of_file for fault in self.faults)


def read(blocks: Iterable[bytes], name: FileName) -> Reading:
    """Read a file that is called `name`, from its bytes in blocks of any size."""
    reading = Reading()
    for found in stream(blocks, name):
        if isinstance(found, Fault):
            reading.faults.append(found)
        else:
            reading.lines.append(found)
    return reading


def stream(blocks: Iterable[bytes], name: FileName) -> Iterator[Line | Fault]:
    """Yield rows and faults as they come; what is wrong with the whole shows at the end too."""
    numbered = enumerate(_lines(blocks), start=1)
    number, first = next(numbered, (1, b""))
    if not first:
        yield Fault(1, "file", "", _HEADER, of_file=True)
        return
    if marked := _marked(first):
        yield Fault(1, "encoding", marked, "UTF-8 without a byte order mark", of_file=True)
        return
    check = _Check(name)
    yield from check.header(first)
    for number, line in numbered:
        if check.has_ended:
            yield Fault(number, "file", _shown(line), "nothing after the line T", of_file=True)
            return
        yield from check.line(number, line)
    yield from check.end(number)


def _marked(start: bytes) -> str:
    for mark, words in _MARKS.items():
        if start.startswith(mark):
            return words
    return "UTF-16" if b"\x00" in start else ""


def _lines(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """Cut at line feeds; each line keeps its end, and one too long is cut short."""
    rest = b""
    for block in blocks:
        *lines, rest = (rest + block).split(b"\n")
        for line in lines:
            yield line + b"\n"
        if len(rest) > LONGEST_LINE:
            yield rest
            rest = b""
    if rest:
        yield rest


class _Check:
    """What has been seen of a file so far."""

    def __init__(self, name: FileName) -> None:
        self.name = name
        self.kind = name.kind
        self.has_ended = False
        self._told: list[str] = []
        self._has_columns = False
        self._rows, self._sum = 0, Decimal(0)
        self._digest = hashlib.sha256()
        self._row_of: Callable[..., Row] = self.kind.row
        self._readers = [cell.read for cell in self.kind.cells.values()]
        self._sums = [self.kind.columns.index(column) for column in self.kind.sums]

    def header(self, line: bytes) -> Iterator[Fault]:
        """Compare the first line with the file's name; keep what it says of the rest."""
        parts = _decoded(line).rstrip("\r\n").split("|")
        if len(parts) != 7 or parts[0] != "H":
            yield Fault(1, "header", _shown(line), _HEADER, of_file=True)
            return
        said = dict(zip(("date", "partner", "type"), parts[1:4], strict=True))
        meant = {
            "date": self.name.on.isoformat(),
            "partner": self.name.partner,
            "type": self.kind.name,
        }
        for part, value in said.items():
            if value != meant[part]:
                yield Fault(1, part, _shown(value), f"{meant[part]} (file name)", of_file=True)
        self._told = parts[4:]

    def line(self, number: int, line: bytes) -> Iterator[Line | Fault]:
        """Read one line after the first."""
        if line.rstrip(b"\r\n") == b"T":
            self.has_ended = True
            return
        self._digest.update(line)
        if not self._has_columns:
            self._has_columns = True
            columns = tuple(_decoded(line).rstrip("\r\n").split(","))
            if columns != self.kind.columns:
                wanted = ",".join(self.kind.columns)
                yield Fault(number, "columns", _shown(line), wanted, of_file=True)
            return
        self._rows += 1
        yield from self._row(number, line)

    def end(self, number: int) -> Iterator[Fault]:
        """Compare what was counted with what the header told."""
        if not self.has_ended:
            yield Fault(number, "file", "end of file", "the line T", of_file=True)
        if not self._told:
            return
        rows, total, sha256 = self._told
        if rows != str(self._rows):
            yield Fault(1, "rows", _shown(rows), f"{self._rows} (counted)", of_file=True)
        if not _SUM.fullmatch(total) or Decimal(total) != self._sum:
            yield Fault(1, "sum", _shown(total), f"{self._sum:.2f} (added up)", of_file=True)
        if sha256 != self._digest.hexdigest():
            computed = f"{self._digest.hexdigest()} (computed)"
            yield Fault(1, "sha256", _shown(sha256), computed, of_file=True)

    def _row(self, number: int, line: bytes) -> Iterator[Line | Fault]:
        try:
            text = line.decode()
        except UnicodeDecodeError as fault:
            byte = f"byte 0x{line[fault.start]:02x}"
            yield Fault(number, "encoding", byte, _other_encoding(line))
            return
        try:
            # Strict: a quote inside a bare cell, or one that is never closed, is an error.
            cells = next(csv.reader([text], strict=True), [])
        except csv.Error as fault:
            yield Fault(number, "row", _shown(line), f"RFC 4180: {fault}")
            return
        if len(cells) != len(self._readers):
            found = f"{len(cells)} cells"
            yield Fault(number, "row", found, f"{len(self._readers)} cells")
            return
        values, faults = self._values(number, cells)
        if faults:
            yield from faults
        else:
            yield Line(number, self._row_of(*values))

    def _values(self, number: int, cells: list[str]) -> tuple[list[Any], list[Fault]]:
        values: list[Any] = []
        faults = []
        for place, (column, read, text) in enumerate(
            zip(self.kind.columns, self._readers, cells, strict=True)
        ):
            try:
                value = read(text)
            except BadCell as fault:
                faults.append(Fault(number, column, _shown(text), str(fault)))
                continue
            values.append(value)
            # Also of a row that is bad elsewhere, so that one bad cell is told once.
            if place in self._sums:
                self._sum += value
        return values, faults


def _other_encoding(line: bytes) -> str:
    try:
        line.decode("gb18030")
    except UnicodeDecodeError:
        return "UTF-8"
    return "UTF-8 (this looks like GBK)"


def _decoded(line: bytes) -> str:
    return line.decode(errors="replace")


def _shown(value: str | bytes) -> str:
    text = _decoded(value) if isinstance(value, bytes) else value
    return text.rstrip("\r\n")[:LONGEST_SHOWN]
