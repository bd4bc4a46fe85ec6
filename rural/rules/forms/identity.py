"""Chinese ID numbers and mobile numbers."""

from __future__ import annotations

import re

from rural.rules.forms.expressions import birth_of

MOBILE = re.compile(r"1[3-9][0-9]{9}")
MASKED = re.compile(r"[0-9]{3}\*{4,11}[0-9X]{4}")
_SHAPE = re.compile(r"[0-9]{17}[0-9X]")
_WEIGHTS = tuple(2 ** (17 - place) % 11 for place in range(17))


def is_id_number(value: str) -> bool:
    """
    Return whether a number is well formed: 18 characters, a real birthday, the right check digit.

    GB 11643-1999; the check digit is ISO 7064 MOD 11-2.
    """
    return (
        bool(_SHAPE.fullmatch(value))
        and birth_of(value) is not None
        and (check_digit(value[:17]) == value[17])
    )


def check_digit(digits: str) -> str:
    """Return the eighteenth character that belongs to the first seventeen digits."""
    total = sum(int(digit) * weight for digit, weight in zip(digits, _WEIGHTS, strict=True))
    return "10X98765432"[total % 11]
