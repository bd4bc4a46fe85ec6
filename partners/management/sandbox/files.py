"""The sandbox bank's side of reconciliation: the day's file as its own book would have it."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

KIND = "REPAY_DETAIL"
SUMMED = "total_amt"
CENT = Decimal("0.01")
MUCH = Decimal("500.00")


class FileBehaviour(StrEnum):
    """How the bank's file of a day differs from the lender's."""

    EXACT = "exact"
    CENT_OFF = "cent_off"
    MISSING_ROW = "missing_row"
    AMOUNT_OFF = "amount_off"
    LATE = "late"
    DUPLICATE = "duplicate"
    CONTRADICTORY = "contradictory"
    SILENT = "silent"


@dataclass(frozen=True, slots=True)
class Table:
    """A file's facts and rows: whose, of which day, under which columns."""

    partner: str
    on: str
    columns: Sequence[str]
    rows: Sequence[Mapping[str, str]]


def parsed(content: bytes) -> Table:
    """
    Read a file that the lender published.

    :raises ValueError: if it is not complete, or not what its header says
    """
    header, _, rest = content.partition(b"\r\n")
    body, is_ended, _ = rest.rpartition(b"T\r\n")
    parts = header.decode().split("|")
    if parts[0] != "H" or not is_ended or parts[6] != hashlib.sha256(body).hexdigest():
        raise ValueError(f"not a whole file: {header.decode()}")
    reader = csv.DictReader(io.StringIO(body.decode(), newline=""), strict=True)
    rows = list(reader)
    return Table(parts[2], parts[1], reader.fieldnames or (), rows)


def written(table: Table) -> bytes:
    """Return the bytes of a file: header with counts, sum and hash, rows, trailer."""
    text = io.StringIO(newline="")
    lines = csv.DictWriter(text, table.columns, lineterminator="\r\n")
    lines.writeheader()
    lines.writerows(table.rows)
    body = text.getvalue().encode()
    total = sum((Decimal(row[SUMMED]) for row in table.rows), Decimal(0))
    digest = hashlib.sha256(body).hexdigest()
    head = f"H|{table.on}|{table.partner}|{KIND}|{len(table.rows)}|{total:.2f}|{digest}\r\n"
    return head.encode() + body + b"T\r\n"


def answers(table: Table, behaviour: FileBehaviour) -> list[bytes]:
    """Return what the bank sends for a day, all under one name and in this order."""
    match behaviour:
        case FileBehaviour.SILENT:
            return []
        case FileBehaviour.CENT_OFF:
            return [written(_off(table, "partner_interest", CENT))]
        case FileBehaviour.AMOUNT_OFF:
            return [written(_off(table, "partner_principal", MUCH))]
        case FileBehaviour.MISSING_ROW:
            return [written(_of(table, table.rows[1:]))]
        case FileBehaviour.DUPLICATE:
            return [written(_of(table, [*table.rows, *table.rows[:1]]))]
        case FileBehaviour.CONTRADICTORY:
            return [written(table), written(_off(table, "partner_principal", MUCH))]
        case _:
            return [written(table)]


def name_of(table: Table, seq: int) -> str:
    """Return what a file of the bank is called; a correction has the next number."""
    return f"{table.partner}_{KIND}_{table.on.replace('-', '')}_{seq:03}.csv"


def _off(table: Table, column: str, amount: Decimal) -> Table:
    """Let the first row be off by an amount."""
    changed = [
        {**row, column: f"{Decimal(row[column]) + amount:.2f}"} if number == 0 else row
        for number, row in enumerate(table.rows)
    ]
    return _of(table, changed)


def _of(table: Table, rows: Sequence[Mapping[str, str]]) -> Table:
    return Table(table.partner, table.on, table.columns, rows)
