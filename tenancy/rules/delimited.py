"""
Rows of a delimited text, a block at a time, with the bad ones set aside.

Every line is a row: a line break inside quotes is refused. Thus one stray quote costs one row
instead of swallowing the rest of the file, and line numbers are those that an editor shows.
"""

import codecs
import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from tenancy.rules.rejects import LONGEST_VALUE, Reason, Reject

DELIMITERS = ",\t;|"
# Characters of one row; a file without line breaks must not be gathered in memory.
LONGEST_ROW = 1 << 16
# Rows handed on at once: a block of nothing but tiny bad rows must not become millions of rejects.
MOST_ROWS = 100_000


@dataclass(frozen=True, slots=True)
class Rows:
    """
    Some rows of a file.

    `lines` are the rows' numbers in the file (from 1, the header counted), `columns` text or
    typed arrays of the same length by the file's own column names, `consumed` the bytes of the
    file that were read for them.
    """

    lines: npt.NDArray[np.int64]
    columns: dict[str, pa.Array]
    rejects: tuple[Reject, ...] = ()
    consumed: int = 0


class NoHeader(ValueError):
    """The text holds no line with at least two named columns."""


def rows(blocks: Iterable[bytes], codec: str) -> Iterator[Rows]:
    """
    Read a delimited text with a header line; the delimiter is recognised from that line.

    :param blocks: the bytes in order; each block becomes one `Rows`, or more of tiny rows
    :raises NoHeader: when there is no header, or it names one column twice
    """
    header: list[str] | None = None
    delimiter = ","
    for lines, first, overlong, consumed in _lines(blocks, codec):
        start = 0
        if header is None:
            start = next((i for i, line in enumerate(lines) if line.strip()), len(lines))
            if start == len(lines):
                continue
            header, delimiter = _header(lines[start])
            start += 1
        numbers, columns, rejects = _split(lines[start:], first + start, delimiter, len(header))
        rejects += [_too_long(number, text) for number, text in overlong]
        yield Rows(
            numbers,
            dict(zip(header, columns, strict=True)),
            tuple(sorted(rejects, key=lambda reject: reject.line)),
            consumed,
        )
    if header is None:
        raise NoHeader("the file is empty")


def _lines(
    blocks: Iterable[bytes], codec: str
) -> Iterator[tuple[list[str], int, list[tuple[int, str]], int]]:
    """Whole lines per block: (lines, number of the first, overlong ones, bytes consumed)."""
    decoder = codecs.getincrementaldecoder(codec)("strict")
    number = 1
    rest = ""
    skipping = False
    for block in blocks:
        lines = (rest + decoder.decode(block)).split("\n")
        rest = lines.pop()
        overlong: list[tuple[int, str]] = []
        if skipping and lines:
            # The tail of a row that was already set aside.
            lines[0] = ""
            skipping = False
        for i, line in enumerate(lines):
            if len(line) > LONGEST_ROW:
                overlong.append((number + i, line[:LONGEST_VALUE]))
                lines[i] = ""
        if len(rest) > LONGEST_ROW:
            if not skipping:
                overlong.append((number + len(lines), rest[:LONGEST_VALUE]))
            rest, skipping = "", True
        while len(lines) > MOST_ROWS:
            yield lines[:MOST_ROWS], number, [], 0
            lines, number = lines[MOST_ROWS:], number + MOST_ROWS
        yield lines, number, overlong, len(block)
        number += len(lines)
    if rest and not skipping:
        yield [rest], number, [], 0


def _header(line: str) -> tuple[list[str], str]:
    delimiter = max(DELIMITERS, key=line.count)
    names = [name.strip() for name in next(csv.reader([line], delimiter=delimiter))]
    if len(names) < 2:
        raise NoHeader(line[:LONGEST_VALUE])
    repeated = {name for name in names if names.count(name) > 1}
    if repeated:
        raise NoHeader(f"column named twice: {', '.join(sorted(repeated))}")
    return names, delimiter


def _split(
    lines: list[str], first: int, delimiter: str, width: int
) -> tuple[npt.NDArray[np.int64], list[pa.Array], list[Reject]]:
    """
    Cut lines into columns: line numbers, columns, and the lines that are no rows.

    Nearly all lines are plain: these are cut all at once, and only the others one by one.
    """
    texts = pa.array(lines, pa.string())
    numbers = np.arange(first, first + len(lines), dtype=np.int64)
    cells = pc.split_pattern(pc.utf8_rtrim(texts, "\r"), delimiter)
    plain = pc.equal(pc.list_value_length(cells), width)
    for special in ('"', "\0"):
        plain = pc.and_not(plain, pc.match_substring(texts, special))
    is_plain = plain.to_numpy(zero_copy_only=False)
    flat = cells.filter(plain).flatten()
    columns = [flat.take(pa.array(np.arange(i, len(flat), width))) for i in range(width)]
    if is_plain.all():
        return numbers, columns, []
    others = np.flatnonzero(~is_plain)
    rows, found, rejects = _one_by_one(
        [lines[i] for i in others.tolist()], numbers[others].tolist(), delimiter, width
    )
    if not rows:
        return numbers[is_plain], columns, rejects
    numbers = np.concatenate([numbers[is_plain], np.asarray(found, dtype=np.int64)])
    order = np.argsort(numbers)
    more = [pa.array(values, pa.string()) for values in zip(*rows, strict=True)]
    columns = [
        pa.concat_arrays([column, extra]).take(pa.array(order))
        for column, extra in zip(columns, more, strict=True)
    ]
    return numbers[order], columns, rejects


def _one_by_one(
    lines: list[str], numbers: list[int], delimiter: str, width: int
) -> tuple[list[list[str]], list[int], list[Reject]]:
    cells: list[list[str]] = []
    found: list[int] = []
    rejects: list[Reject] = []
    for number, line in zip(numbers, lines, strict=True):
        if not line.strip():
            continue
        row = _cut(line, delimiter)
        if isinstance(row, Reason):
            rejects.append(Reject(number, "", line, _EXPECTED[row], row))
        elif len(row) == width:
            cells.append(row)
            found.append(number)
        else:
            rejects.append(Reject(number, "", line, f"{width} columns", Reason.MALFORMED))
    return cells, found, rejects


_EXPECTED = {
    Reason.NUL: "text without NUL characters",
    Reason.QUOTES: "every opened quote closed on the same line",
}


def _cut(line: str, delimiter: str) -> list[str] | Reason:
    if "\0" in line:
        return Reason.NUL
    if line.count('"') % 2:
        return Reason.QUOTES
    try:
        return next(csv.reader([line.rstrip("\r")], delimiter=delimiter, strict=True))
    except csv.Error:
        return Reason.QUOTES


def _too_long(number: int, text: str) -> Reject:
    return Reject(number, "", text, f"at most {LONGEST_ROW} characters", Reason.TOO_LONG)
