"""Taking in one batch of checked invoices, in one transaction, at the speed of COPY."""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
from django.db import connection
from django.db.models import F

from merchants.actions import firms
from merchants.models import ImportRun, Invoice
from merchants.rules.invoices import Checked
from tenancy import room
from tenancy.actors import Actor
from tenancy.rules.rejects import Reason, Reject

_TABLE = Invoice._meta.db_table
_STAGED = (
    "line", "merchant_id", "direction", "number", "issued_on", "counterparty",
    "net", "tax", "gross", "is_void",
)  # fmt: skip

# COPY straight into a table with row-level security is refused by PostgreSQL, so rows go through
# a table of the session's own. It is dropped by hand too, for callers with several batches in a
# transaction.
_CREATE = """
    CREATE TEMPORARY TABLE merchants_incoming (
        line bigint, merchant_id uuid, direction text, number text, issued_on date,
        counterparty text, net bigint, tax bigint, gross bigint, is_void boolean
    ) ON COMMIT DROP
"""
_COPY = f"COPY pg_temp.merchants_incoming ({', '.join(_STAGED)}) FROM STDIN (FORMAT csv)"
# Ordered by key, so that two imports of the same rows wait for each other instead of
# deadlocking, and by line, so that of two rows with one number the earlier wins.
_INSERT = f"""
    INSERT INTO {_TABLE} (tenant_id, merchant_id, direction, number, issued_on, counterparty,
                          net, tax, gross, is_void, import_run_id)
    SELECT %(tenant)s, merchant_id, direction, number, issued_on, counterparty,
           net * %(unit)s, tax * %(unit)s, gross * %(unit)s, is_void, %(run)s
    FROM pg_temp.merchants_incoming ORDER BY merchant_id, direction, number, line
    ON CONFLICT (tenant_id, merchant_id, direction, number) DO NOTHING
"""
_CONFLICTS = f"""
    SELECT incoming.line, incoming.number, known.issued_on, known.counterparty, known.gross,
           known.is_void
    FROM pg_temp.merchants_incoming incoming
    JOIN {_TABLE} known USING (merchant_id, direction, number)
    WHERE known.tenant_id = %(tenant)s
      AND (known.issued_on, known.counterparty, known.net, known.tax, known.gross, known.is_void)
          IS DISTINCT FROM
          (incoming.issued_on, incoming.counterparty, incoming.net * %(unit)s,
           incoming.tax * %(unit)s, incoming.gross * %(unit)s, incoming.is_void)
    ORDER BY incoming.line
"""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a batch: rows new, rows that were there already, and the faults found."""

    new: int
    known: int
    rejects: tuple[Reject, ...]


@dataclass(slots=True)
class FirmBook:
    """The merchants met so far in an import; unknown firms are registered or turned away."""

    actor: Actor
    at: datetime
    can_register: bool
    ids: dict[str, UUID]

    def look_up(self, codes: list[str]) -> list[UUID | None]:
        """Return the merchant of each code, or None where there is none and none may be made."""
        unseen = [code for code in codes if code not in self.ids]
        if unseen and self.can_register:
            self.ids |= firms.register(actor=self.actor, at=self.at, codes=unseen)
        elif unseen:
            self.ids |= firms.known_ids(unseen)
        return [self.ids.get(code) for code in codes]


@room.atomic
def take_in(*, run: ImportRun, checked: Checked, book: FirmBook, exponent: int) -> Taken:
    """
    Write the good rows of a batch and count them on the run; all of it or nothing.

    A row that is there already, with the same content, is counted and left alone; one with the
    same number and other content is set aside.
    """
    staged, unknown = _with_merchants(checked, book)
    values: dict[str, Any] = {
        "tenant": room.current(),
        "run": run.pk,
        "unit": Decimal(1).scaleb(-exponent),
    }
    new, conflicts = _insert(staged, values) if staged.num_rows else (0, [])
    rejects = (*checked.rejects, *unknown, *conflicts)
    known = staged.num_rows - new - len(conflicts)
    rejected = len({reject.line for reject in rejects})
    ImportRun.objects.filter(pk=run.pk).update(
        rows_read=F("rows_read") + new + known + rejected,
        rows_new=F("rows_new") + new,
        rows_known=F("rows_known") + known,
        rows_rejected=F("rows_rejected") + rejected,
    )
    return Taken(new, known, tuple(sorted(rejects, key=lambda reject: reject.line)))


def _with_merchants(checked: Checked, book: FirmBook) -> tuple[pa.Table, list[Reject]]:
    table = checked.table()
    encoded = pc.dictionary_encode(checked.firm)
    codes = encoded.dictionary.to_pylist()
    ids = book.look_up(codes)
    merchant = pa.array([None if id_ is None else str(id_) for id_ in ids], pa.string())
    index = encoded.indices
    missing = np.array([id_ is None for id_ in ids], dtype=bool)
    unknown: list[Reject] = []
    if missing.any():
        where = missing[index.to_numpy(zero_copy_only=False)]
        unknown = [
            Reject(line, "firm", code, "the code of a registered merchant", Reason.UNKNOWN_FIRM)
            for line, code in zip(
                checked.lines[where].tolist(), checked.firm.filter(where).to_pylist(), strict=True
            )
        ]
        table, index = table.filter(~where), index.filter(~where)
    table = table.append_column("merchant_id", merchant.take(index))
    return table.select(_STAGED), unknown


def _insert(staged: pa.Table, values: Mapping[str, Any]) -> tuple[int, list[Reject]]:
    buffer = io.BytesIO()
    pa_csv.write_csv(staged, buffer, pa_csv.WriteOptions(include_header=False))
    with connection.cursor() as cursor:
        cursor.execute(_CREATE)
        with cursor.copy(_COPY) as copy:
            copy.write(buffer.getbuffer())
        cursor.execute(_INSERT, values)
        new = cursor.rowcount
        conflicts = []
        if new < staged.num_rows:
            # Without statistics the join may be planned as if the batch were a handful of rows.
            cursor.execute("ANALYZE pg_temp.merchants_incoming")
            cursor.execute(_CONFLICTS, values)
            conflicts = [_conflict(row) for row in cursor.fetchall()]
        cursor.execute("DROP TABLE pg_temp.merchants_incoming")
    return new, conflicts


def _conflict(row: tuple[Any, ...]) -> Reject:
    line, number, issued_on, counterparty, gross, is_void = row
    known = f"{issued_on} {counterparty} {gross.normalize():f}{' void' if is_void else ''}"
    return Reject(line, "number", number, f"as already there: {known}", Reason.CONFLICT)
