"""Whether two pieces of land are partly one, and whether somebody stood on a piece of land."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import cos, hypot, radians

from rural.rules.forms.boundary import Corner, edges
from rural.rules.forms.distance import EARTH_METRES

# Neighbours' boundaries overlap by what two phones err at the same corner: some metres along a
# side. A tenth of the smaller piece is more than that.
SHARED_RATE = 0.1
# How far off a piece of land its photo may have been taken (rural.md §3.5, F2).
OFF_METRES = 50

_Point = tuple[float, float]


def share(a: Sequence[Corner], b: Sequence[Corner]) -> float:
    """
    Return which part of the smaller piece belongs to both, from 0 to 1.

    A piece is the signed sum of the triangles from one point to each of its sides, so what two
    pieces have in common is the signed sum of what their triangles have in common.
    """
    origin = a[0]
    first, second = [[_flat(corner, origin) for corner in ring] for ring in (a, b)]
    smaller = min(abs(_area(first)), abs(_area(second)))
    if not smaller or _apart(first, second):
        return 0.0
    both = sum(
        sign * other_sign * _common(triangle, other)
        for triangle, sign in _fan(first)
        for other, other_sign in _fan(second)
        if not _apart(triangle, other)
    )
    return min(abs(both) / smaller, 1.0)


def metres_off(ring: Sequence[Corner], place: Corner) -> float:
    """Return how far a place is from a piece of land; 0 within it."""
    around = [_flat(corner, place) for corner in ring]
    if _holds_origin(around):
        return 0.0
    return min(_distance(a, b) for a, b in edges(around))


def _flat(corner: Corner, origin: Corner) -> _Point:
    """Metres to the east and the north of an origin that is not far."""
    across = radians(corner[1] - origin[1]) * cos(radians(origin[0]))
    return EARTH_METRES * across, EARTH_METRES * radians(corner[0] - origin[0])


def _area(ring: Sequence[_Point]) -> float:
    """Positive if walked against the clock."""
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in edges(ring)) / 2


def _apart(a: Sequence[_Point], b: Sequence[_Point]) -> bool:
    return any(
        max(p[axis] for p in a) <= min(q[axis] for q in b)
        or max(q[axis] for q in b) <= min(p[axis] for p in a)
        for axis in (0, 1)
    )


def _fan(ring: Sequence[_Point]) -> Iterator[tuple[list[_Point], int]]:
    """Give the triangles from the origin to each side, against the clock, with their signs."""
    for a, b in edges(ring):
        turn = _area([(0.0, 0.0), a, b])
        if turn:
            yield [(0.0, 0.0), *((a, b) if turn > 0 else (b, a))], 1 if turn > 0 else -1


def _common(a: Sequence[_Point], b: Sequence[_Point]) -> float:
    """The area that two triangles have in common: the one cut along the other's sides."""
    left = list(a)
    for start, end in edges(b):
        left = _cut(left, start, end)
        if not left:
            return 0.0
    return _area(left)


def _cut(ring: Sequence[_Point], start: _Point, end: _Point) -> list[_Point]:
    """Keep what lies to the left of a line (Sutherland and Hodgman, CACM 17, 1974)."""
    kept = []
    for a, b in edges(ring):
        here, there = _area([start, end, a]), _area([start, end, b])
        if here >= 0:
            kept.append(a)
        if (here > 0) != (there > 0) and here and there:
            part = here / (here - there)
            kept.append((a[0] + part * (b[0] - a[0]), a[1] + part * (b[1] - a[1])))
    return kept


def _holds_origin(ring: Sequence[_Point]) -> bool:
    """Whether a line from the origin to the east crosses an odd number of sides."""
    crossings = [
        a[0] + (b[0] - a[0]) * a[1] / (a[1] - b[1])
        for a, b in edges(ring)
        if (a[1] > 0) != (b[1] > 0)
    ]
    return sum(x > 0 for x in crossings) % 2 == 1


def _distance(a: _Point, b: _Point) -> float:
    """Metres from the origin to a side."""
    along = (b[0] - a[0], b[1] - a[1])
    length = along[0] ** 2 + along[1] ** 2
    part = -(a[0] * along[0] + a[1] * along[1]) / length if length else 0.0
    part = min(max(part, 0.0), 1.0)
    return hypot(a[0] + part * along[0], a[1] + part * along[1])
