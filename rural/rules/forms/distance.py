"""How far two places are from each other."""

from math import asin, cos, radians, sin, sqrt

EARTH_METRES = 6_371_000


def metres(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Return the great-circle distance of two points, latitude and longitude in degrees."""
    up, across = radians(b[0] - a[0]), radians(b[1] - a[1])
    h = sin(up / 2) ** 2 + cos(radians(a[0])) * cos(radians(b[0])) * sin(across / 2) ** 2
    return 2 * EARTH_METRES * asin(sqrt(min(1.0, h)))
