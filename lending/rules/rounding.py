"""How a currency's amounts are rounded; the only place in the engine that rounds money."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
MODES = {
    "HALF_UP": ROUND_HALF_UP,
    "HALF_EVEN": ROUND_HALF_EVEN,
    "UP": ROUND_CEILING,
    "DOWN": ROUND_FLOOR,
}


@dataclass(frozen=True, slots=True)
class Rounding:
    """
    The smallest unit of money, the mode, and how an instalment is rounded.

    `unit` is normally the currency's minor unit, but may be coarser (multiples of 100). The
    default mode is HALF_UP, because it is what PostgreSQL's `round(numeric, int)` does: an
    accrual summed in SQL then equals the engine's to the cent. `instalment_multiple` rounds the
    equal instalment to whole units with its own mode (some lenders always round it up); the last
    one takes the rest.
    """

    unit: Decimal = CENT
    mode: str = "HALF_UP"
    instalment_multiple: Decimal | None = None
    instalment_mode: str = "HALF_UP"

    def __post_init__(self) -> None:
        for mode in (self.mode, self.instalment_mode):
            if mode not in MODES:
                raise ValueError(f"rounding mode {mode!r} is not one of {', '.join(MODES)}")
        if self.unit <= 0:
            raise ValueError("rounding unit must be positive")

    def money(self, amount: Decimal) -> Decimal:
        """Round an amount to the unit."""
        return rounded(amount, self.unit, self.mode)

    def down(self, amount: Decimal) -> Decimal:
        """Round an amount to the unit, never up: what a receipt can cover in full."""
        return rounded(amount, self.unit, "DOWN")

    def instalment(self, amount: Decimal) -> Decimal:
        """Round an equal instalment: to its multiple where one is set, else to the unit."""
        if self.instalment_multiple is None:
            return self.money(amount)
        return rounded(amount, self.instalment_multiple, self.instalment_mode)


def rounded(amount: Decimal, unit: Decimal, mode: str) -> Decimal:
    """Round to a multiple of any unit; for powers of ten the exponent of the unit is kept."""
    if unit.as_tuple().digits == (1,):
        exact = amount.quantize(unit, MODES[mode])
        return exact if unit <= 1 else exact.quantize(Decimal(1))
    return (amount / unit).quantize(Decimal(1), MODES[mode]) * unit
