"""Rows of the exchanged files: by hand, and any that Hypothesis can think of."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from functools import cache
from typing import Any

from hypothesis import strategies as st

from partners.rules.files import cells, kinds
from partners.rules.files.kinds import REPAY_DETAIL, FileKind
from partners.rules.files.names import FileName
from partners.rules.files.reading import Reading, read
from partners.rules.files.rows import RepayDetail, Row, TransactionType
from partners.rules.files.writing import write

DAY = date(2027, 1, 20)
NAME = FileName("bank-a", REPAY_DETAIL, DAY, 1)


def receipt(txn_id: str = "R-1", **changes: Any) -> RepayDetail:
    """The first instalment of the 12-instalment table: 916.80, the bank has 70 %."""
    row = RepayDetail(
        txn_id=txn_id,
        loan_no="L-1",
        partner_loan_no="B-1",
        instalment_no=1,
        due_date=DAY,
        paid_at=datetime(2027, 1, 20, 9, 15, 2, tzinfo=timezone(timedelta(hours=8))),
        value_date=DAY,
        channel="sandbox",
        channel_ref="P-1",
        currency="CNY",
        total_amt=Decimal("916.80"),
        principal=Decimal("766.80"),
        interest=Decimal("150.00"),
        penalty=Decimal("0.00"),
        fee=Decimal("0.00"),
        partner_principal=Decimal("536.76"),
        partner_interest=Decimal("105.00"),
        partner_penalty=Decimal("0.00"),
        partner_fee=Decimal("0.00"),
        own_amt=Decimal("275.04"),
        dpd_before=0,
        dpd_after=0,
        txn_type=TransactionType.NORMAL,
        reversal_of="",
    )
    return replace(row, **changes)


def content(rows: Sequence[Row], name: FileName = NAME) -> bytes:
    return write(name, rows).content


def reading(raw: bytes, name: FileName = NAME, *, block: int = 1 << 16) -> Reading:
    blocks = (raw[start : start + block] for start in range(0, len(raw), block))
    return read(blocks, name)


def _words(cell: cells.Words) -> st.SearchStrategy[str]:
    characters = st.characters(
        codec="utf-8",
        categories=("L", "N", "P", "S", "Zs"),
    )
    return st.text(characters, min_size=int(cell.required), max_size=min(cell.longest, 20))


_MOMENTS = st.datetimes(
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=8)), timezone(timedelta(hours=-3))])
)


def values(cell: cells.Cell) -> st.SearchStrategy[Any]:
    """Any value of a column."""
    match cell:
        case cells.Words():
            return _words(cell)
        case cells.Number(places=places):
            return st.decimals(Decimal(-(10**9)), Decimal(10**9), places=places, allow_nan=False)
        case cells.Whole():
            return st.integers(-9999, 99999)
        case cells.Day():
            return st.dates()
        case cells.Moment():
            return _MOMENTS
        case cells.OneOf(words=words):
            return st.sampled_from(list(words))
        case cells.Maybe(cell=inner):
            return st.none() | values(inner)
    raise TypeError(cell)


@cache
def rows(kind: FileKind) -> st.SearchStrategy[list[Row]]:
    """Any rows of a kind, each with a key of its own."""
    row: Callable[..., Row] = kind.row
    one = st.builds(row, **{name: values(cell) for name, cell in kind.cells.items()})
    return st.lists(one, max_size=3, unique_by=kind.key_of)


ANY_KIND = st.sampled_from(list(kinds.KINDS.values()))
