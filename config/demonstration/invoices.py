"""
The firms' invoices: the folder that was given, or an invented one fitted to real firms.

Invoices of years ago are moved forward by whole years, so that the firms apply under today's law:
the seasons stay, and every invoice keeps its distance to every other.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
from django.conf import settings

from merchants.actions import generation

FILES = ("labelled_sales", "labelled_purchases", "applicants_sales", "applicants_purchases")
LABELS = "labels.csv"
_DATE = "开票日期"
SEED = 20260101
# The 302 and 123 firms with a fifth of their invoices: the same totals, a quicker first look.
SCALE = 0.2


class InputIncomplete(RuntimeError):
    """The folder lacks a file that the demonstration needs."""


@dataclass(frozen=True, slots=True)
class Input:
    """A folder ready to be imported, and what to say about it on the screen."""

    folder: Path
    description: str
    is_invented: bool


def prepare(given: Path | None, *, last_year: int, progress: Callable[[str], None]) -> Input:
    """
    Return the folder to import, its newest invoices in `last_year`.

    :raises InputIncomplete: naming the file that is missing
    """
    source = given if given is not None else _invented(progress)
    paths = [_found(source, stem) for stem in FILES]
    years = last_year - max(_newest(path) for path in paths).year
    folder = _workplace(f"{source}:{years}")
    for path in paths:
        target = folder / f"{path.stem}.parquet"
        if not target.exists():
            progress(path.name)
            draft = target.with_suffix(".draft")
            pq.write_table(_moved(_read(path), years), draft)
            draft.replace(target)
    (folder / LABELS).write_bytes((source / LABELS).read_bytes())
    moved = f"; dates moved {years} years forward" if years else ""
    kind = "invented firms, fitted to real ones" if given is None else f"firms of {given.name}"
    return Input(folder, f"{kind}{moved}", given is None)


def _invented(progress: Callable[[str], None]) -> Path:
    fit = hashlib.sha256(generation.FIT.read_bytes()).hexdigest()
    folder = _workplace(f"invented:{SEED}:{SCALE}:{fit}")
    if not (folder / LABELS).exists():
        generation.write_folder(
            folder, seed=SEED, size=generation.Size(scale=SCALE), progress=progress
        )
    return folder


def _workplace(name: str) -> Path:
    mark = hashlib.sha256(name.encode()).hexdigest()[:12]
    folder: Path = settings.HOME / "demonstration" / mark
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _found(folder: Path, stem: str) -> Path:
    for suffix in (".parquet", ".csv"):
        if (folder / f"{stem}{suffix}").exists():
            return folder / f"{stem}{suffix}"
    raise InputIncomplete(f"{folder.name} has no {stem}.parquet or {stem}.csv")


def _read(path: Path) -> pa.Table:
    return pq.read_table(path) if path.suffix == ".parquet" else pa_csv.read_csv(path)


def _newest(path: Path) -> date:
    newest = pc.max(_read(path)[_DATE].cast(pa.date32())).as_py()
    assert isinstance(newest, date)
    return newest


def _moved(table: pa.Table, years: int) -> pa.Table:
    """Return the table with each date so many years later; 29 February becomes the 28th."""
    if not years:
        return table
    unique = table[_DATE].cast(pa.date32()).combine_chunks().dictionary_encode()
    later = [_years_later(day.as_py(), years) for day in unique.dictionary]
    column = pa.DictionaryArray.from_arrays(
        unique.indices, pa.array(later, pa.date32())
    ).dictionary_decode()
    return table.set_column(table.schema.get_field_index(_DATE), _DATE, column)


def _years_later(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)
