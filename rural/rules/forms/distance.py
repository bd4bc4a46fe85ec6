"""Where a place is, and how far two are from each other."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from math import asin, cos, radians, sin, sqrt
from typing import Any

EARTH_METRES = 6_371_000
_DEGREES = re.compile(r"-?[0-9]{1,3}(\.[0-9]{1,15})?")


def place(value: Mapping[str, Any]) -> tuple[float, float] | None:
    """Return latitude and longitude of a point or photo, None if it has none."""
    lat, lon = value.get("lat"), value.get("lon")
    if not _is_degrees(lat, 90) or not _is_degrees(lon, 180):
        return None
    return float(str(lat)), float(str(lon))


def metres(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Return the great-circle distance of two points, latitude and longitude in degrees."""
    up, across = radians(b[0] - a[0]), radians(b[1] - a[1])
    h = sin(up / 2) ** 2 + cos(radians(a[0])) * cos(radians(b[0])) * sin(across / 2) ** 2
    return 2 * EARTH_METRES * asin(sqrt(min(1.0, h)))


def _is_degrees(value: Any, limit: int) -> bool:
    if not isinstance(value, str) or not _DEGREES.fullmatch(value):
        return False
    return abs(Decimal(value)) <= limit
