"""
How much of a portfolio a guarantee covers, against the cap that law or agreement sets.

The cover stays while the portfolio is paid down, so its ratio grows by itself: 50,000 on
1,000,000 is 5.00 %, and 5.56 % when 900,000 is left (co-lending.md §2.8). Alerts come before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

WHOLE_BP = 10_000


@dataclass(frozen=True, slots=True)
class Cover:
    """Cover and what it covers; ratio in basis points, exactly; `alerts_bp` are those reached."""

    amount: Decimal
    outstanding: Decimal
    ratio_bp: Decimal
    alerts_bp: tuple[int, ...]
    is_breached: bool

    @property
    def percent(self) -> Decimal:
        """The ratio in per cent, as it is told."""
        return (self.ratio_bp / 100).quantize(Decimal("0.01"), ROUND_HALF_UP)


def measure(
    amount: Decimal,
    outstanding: Decimal,
    *,
    cap_bp: int | None,
    alerts_bp: Sequence[int] = (),
) -> Cover:
    """
    Hold cover against what is outstanding; with nothing outstanding any cover is too much.

    :param cap_bp: the highest ratio that is allowed, None for no cap; at the cap is within it
    """
    if outstanding:
        ratio = amount * WHOLE_BP / outstanding
    else:
        ratio = Decimal("Infinity") if amount else Decimal(0)
    return Cover(
        amount=amount,
        outstanding=outstanding,
        ratio_bp=ratio,
        alerts_bp=tuple(sorted(each for each in alerts_bp if ratio >= each)),
        is_breached=cap_bp is not None and ratio > cap_bp,
    )
