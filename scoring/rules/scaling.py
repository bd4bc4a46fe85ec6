"""
Odds to points and back: 650 points are 15 goods to one bad, and 50 points double the odds.

raw = A + F·ln(odds), F = PDO/ln 2, A = 650 − F·ln 15. So 950 is 960:1 (PD 0.104 %) and 350 is
15:64 (PD 81.0 %). The same two constants serve every card, so 700 means the same odds for a
person, a firm and a farm. Computed in Decimal: its logarithm is the same on every machine.
"""

from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from functools import lru_cache

LOWEST = 350
HIGHEST = 950
ANCHOR_SCORE = 650
ANCHOR_ODDS = 15
POINTS_TO_DOUBLE_ODDS = 50

FACTOR = POINTS_TO_DOUBLE_ODDS / Decimal(2).ln()
OFFSET = ANCHOR_SCORE - FACTOR * Decimal(ANCHOR_ODDS).ln()

# Half-open, lowest first: a score of exactly 600 is "good".
BANDS: tuple[tuple[str, int], ...] = (
    ("poor", 350),
    ("fair", 550),
    ("good", 600),
    ("very_good", 650),
    ("excellent", 700),
)

_PD_PLACES = Decimal("0.000001")


@lru_cache(maxsize=4096)
def pd_of(raw: int) -> Decimal:
    """Return the probability of default of an unclamped total, to six places."""
    with localcontext() as context:
        context.prec = 28
        odds = ((raw - OFFSET) / FACTOR).exp()
        return (1 / (1 + odds)).quantize(_PD_PLACES, ROUND_HALF_EVEN)


def raw_of(pd: Decimal) -> Decimal:
    """Return the unclamped, unrounded points of a probability of default in (0, 1)."""
    with localcontext() as context:
        context.prec = 28
        return OFFSET + FACTOR * ((1 - pd) / pd).ln()


def clamp(raw: int) -> int:
    """Return the total kept inside 350–950."""
    return min(HIGHEST, max(LOWEST, raw))


def band_of(score: int) -> str:
    """Return the band of a clamped score."""
    code = BANDS[0][0]
    for name, start in BANDS:
        if score >= start:
            code = name
    return code
