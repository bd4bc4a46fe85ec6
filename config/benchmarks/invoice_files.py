"""Files of invented invoices, as many rows as asked for, of firms that nobody has met."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from merchants.actions import generation
from merchants.rules import generator
from merchants.rules.columns import SALE

SEED = 20_261_122
_AT_ONCE = 50
_FIRM = "企业代号"


def invoices(rows: int) -> pa.Table:
    """Return invoices in the columns of the source, firm after firm; the same at every call."""
    tables: list[pa.Table] = []
    for table in _tables():
        tables.append(table)
        rows -= table.num_rows
        if rows <= 0:
            break
    whole = pa.concat_tables(tables)
    return whole.slice(0, whole.num_rows + min(rows, 0))


def of_new_firms(table: pa.Table) -> pa.Table:
    """Return the same invoices with firms' codes that were never seen before."""
    mark = uuid4().hex[:8]
    codes = pc.binary_join_element_wise(mark, table[_FIRM], "-")
    return table.set_column(table.column_names.index(_FIRM), _FIRM, codes)


def write_csv(table: pa.Table, path: Path) -> Path:
    """Write UTF-8 as the tax bureau's export looks: plain, with a header."""
    plain = pa_csv.WriteOptions(quoting_style="none", quoting_header="none")
    pa_csv.write_csv(table, path, plain)
    return path


def write_parquet(table: pa.Table, path: Path) -> Path:
    """Write Parquet, typed."""
    pq.write_table(table, path)
    return path


def _tables() -> Iterator[pa.Table]:
    fit, drawn = generation.fit(), 0
    while True:
        firms = generator.applicant_firms(fit, SEED, drawn + _AT_ONCE)[drawn:]
        drawn += _AT_ONCE
        yield from generator.invoice_tables(fit, firms, SALE)
