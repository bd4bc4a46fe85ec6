"""A piece of land by the corners that were walked to: its area, and whether it is one piece."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from itertools import combinations
from math import cos, radians, sin
from typing import Any

from rural.rules.forms.distance import place

Corner = tuple[float, float]

FEWEST_CORNERS = 3
MOST_CORNERS = 100
# The ellipsoid of WGS 84: its equatorial radius in metres, the square of its eccentricity.
_RADIUS_METRES = 6_378_137.0
_ECCENTRICITY_SQUARED = 0.006_694_379_990_14
# 1 mu is 2000/3 m².
_MU_PER_SQUARE_METRE = 3 / 2000
_CENT = Decimal("0.01")


def corners(points: Sequence[Corner]) -> list[Corner]:
    """Return the corners in degrees, latitude first; one taken twice in a row counts once."""
    return [each for number, each in enumerate(points) if each != points[number - 1]]


def square_metres(ring: Sequence[Corner]) -> float:
    """
    Return the area within corners, whichever way round they were walked.

    The shoelace formula in degrees, times the area of a square degree at the middle latitude:
    the product of the ellipsoid's radii of curvature along and across the meridian and the
    cosine (Snyder, Map Projections: A Working Manual, USGS 1395, 1987, p. 24). Exact to a
    millionth for what can be walked in a day.
    """
    north, east = ring[0]
    middle = radians(sum(lat for lat, _ in ring) / len(ring))
    doubled = sum(
        (a_lon - east) * (b_lat - north) - (b_lon - east) * (a_lat - north)
        for (a_lat, a_lon), (b_lat, b_lon) in edges(ring)
    )
    flattened = 1 - _ECCENTRICITY_SQUARED * sin(middle) ** 2
    radii = _RADIUS_METRES**2 * (1 - _ECCENTRICITY_SQUARED) / flattened**2
    return abs(doubled) / 2 * radians(1) ** 2 * radii * cos(middle)


def mu(ring: Sequence[Corner]) -> Decimal:
    """Return the area within corners in mu, to two places."""
    exact = square_metres(ring) * _MU_PER_SQUARE_METRE
    return Decimal(repr(exact)).quantize(_CENT, rounding=ROUND_HALF_UP)


def is_crossed(ring: Sequence[Corner]) -> bool:
    """Return whether two sides cross or touch, so that nobody can say what lies within."""
    sides = list(enumerate(edges(ring)))
    last = len(sides) - 1
    return any(
        _meet(*a, *b)
        for (i, a), (j, b) in combinations(sides, 2)
        if j - i > 1 and not (i == 0 and j == last)
    )


def area_of(value: Any) -> Decimal | None:
    """Return the mu of an answer that is a boundary, None if it is none."""
    if not isinstance(value, list):
        return None
    places = [place(each) for each in value if isinstance(each, Mapping)]
    found = [each for each in places if each is not None]
    if len(found) < len(value):
        return None
    ring = corners(found)
    is_land = len(ring) >= FEWEST_CORNERS and not is_crossed(ring)
    return mu(ring) if is_land else None


def edges(ring: Sequence[Corner]) -> Iterator[tuple[Corner, Corner]]:
    """Give each side, from corner to corner and back to the first."""
    for number, corner in enumerate(ring):
        yield corner, ring[(number + 1) % len(ring)]


def _turn(a: Corner, b: Corner, c: Corner) -> float:
    """Positive if the way from a by b to c turns one way, negative the other, 0 straight on."""
    return (b[1] - a[1]) * (c[0] - a[0]) - (b[0] - a[0]) * (c[1] - a[1])


def _meet(a: Corner, b: Corner, c: Corner, d: Corner) -> bool:
    """Whether the sides a–b and c–d have a point in common; in degrees, as on the device."""
    abc, abd, cda, cdb = _turn(a, b, c), _turn(a, b, d), _turn(c, d, a), _turn(c, d, b)
    if (abc > 0) != (abd > 0) and (cda > 0) != (cdb > 0) and abc and abd and cda and cdb:
        return True
    return (
        (abc == 0 and _between(a, b, c))
        or (abd == 0 and _between(a, b, d))
        or (cda == 0 and _between(c, d, a))
        or (cdb == 0 and _between(c, d, b))
    )


def _between(a: Corner, b: Corner, c: Corner) -> bool:
    return all(min(p, q) <= r <= max(p, q) for p, q, r in zip(a, b, c, strict=True))
