"""Numbers that people read out on the telephone, derived from the id: no counter to wait for."""

from __future__ import annotations

from datetime import date
from uuid import UUID

# Crockford's base 32: no I, L, O or U, so nothing is misheard or misread.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_DIGITS = 8


def human_number(prefix: str, on: date, key: UUID) -> str:
    """
    Return such as "A-261122-7KQ2-M9XD": what it is, its day, and 40 bits of its id.

    Two rows of one day share a number once in 10^12 pairs; the unique constraint then refuses
    the second, and its sender tries again.
    """
    bits = key.int & ((1 << (5 * _DIGITS)) - 1)
    tail = "".join(_ALPHABET[(bits >> shift) & 31] for shift in range(5 * (_DIGITS - 1), -1, -5))
    return f"{prefix}-{on:%y%m%d}-{tail[:4]}-{tail[4:]}"
