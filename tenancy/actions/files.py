"""Files of rows, CSV or Parquet: looked over once, then read as a stream."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from django.utils.translation import gettext_lazy as _

from tenancy.errors import Refusal
from tenancy.rules import delimited, encodings
from tenancy.rules.delimited import Rows

# About 50,000 rows of an invoice file: what one transaction takes in.
BLOCK_BYTES = 4 << 20
PARQUET_ROWS = 50_000
_PARQUET = b"PAR1"
_UNREADABLE = {b"PK\x03\x04": "xlsx or zip", b"\xd0\xcf\x11\xe0": "xls", b"\x1f\x8b": "gzip"}

# Called with what is being done and the bytes of the file that are newly behind us.
Progress = Callable[[str, int], None]
CHECKING, READING = "checking", "reading"


class FileRefused(Refusal):
    """The file as a whole can't be read; nothing of it was taken in."""

    code = "file_refused"
    status = 422


@dataclass(frozen=True, slots=True)
class Source:
    """A readable file: its hash, how it is written, its columns, and its rows as a stream."""

    path: Path
    size_bytes: int
    sha256: str
    encoding: str
    columns: tuple[str, ...]
    rows: Callable[[], Iterator[Rows]]


def opened(path: Path, progress: Progress) -> Source:
    """
    Hash the file, recognise its format and encoding and read its header.

    The whole file is decoded before anything is taken in, so that an undecodable byte at its
    end refuses all of it. Memory does not grow with the file.

    :raises FileRefused: naming what is wrong, and where
    """
    if not path.is_file():
        raise FileRefused(_("%(path)s is not a file") % {"path": path})
    size = path.stat().st_size
    sha256, head = _hash(path, progress)
    if head.startswith(_PARQUET):
        return _parquet(path, size, sha256)
    for magic, name in _UNREADABLE.items():
        if head.startswith(magic):
            message = _("%(path)s is %(format)s; save it as CSV or Parquet")
            raise FileRefused(message % {"path": path.name, "format": name})
    return _delimited(path, size, sha256)


def blocks(path: Path) -> Iterator[bytes]:
    """Read a file a block at a time."""
    with path.open("rb") as stream:
        while block := stream.read(BLOCK_BYTES):
            yield block


def _hash(path: Path, progress: Progress) -> tuple[str, bytes]:
    digest = hashlib.sha256()
    head = b""
    for block in blocks(path):
        head = head or block[:8]
        digest.update(block)
        progress(CHECKING, len(block))
    return digest.hexdigest(), head


def _delimited(path: Path, size: int, sha256: str) -> Source:
    try:
        encoding = encodings.recognised(lambda: blocks(path))
    except encodings.Undecodable as fault:
        message = _("%(path)s: byte 0x%(byte)02x at position %(position)d fits none of %(tried)s")
        raise FileRefused(
            message
            % {
                "path": path.name,
                "byte": fault.byte,
                "position": fault.position,
                "tried": ", ".join(fault.tried),
            }
        ) from fault
    try:
        first = next(delimited.rows(blocks(path), encoding.codec))
    except delimited.NoHeader as fault:
        message = _("%(path)s has no header line with columns: %(fault)s")
        raise FileRefused(message % {"path": path.name, "fault": fault}) from fault

    def rows() -> Iterator[Rows]:
        return delimited.rows(blocks(path), encoding.codec)

    return Source(path, size, sha256, encoding.name, tuple(first.columns), rows)


def _parquet(path: Path, size: int, sha256: str) -> Source:
    try:
        with pq.ParquetFile(path) as file:
            schema = file.schema_arrow
    except (pa.ArrowException, OSError) as fault:
        raise _damaged(path, fault) from fault
    # Lists and structs can't be a cell of a row.
    columns = tuple(field.name for field in schema if not pa.types.is_nested(field.type))

    def rows() -> Iterator[Rows]:
        # Buffered column streams: a row group may be as large as the file.
        with pq.ParquetFile(path, buffer_size=1 << 20, pre_buffer=False) as file:
            done = 0
            total = file.metadata.num_rows
            batches = file.iter_batches(PARQUET_ROWS, columns=list(columns), use_threads=False)
            while batch := _next_batch(path, batches):
                lines = np.arange(done + 1, done + batch.num_rows + 1)
                consumed = size * (done + batch.num_rows) // total - size * done // total
                done += batch.num_rows
                yield Rows(lines, dict(zip(columns, batch.columns, strict=True)), (), consumed)

    return Source(path, size, sha256, "Parquet", columns, rows)


def _next_batch(path: Path, batches: Iterator[pa.RecordBatch]) -> pa.RecordBatch | None:
    try:
        return next(batches, None)
    except (pa.ArrowException, OSError) as fault:
        raise _damaged(path, fault) from fault


def _damaged(path: Path, fault: Exception) -> FileRefused:
    message = _("%(path)s is a damaged Parquet file: %(fault)s")
    return FileRefused(message % {"path": path.name, "fault": fault})
