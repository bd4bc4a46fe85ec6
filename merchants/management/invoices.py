"""The door of ``manage.py import invoices``: files and folders, a progress bar, a report."""

import sys
import time
from argparse import BooleanOptionalAction
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from django.core.management.base import CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _
from tqdm import tqdm

from merchants.actions import imports
from merchants.rules.columns import PURCHASE, SALE
from tenancy.actions.files import FileRefused
from tenancy.actors import Actor

# A folder of the demonstration's shape: firms with a credit history, and those that apply.
_FOLDER = ("labelled_sales", "labelled_purchases", "applicants_sales", "applicants_purchases")
_SUFFIXES = (".parquet", ".csv")
_LABELS = "labels.csv"


def add_arguments(parser: CommandParser) -> None:
    """Add the options of an import of invoices."""
    parser.add_argument("--direction", choices=(SALE, PURCHASE), help="of all rows of the file")
    parser.add_argument("--labels", type=Path, help="firms' ratings and defaults")
    parser.add_argument(
        "--on", type=date.fromisoformat, help="last day not in the future; default: business date"
    )
    parser.add_argument(
        "--register",
        action=BooleanOptionalAction,
        help="make unknown firms merchants; default for folders and files of their shape",
    )
    parser.add_argument(
        "--rejects", type=Path, help="file, for a folder a folder; default: PATH.rejected.csv"
    )


def run(path: Path, options: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Import a file, or each file of a folder; the room is entered already."""
    started = time.perf_counter()
    actor = Actor.system("import")
    labels, paths = options["labels"], [path]
    if path.is_dir():
        paths = files_of(path)
        labels = labels or _existing(path / _LABELS)
    result: dict[str, Any] = {"labels": 0, "files": []}
    lines: list[str] = []
    if labels:
        result["labels"] = imports.import_labels(actor=actor, at=timezone.now(), path=labels)
        lines.append(_("%(count)d labels new or changed") % {"count": result["labels"]})
    for each in paths:
        with Bars(each) as bars:
            report = imports.import_invoices(
                actor=actor,
                at=timezone.now(),
                clock=timezone.now,
                path=each,
                direction=options["direction"],
                on=options["on"],
                can_register=_registers(each, options["register"]),
                rejects=_rejects(path, each, options["rejects"]),
                progress=bars,
            )
        result["files"].append(_summary(report))
        lines.append(_line(report))
    seconds = time.perf_counter() - started
    rows = sum(each["rows"] for each in result["files"])
    result |= {
        "rows": rows,
        "seconds": round(seconds, 3),
        "rows_per_second": round(rows / seconds),
    }
    return result, lines


def files_of(folder: Path) -> list[Path]:
    """
    Return the files of invoices in a folder, firms with a credit history first.

    :raises FileRefused: when none has one of the expected names
    """
    found = [
        folder / f"{stem}{suffix}"
        for stem in _FOLDER
        for suffix in _SUFFIXES
        if (folder / f"{stem}{suffix}").is_file()
    ]
    if not found:
        message = _("%(path)s holds none of %(names)s as .csv or .parquet")
        raise FileRefused(message % {"path": folder, "names": ", ".join(_FOLDER)})
    return found


class Bars:
    """A bar per pass over a file, by bytes, on stderr."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._size = path.stat().st_size if path.is_file() else 0
        self._stage = ""
        self._bar: tqdm[Any] | None = None

    def __call__(self, stage: str, size: int) -> None:
        """Move the bar of the stage on by some bytes."""
        if stage != self._stage or self._bar is None:
            self._close()
            self._stage = stage
            self._bar = tqdm(
                desc=f"{self._path.name}: {stage}",
                total=self._size,
                unit="B",
                unit_scale=True,
                file=sys.stderr,
            )
        self._bar.update(size)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._close()

    def _close(self) -> None:
        if self._bar is not None:
            self._bar.close()


def _existing(path: Path) -> Path | None:
    return path if path.is_file() else None


def _registers(path: Path, wanted: bool | None) -> bool:
    return path.stem in _FOLDER if wanted is None else wanted


def _rejects(path: Path, each: Path, wanted: Path | None) -> Path | None:
    """A folder's rejects go into a folder, a file per file."""
    if wanted is None or not (path.is_dir() or wanted.is_dir()):
        return wanted
    wanted.mkdir(parents=True, exist_ok=True)
    return wanted / f"{each.name}.rejected.csv"


def _summary(report: imports.Report) -> dict[str, Any]:
    run = report.run
    return {
        "file": run.file_name,
        "sha256": run.sha256,
        "encoding": run.encoding,
        "rows": run.rows_read,
        "new": run.rows_new,
        "known": run.rows_known,
        "rejected": run.rows_rejected,
        "rejects": str(report.rejects) if report.rejects else None,
    }


def _line(report: imports.Report) -> str:
    run = report.run
    line = _(
        "%(file)s (%(encoding)s): %(new)d new, %(known)d already there, %(rejected)d rejected"
    )
    values = {
        "file": run.file_name,
        "encoding": run.encoding,
        "new": run.rows_new,
        "known": run.rows_known,
        "rejected": run.rows_rejected,
    }
    return line % values + (f" → {report.rejects}" if report.rejects else "")
