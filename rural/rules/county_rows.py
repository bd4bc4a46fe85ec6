"""Rows of a county department's file, checked against the schema that the department gave."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from rural.rules.forms.identity import is_id_number
from tenancy.rules.delimited import Rows
from tenancy.rules.rejects import Reason, Reject

ID_NUMBER, ITEM, AS_OF = "id_number", "item", "as_of"
# Beside the schema's own: whose, which of several, as of when.
FIXED = (ID_NUMBER, ITEM, AS_OF)
LONGEST_TEXT = 200


class Kind(StrEnum):
    """What a column holds."""

    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    DATE = "date"
    BOOLEAN = "boolean"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a department's schema; bounds only for numbers."""

    name: str
    kind: Kind
    is_required: bool = False
    min: Decimal | None = None
    max: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """One good row: whose it is, which of several, as of when, and its values as text."""

    line: int
    id_number: str
    item: str
    as_of: date
    values: dict[str, str]

    @property
    def sha256(self) -> str:
        """The hash of the content, the identity number included, as the department can check."""
        content = {
            "id_number": self.id_number, "item": self.item, "as_of": self.as_of.isoformat(),
            "values": self.values,
        }  # fmt: skip
        text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


def schema(rows: Iterable[Mapping[str, Any]]) -> tuple[Column, ...]:
    """
    Return the columns that stored rows mean.

    :raises ValueError: for a kind that does not exist, or a name that is taken
    """
    columns = tuple(
        Column(
            name=str(row["name"]),
            kind=Kind(row["type"]),
            is_required=bool(row.get("required")),
            min=Decimal(row["min"]) if row.get("min") is not None else None,
            max=Decimal(row["max"]) if row.get("max") is not None else None,
        )
        for row in rows
    )
    names = [column.name for column in columns]
    if not names or len({*names, *FIXED}) != len(names) + len(FIXED):
        raise ValueError(f"names must be given once: {names}")
    return columns


def missing(columns: Sequence[Column], header: Iterable[str]) -> list[str]:
    """Return the columns that a file ought to have and has not."""
    there = set(header)
    wanted = [ID_NUMBER, *(column.name for column in columns if column.is_required)]
    return [name for name in wanted if name not in there]


def check(
    line: int, cells: Mapping[str, str], columns: Sequence[Column], today: date
) -> tuple[Record | None, list[Reject]]:
    """Return a row as a record, or what is wrong with it, every fault once."""
    rejects: list[Reject] = []

    def refuse(field: str, value: str, expected: str, reason: Reason) -> None:
        # A wrong identity number may be nearly a right one: it is not written to a file.
        shown = "…" if field == ID_NUMBER else value
        rejects.append(Reject(line, field, shown, expected, reason))

    number = cells.get(ID_NUMBER, "").strip().upper()
    if not is_id_number(number):
        refuse(ID_NUMBER, number, "18 characters with a right check digit", Reason.MALFORMED_ID)
    as_of = today
    if stated := cells.get(AS_OF, "").strip():
        day = _day(stated)
        if day is None:
            refuse(AS_OF, stated, "a date such as 2026-01-31", Reason.NOT_A_DATE)
        elif day > today:
            refuse(AS_OF, stated, f"at the latest {today}", Reason.FUTURE)
        else:
            as_of = day
    values = {}
    for column in columns:
        value = cells.get(column.name, "").strip()
        fault = _fault(column, value)
        if fault is not None:
            refuse(column.name, value, *fault)
        elif value:
            values[column.name] = _normal(column, value)
    if rejects:
        return None, rejects
    item = cells.get(ITEM, "").strip()[:80] or "-"
    return Record(line, number, item, as_of, values), []


def checked(
    rows: Rows, columns: Sequence[Column], today: date
) -> tuple[list[Record], list[Reject]]:
    """Return a block's good rows as records, and what is wrong with the others, by line."""
    good, bad = [], list(rows.rejects)
    names = [*FIXED, *(column.name for column in columns)]
    cells = {name: rows.columns[name].to_pylist() for name in names if name in rows.columns}
    for at, line in enumerate(rows.lines.tolist()):
        texts = {name: _text(column[at]) for name, column in cells.items()}
        record, faults = check(line, texts, columns, today)
        bad += faults
        if record is not None:
            good.append(record)
    return good, sorted(bad, key=lambda reject: reject.line)


def _text(cell: Any) -> str:
    """Parquet types its cells; a file of text does not."""
    return "" if cell is None else str(cell)


def rows_hash(hashes: Iterable[str]) -> str:
    """Return the SHA-256 of content hashes in ascending order, one a line."""
    return hashlib.sha256("".join(f"{each}\n" for each in sorted(hashes)).encode()).hexdigest()


def _fault(column: Column, value: str) -> tuple[str, Reason] | None:
    if not value:
        return ("a value", Reason.MISSING) if column.is_required else None
    match column.kind:
        case Kind.TEXT:
            if len(value) > LONGEST_TEXT:
                return f"at most {LONGEST_TEXT} characters", Reason.VALUE_TOO_LONG
        case Kind.DATE:
            if _day(value) is None:
                return "a date such as 2026-01-31", Reason.NOT_A_DATE
        case Kind.BOOLEAN:
            if value.lower() not in _FLAGS:
                return "yes, no, 1, 0, 是, 否", Reason.STATUS
        case _:
            return _number_fault(column, value)
    return None


def _number_fault(column: Column, value: str) -> tuple[str, Reason] | None:
    number = _number(value)
    if number is None:
        return "a number", Reason.NOT_A_NUMBER
    if column.kind is Kind.INTEGER and number != number.to_integral_value():
        return "a whole number", Reason.TOO_PRECISE
    low, high = column.min, column.max
    if (low is not None and number < low) or (high is not None and number > high):
        return f"{'' if low is None else low} to {'' if high is None else high}", Reason.ABSURD
    return None


_FLAGS = {"1": "true", "是": "true", "yes": "true", "true": "true"}
_FLAGS |= {"0": "false", "否": "false", "no": "false", "false": "false"}


def _normal(column: Column, value: str) -> str:
    match column.kind:
        case Kind.BOOLEAN:
            return _FLAGS[value.lower()]
        case Kind.DATE:
            return str(_day(value))
        case Kind.INTEGER | Kind.DECIMAL:
            return f"{_number(value):f}"
        case _:
            return value


def _day(value: str) -> date | None:
    try:
        return date.fromisoformat(value[:10].replace("/", "-"))
    except ValueError:
        return None


def _number(value: str) -> Decimal | None:
    try:
        number = Decimal(value.replace(",", ""))
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number) < Decimal(10) ** 15 else None
