"""Columns of a file turned into typed arrays, with the cells that could not be set aside."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

T = TypeVar("T")
Mask = npt.NDArray[np.bool_]

_DATE = re.compile(
    r"(\d{4})(?:-(\d{1,2})-(\d{1,2})|/(\d{1,2})/(\d{1,2})|\.(\d{1,2})\.(\d{1,2})"
    r"|年(\d{1,2})月(\d{1,2})日|(\d{2})(\d{2}))(?:[ T]00:00(?::00(?:\.0+)?)?)?"
)
# A sign, digits with or without thousands separators, decimals. No exponents, no currency signs.
_NUMBER = r"^[+-]?(\d+|\d{1,3}(,\d{3})+)(\.\d*)?$"
_BEYOND_INT64 = 9.0e18


def text(column: pa.Array) -> pa.Array:
    """Return the column as text without surrounding white space; null becomes empty."""
    column = column if pa.types.is_string(column.type) else column.cast(pa.string())
    return pc.fill_null(pc.utf8_trim_whitespace(column), "")


def mapped(column: pa.Array, meaning: Callable[[str], T]) -> tuple[list[T], npt.NDArray[Any]]:
    """
    Work out each distinct text once.

    :return: the meanings, and for each row the index of its meaning
    """
    encoded = pc.dictionary_encode(text(column))
    meanings = [meaning(value) for value in encoded.dictionary.to_pylist()]
    return meanings, encoded.indices.to_numpy(zero_copy_only=False)


def days(column: pa.Array) -> tuple[npt.NDArray[np.datetime64], Mask]:
    """
    Read dates: 2020-01-31, 2020/1/31, 2020.1.31, 20200131, 2020年1月31日, or typed ones.

    :return: days (NaT where unreadable), and where they are readable
    """
    if pa.types.is_date(column.type) or pa.types.is_timestamp(column.type):
        typed = pc.cast(column, pa.date32(), safe=False)
        found = typed.to_numpy(zero_copy_only=False).astype("datetime64[D]")
    else:
        meanings, index = mapped(column, _day)
        meanings = [*meanings, None]
        found = np.array(meanings, dtype="datetime64[D]")[index]
    return found, ~np.isnat(found)


def _day(value: str) -> date | None:
    match = _DATE.fullmatch(value)
    if match is None:
        return None
    year, month, day = (int(part) for part in match.groups() if part is not None)
    try:
        return date(year, month, day)
    except ValueError:
        return None


def minor_units(column: pa.Array, exponent: int) -> tuple[npt.NDArray[np.int64], Mask, Mask]:
    """
    Read amounts as whole minor units (fen for CNY), exactly for up to 15 significant digits.

    :return: amounts (0 where unreadable), where they are readable, and where they have no more
        decimals than the currency
    """
    if pa.types.is_floating(column.type) or pa.types.is_integer(column.type):
        values = pc.fill_null(pc.cast(column, pa.float64()), np.nan)
        number = values.to_numpy(zero_copy_only=False)
    else:
        number = _numbers(text(column))
    scaled = number * 10.0**exponent
    readable = np.isfinite(scaled)
    scaled = np.where(readable, scaled, 0.0)
    whole = np.rint(scaled)
    # A double next to an amount of a trillion is 0.016 fen away, hence the relative part.
    exact = np.abs(scaled - whole) <= np.maximum(1e-4, np.abs(scaled) * 4e-16)
    fits = np.clip(whole, -_BEYOND_INT64, _BEYOND_INT64)
    return fits.astype(np.int64), readable, exact


def _numbers(column: pa.Array) -> npt.NDArray[np.float64]:
    """Texts as doubles, NaN where they are none; a double holds 15 digits exactly."""
    column = pc.replace_substring(column, "−", "-")
    good = pc.match_substring_regex(column, _NUMBER)
    column = pc.if_else(good, pc.replace_substring(column, ",", ""), pa.scalar(None, pa.string()))
    values = pc.fill_null(pc.cast(column, pa.float64()), np.nan)
    found: npt.NDArray[np.float64] = values.to_numpy(zero_copy_only=False)
    return found
