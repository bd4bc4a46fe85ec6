"""The file of rows that were set aside, beside the file that they came from."""

import csv
import os
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Self, TextIO

from tenancy.rules.rejects import REJECT_COLUMNS, Reject


def beside(path: Path) -> Path:
    """
    Return where rejects of a file go: PATH.rejected.csv.

    Where the file's folder can't be written to, in the current one.
    """
    name = f"{path.name}.rejected.csv"
    return path.with_name(name) if os.access(path.parent, os.W_OK) else Path(name)


class RejectsFile:
    """
    Gathers rejects; the file takes its name only when complete, and only if there are any.

    A file of an earlier import of the same path is replaced, or removed when nothing is wrong
    any more. UTF-8 with a byte order mark, which is what spreadsheets recognise.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.count = 0
        self._draft = path.with_name(f"{path.name}.part")
        self._stream: TextIO | None = None

    def __enter__(self) -> Self:
        return self

    def write(self, rejects: Iterable[Reject]) -> None:
        """Append rejects; flushed, so that an import that is killed leaves what it found."""
        for reject in rejects:
            if self._stream is None:
                self._stream = self._draft.open("w", encoding="utf-8-sig", newline="")
                csv.writer(self._stream).writerow(REJECT_COLUMNS)
            csv.writer(self._stream).writerow(reject.cells())
            self.count += 1
        if self._stream is not None:
            self._stream.flush()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._stream is not None:
            self._stream.close()
        if kind is None:
            self.path.unlink(missing_ok=True)
            if self._stream is not None:
                self._draft.replace(self.path)
