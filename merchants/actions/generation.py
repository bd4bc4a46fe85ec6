"""Folders of invented invoices, and the fit that they are drawn from."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from merchants.rules import generator
from merchants.rules.columns import PURCHASE, SALE, invoice_columns
from merchants.rules.generator_fitting import KnownFirm, fitted
from merchants.rules.invoices import Expectation, check
from merchants.rules.summary import Invoices
from tenancy.actions import files

FIT = Path(__file__).resolve().parent.parent / "rules" / "generator_fit.json"
_SIDES = {"sales": SALE, "purchases": PURCHASE}
_MARK = "SYNTHETIC.txt"


@dataclass(frozen=True, slots=True)
class Size:
    """How many firms, and which share of their usual number of invoices."""

    labelled: int = generator.DEFAULT_LABELLED
    applicants: int = generator.DEFAULT_APPLICANTS
    scale: float = 1.0


def fit() -> dict[str, Any]:
    """Return the fit that comes with the program."""
    found: dict[str, Any] = json.loads(FIT.read_text(encoding="utf-8"))
    return found


def write_folder(
    folder: Path,
    *,
    seed: int,
    size: Size | None = None,
    progress: Callable[[str], None] = lambda _name: None,
) -> dict[str, int]:
    """
    Write a folder of the shape that `import invoices` reads, marked as synthetic.

    The same seed and size give the same bytes.

    :param progress: called with the name of each file when it is written
    :return: rows per file
    """
    size = size or Size()
    known = fit()
    groups = {
        generator.LABELLED: generator.labelled_firms(known, seed, size.labelled),
        generator.APPLICANTS: generator.applicant_firms(known, seed, size.applicants),
    }
    folder.mkdir(parents=True, exist_ok=True)
    (folder / _MARK).write_text(
        f"Invented firms: seed {seed}, {size.labelled} labelled, {size.applicants} applicants, "
        f"scale {size.scale}\n",
        encoding="utf-8",
    )
    rows: dict[str, int] = {}
    for group, firms in groups.items():
        for side, direction in _SIDES.items():
            path = folder / f"{group}_{side}.csv"
            tables = generator.invoice_tables(known, firms, direction, scale=size.scale)
            rows[path.name] = _write(path, tables)
            progress(path.name)
    labelled = generator.labels(groups[generator.LABELLED])
    rows["labels.csv"] = _write(folder / "labels.csv", [labelled])
    return rows


def _write(path: Path, tables: Iterable[pa.Table]) -> int:
    count = 0
    writer: pa_csv.CSVWriter | None = None
    with path.open("wb") as stream:
        for table in tables:
            writer = writer or pa_csv.CSVWriter(stream, table.schema, write_options=_PLAIN)
            writer.write(table)
            count += table.num_rows
        if writer is not None:
            writer.close()
    return count


_PLAIN = pa_csv.WriteOptions(quoting_style="none", quoting_header="none")


def refitted(folder: Path, *, until: date) -> dict[str, Any]:
    """Measure the firms of a folder and return the fit; no database is involved."""
    ratings = _labels(folder / "labels.csv")
    labelled, applicants = (
        firms_of(folder, group, until=until)
        for group in (generator.LABELLED, generator.APPLICANTS)
    )
    return fitted(
        [KnownFirm(*firm, *ratings[code]) for code, firm in labelled.items()],
        [KnownFirm(*firm) for firm in applicants.values()],
    )


def firms_of(folder: Path, group: str, *, until: date) -> dict[str, tuple[Invoices, float]]:
    """
    Read a group's invoices from its files, without a database.

    :return: firm's code -> its invoices (of two with one number the first) and the median tax
        rate of its sales
    """
    tables = []
    for side, direction in _SIDES.items():
        path = next(folder.glob(f"{group}_{side}.*"))
        source = files.opened(path, lambda _stage, _bytes: None)
        columns, _ = invoice_columns(source.columns, direction)
        expectation = Expectation(columns, direction, until, "CNY", 2)
        tables += [check(rows, expectation).table() for rows in source.rows()]
    table = pa.concat_tables(tables)
    key = pc.binary_join_element_wise(table["firm"], table["direction"], table["number"], "|")
    _, first = np.unique(_places(key)[0], return_index=True)
    table = table.take(np.sort(first))
    places, names = _places(table["firm"])
    order = np.argsort(places, kind="stable")
    starts = np.searchsorted(places[order], np.arange(1, len(names)))
    return {
        name: _firm(table.take(rows))
        for name, rows in zip(names, np.split(order, starts), strict=True)
    }


def _places(column: pa.ChunkedArray) -> tuple[npt.NDArray[np.int64], list[str]]:
    """For each row the place of its value among the different ones; and these."""
    encoded = column.combine_chunks().dictionary_encode()
    return encoded.indices.to_numpy(), encoded.dictionary.to_pylist()


def _firm(table: pa.Table) -> tuple[Invoices, float]:
    net, tax = table["net"].to_numpy(), table["tax"].to_numpy()
    is_sale = pc.equal(table["direction"], SALE).to_numpy()
    taxed = is_sale & (net > 0)
    rate = float(np.median(tax[taxed] / net[taxed])) if taxed.any() else 0.0
    invoices = Invoices(
        is_sale,
        table["issued_on"].to_numpy().astype("datetime64[D]"),
        table["counterparty"].to_numpy(),
        net,
        table["is_void"].to_numpy(),
    )
    return invoices, rate


def _labels(path: Path) -> dict[str, tuple[str, bool]]:
    table = pa_csv.read_csv(path).rename_columns(["firm", "rating", "defaulted"])
    return {row["firm"]: (row["rating"], bool(row["defaulted"])) for row in table.to_pylist()}
