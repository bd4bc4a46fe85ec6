"""The order of a day's visits: always on to the nearest place not yet visited."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import asin, cos, radians, sin, sqrt
from typing import TypeVar

K = TypeVar("K")
# Mean radius, IUGG.
EARTH_KM = 6371.0088


@dataclass(frozen=True, slots=True)
class Place:
    """A point in degrees (WGS 84)."""

    lat: Decimal
    lon: Decimal


def kilometres(a: Place, b: Place) -> float:
    """Return the great-circle distance (haversine); an order of places needs no exact decimals."""
    lat_a, lon_a, lat_b, lon_b = (radians(float(x)) for x in (a.lat, a.lon, b.lat, b.lon))
    chord = sin((lat_b - lat_a) / 2) ** 2
    chord += cos(lat_a) * cos(lat_b) * sin((lon_b - lon_a) / 2) ** 2
    return 2 * EARTH_KM * asin(min(1.0, sqrt(chord)))


def ordered(start: Place | None, stops: Sequence[tuple[K, Place | None]]) -> list[K]:
    """
    Return the stops' keys in the order to visit them; those without a place come last, as given.

    Without a start the first placed stop begins. Ties go to the stop named first.
    """
    open_stops = [(key, place) for key, place in stops if place is not None]
    lost = [key for key, place in stops if place is None]
    here, way = start, []
    while open_stops:
        at = here or open_stops[0][1]
        nearest = min(open_stops, key=lambda stop: kilometres(at, stop[1]))
        open_stops.remove(nearest)
        way.append(nearest[0])
        here = nearest[1]
    return way + lost
