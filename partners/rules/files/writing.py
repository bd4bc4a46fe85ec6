"""
Writing a file.

    H|date|partner|type|rows|sum|sha256      the hash is of the lines between this one and T
    column names, then rows: RFC 4180        CRLF, quotes where needed, UTF-8 without a mark
    T
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from operator import attrgetter

from partners.rules.files.names import FileName
from partners.rules.files.rows import Row

MEDIA_TYPE = "text/csv; charset=utf-8"


class RepeatedKey(ValueError):
    """Two rows have the same key; a bug of whoever made them."""


@dataclass(frozen=True, slots=True)
class Written:
    """A file as bytes, and what its header says of it."""

    name: FileName
    content: bytes
    rows: int
    sum: Decimal

    @property
    def sha256(self) -> str:
        """The hash of the whole file, header and trailer included."""
        return hashlib.sha256(self.content).hexdigest()

    def companion(self, supersedes: str = "") -> bytes:
        """Return the `.ok` file: name, hash and size of this one, and the file it replaces."""
        facts = {
            "file": str(self.name),
            "sha256": self.sha256,
            "bytes": len(self.content),
            "supersedes": supersedes or None,
        }
        return json.dumps(facts).encode() + b"\n"


def write(name: FileName, rows: Iterable[Row]) -> Written:
    """
    Write rows to a file; the same rows in the same order give the same bytes.

    :raises RepeatedKey: if two rows have the same key
    :raises ValueError: for a value that its column cannot hold
    """
    kind, text, total = name.kind, io.StringIO(newline=""), Decimal(0)
    writers = [cell.write for cell in kind.cells.values()]
    values_of = attrgetter(*kind.columns)
    seen: set[str] = set()
    lines = csv.writer(text, lineterminator="\r\n")
    lines.writerow(kind.columns)
    for row in rows:
        key = kind.key_of(row)
        if key in seen:
            raise RepeatedKey(key)
        seen.add(key)
        total += kind.sum_of(row)
        lines.writerow([cell(value) for cell, value in zip(writers, values_of(row), strict=True)])
    body = text.getvalue().encode()
    sha256 = hashlib.sha256(body).hexdigest()
    header = f"H|{name.on}|{name.partner}|{kind.name}|{len(seen)}|{total:.2f}|{sha256}\r\n"
    return Written(name, header.encode() + body + b"T\r\n", len(seen), total)
