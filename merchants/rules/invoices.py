"""What a good invoice row is, checked for many rows at once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import partial

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from merchants.rules.cells import Mask, days, mapped, minor_units, text
from merchants.rules.columns import PURCHASE, SALE
from tenancy.rules.delimited import Rows
from tenancy.rules.rejects import Reason, Reject

EARLIEST = date(1990, 1, 1)
# In whole currency units: more than any one invoice of a small firm, by far.
LARGEST_AMOUNT = 10**12
# The tax bureau rounds net and tax separately.
GROSS_TOLERANCE = Decimal("0.02")
LONGEST_KEY = 64

_STATUS = {
    **dict.fromkeys(("有效发票", "有效", "valid", "normal", "正常", ""), False),
    **dict.fromkeys(("作废发票", "作废", "void", "voided", "cancelled"), True),
}
_DIRECTION = {
    **dict.fromkeys((SALE, "sales", "销项", "out"), SALE),
    **dict.fromkeys((PURCHASE, "purchases", "进项", "in"), PURCHASE),
}


@dataclass(frozen=True, slots=True)
class Expectation:
    """
    What rows must fit.

    `columns` maps our names to the file's, `direction` is that of all rows ("" when a column
    says it), `on` is the last day that is not in the future, `exponent` the currency's decimals.
    """

    columns: Mapping[str, str]
    direction: str
    on: date
    currency: str
    exponent: int


@dataclass(frozen=True, slots=True)
class Checked:
    """
    The good rows, as arrays of one length; amounts in minor units.

    A number carries its invoice code in front where the file has one ("3300194130-15212483"),
    because the tax bureau numbers invoices within a code.
    """

    lines: npt.NDArray[np.int64]
    firm: pa.Array
    direction: pa.Array
    number: pa.Array
    issued_on: pa.Array
    counterparty: pa.Array
    net: npt.NDArray[np.int64]
    tax: npt.NDArray[np.int64]
    gross: npt.NDArray[np.int64]
    is_void: npt.NDArray[np.bool_]
    rejects: tuple[Reject, ...]

    def table(self) -> pa.Table:
        """The good rows as a table, `line` first."""
        return pa.table(
            {
                "line": self.lines,
                "firm": self.firm,
                "direction": self.direction,
                "number": self.number,
                "issued_on": self.issued_on,
                "counterparty": self.counterparty,
                "net": self.net,
                "tax": self.tax,
                "gross": self.gross,
                "is_void": self.is_void,
            }
        )


@dataclass(slots=True)
class _Faults:
    """Gathers the faults of one block of rows."""

    rows: Rows
    columns: Mapping[str, str]
    bad: Mask
    found: list[Reject] = field(default_factory=list)

    def add(
        self, where: Mask, ours: str, expected: str | Callable[[int], str], reason: Reason
    ) -> None:
        """Set the rows aside; an expectation that differs by row is given as a function of it."""
        if not where.any():
            return
        name = self.columns[ours]
        column = self.rows.columns[name]
        for row in np.flatnonzero(where).tolist():
            value = column[row].as_py()
            shown = "" if value is None else str(value)
            wanted = expected(row) if callable(expected) else expected
            self.found.append(Reject(int(self.rows.lines[row]), name, shown, wanted, reason))
        self.bad |= where


def check(rows: Rows, expectation: Expectation) -> Checked:
    """
    Separate good rows from bad ones; every fault of a bad row is named.

    Rows that could not even be read are passed on among the rejects.

    Void invoices and credit notes (negative amounts) are good rows and stay what they are.
    """
    count = len(rows.lines)
    faults = _Faults(rows, expectation.columns, np.zeros(count, dtype=bool))
    firm = _key(faults, "firm", "the firm's code")
    number = _key(faults, "number", "the invoice's number")
    if "code" in expectation.columns:
        code = _key(faults, "code", "the invoice's code", may_be_empty=True)
        joined = pc.binary_join_element_wise(code, number, "-")
        number = pc.if_else(pc.equal(code, ""), number, joined)
    counterparty = _key(faults, "counterparty", "the other party's code")
    issued_on = _issued_on(faults, expectation.on)
    net, tax, gross = _amounts(faults, expectation)
    is_void = _is_void(faults)
    direction = _direction(faults, expectation.direction)
    _currency(faults, expectation.currency)
    keep = ~faults.bad
    return Checked(
        rows.lines[keep],
        firm.filter(keep),
        direction.filter(keep),
        number.filter(keep),
        pa.array(issued_on[keep]),
        counterparty.filter(keep),
        net[keep],
        tax[keep],
        gross[keep],
        is_void[keep],
        (*rows.rejects, *faults.found),
    )


def _key(faults: _Faults, ours: str, expected: str, *, may_be_empty: bool = False) -> pa.Array:
    values = text(faults.rows.columns[faults.columns[ours]])
    if not may_be_empty:
        missing = pc.equal(values, "").to_numpy(zero_copy_only=False)
        faults.add(missing, ours, expected, Reason.MISSING)
    nul = pc.match_substring(values, "\0").to_numpy(zero_copy_only=False)
    faults.add(nul, ours, "text without NUL characters", Reason.NUL)
    long = pc.greater(pc.utf8_length(values), LONGEST_KEY).to_numpy(zero_copy_only=False)
    faults.add(long, ours, f"at most {LONGEST_KEY} characters", Reason.VALUE_TOO_LONG)
    return values


def _issued_on(faults: _Faults, on: date) -> npt.NDArray[np.datetime64]:
    issued_on, readable = days(faults.rows.columns[faults.columns["issued_on"]])
    faults.add(~readable, "issued_on", "a date such as 2020-01-31", Reason.NOT_A_DATE)
    # Comparisons with NaT are false, so an unreadable date is not also too old.
    late = issued_on > np.datetime64(on)
    faults.add(late, "issued_on", f"on or before {on}", Reason.FUTURE)
    early = issued_on < np.datetime64(EARLIEST)
    faults.add(early, "issued_on", f"on or after {EARLIEST}", Reason.TOO_OLD)
    return issued_on


def _amounts(faults: _Faults, expectation: Expectation) -> tuple[npt.NDArray[np.int64], ...]:
    exponent = expectation.exponent
    limit = LARGEST_AMOUNT * 10**exponent
    comparable = np.ones(len(faults.rows.lines), dtype=bool)
    found = []
    for ours in ("net", "tax", "gross"):
        column = faults.rows.columns[faults.columns[ours]]
        amount, readable, exact = minor_units(column, exponent)
        absurd = readable & (np.abs(amount) > limit)
        faults.add(~readable, ours, "a number such as 1234.50", Reason.NOT_A_NUMBER)
        faults.add(absurd, ours, f"at most {LARGEST_AMOUNT:,} either way", Reason.ABSURD)
        precise = readable & ~absurd & ~exact
        faults.add(precise, ours, f"at most {exponent} decimals", Reason.TOO_PRECISE)
        comparable &= readable & ~absurd & exact
        found.append(np.where(absurd, 0, amount))
    net, tax, gross = found
    tolerance = int(GROSS_TOLERANCE.scaleb(exponent))
    apart = comparable & (np.abs(net + tax - gross) > tolerance)
    faults.add(apart, "gross", partial(_sum, net + tax, exponent), Reason.UNBALANCED)
    return net, tax, gross


def _sum(total: npt.NDArray[np.int64], exponent: int, row: int) -> str:
    return f"{total[row] / 10**exponent:.{exponent}f} within {GROSS_TOLERANCE}"


def _is_void(faults: _Faults) -> npt.NDArray[np.bool_]:
    if "status" not in faults.columns:
        return np.zeros(len(faults.rows.lines), dtype=bool)
    column = faults.rows.columns[faults.columns["status"]]
    meanings, index = mapped(column, lambda value: _STATUS.get(value.casefold()))
    unknown = np.array([meaning is None for meaning in [*meanings, None]])[index]
    faults.add(unknown, "status", "有效发票 (valid) or 作废发票 (void)", Reason.STATUS)
    return np.array([bool(meaning) for meaning in [*meanings, None]])[index]


def _direction(faults: _Faults, direction: str) -> pa.Array:
    if direction or "direction" not in faults.columns:
        return pa.array([direction] * len(faults.rows.lines), pa.string())
    column = faults.rows.columns[faults.columns["direction"]]
    meanings, index = mapped(column, lambda value: _DIRECTION.get(value.casefold()))
    unknown = np.array([meaning is None for meaning in [*meanings, None]])[index]
    faults.add(unknown, "direction", "sale or purchase", Reason.DIRECTION)
    return pa.array([*meanings, None], pa.string()).take(pa.array(index))


def _currency(faults: _Faults, currency: str) -> None:
    if "currency" not in faults.columns:
        return
    column = faults.rows.columns[faults.columns["currency"]]
    names = {"", currency, *(("RMB", "人民币") if currency == "CNY" else ())}
    meanings, index = mapped(column, lambda value: value.upper() in names)
    foreign = ~np.array([*meanings, False])[index]
    faults.add(foreign, "currency", currency, Reason.CURRENCY)
