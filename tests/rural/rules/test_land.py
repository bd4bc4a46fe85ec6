"""The area of walked land, and where two pieces are one."""

from __future__ import annotations

from decimal import Decimal
from math import cos, hypot, pi, sin

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rural.rules import land
from rural.rules.forms import boundary
from rural.rules.forms.boundary import Corner

HERE = (38.19, 116.12)


def around(
    radii: list[float], turned: float = 0, east: float = 0, north: float = 0
) -> list[Corner]:
    """Land seen from a point inside, its corners so many metres off at even angles."""
    step = 2 * pi / len(radii)
    flat = [
        (r * cos(turned + n * step) + east, r * sin(turned + n * step) + north)
        for n, r in enumerate(radii)
    ]
    return [laid(x, y) for x, y in flat]


def laid(x: float, y: float) -> Corner:
    """The place so many metres east and north of here, by the lengths of a degree here."""
    return HERE[0] + y / 111_000.1, HERE[1] + x / 87_606.1


def field(*corners: tuple[float, float]) -> list[Corner]:
    return [laid(x, y) for x, y in corners]


SQUARE = field((0, 0), (100, 0), (100, 100), (0, 100))
L_SHAPE = field((0, 0), (200, 0), (200, 100), (100, 100), (100, 200), (0, 200))
lands = st.lists(st.floats(20, 200), min_size=3, max_size=12)


class TestArea:
    @pytest.mark.parametrize(
        ("latitude", "lat_metres", "lon_metres"),
        [(0, 110574.3, 111319.5), (30, 110852.4, 96486.3), (45, 111131.8, 78846.8)],
    )
    def test_is_that_of_the_ellipsoids_degrees(
        self, latitude: float, lat_metres: float, lon_metres: float
    ) -> None:
        # Lengths of a degree of WGS 84 as geodetic tables give them.
        low, high = latitude - 0.0005, latitude + 0.0005
        ring = [(low, 116.0), (high, 116.0), (high, 116.001), (low, 116.001)]

        assert boundary.square_metres(ring) == pytest.approx(
            lat_metres * lon_metres / 10**6, rel=1e-5
        )

    @pytest.mark.parametrize(
        ("ring", "mu"),
        [(SQUARE, "15.00"), (L_SHAPE, "45.00"), (SQUARE[:3], "7.50"), (SQUARE[:2] * 2, "0.00")],
        ids=["a hectare", "an L", "half a hectare", "a line"],
    )
    def test_in_mu(self, ring: list[Corner], mu: str) -> None:
        assert boundary.mu(ring) == Decimal(mu)

    @given(lands, st.integers(0, 11))
    def test_is_the_same_from_any_corner_and_either_way_round(
        self, radii: list[float], start: int
    ) -> None:
        ring = around(radii)
        other = [*ring[start % len(ring) :], *ring[: start % len(ring)]]

        assert boundary.square_metres(other) == pytest.approx(boundary.square_metres(ring))
        assert boundary.square_metres(ring[::-1]) == pytest.approx(boundary.square_metres(ring))

    @given(lands, st.floats(0, 2 * pi), st.floats(-2000, 2000), st.floats(-2000, 2000))
    def test_does_not_change_if_the_land_is_turned_and_moved(
        self, radii: list[float], turned: float, east: float, north: float
    ) -> None:
        moved = around(radii, turned, east, north)

        # A metre east is fewer degrees further north: some parts in a thousand over two km.
        assert boundary.square_metres(moved) == pytest.approx(
            boundary.square_metres(around(radii)), rel=2e-3
        )

    @given(lands, st.floats(-60, 60))
    def test_does_not_change_along_a_parallel(self, radii: list[float], degrees: float) -> None:
        ring = around(radii)
        moved = [(lat, lon + degrees) for lat, lon in ring]

        assert boundary.square_metres(moved) == pytest.approx(
            boundary.square_metres(ring), rel=1e-7
        )


class TestCrossing:
    @given(lands)
    def test_does_not_happen_to_land_seen_from_inside(self, radii: list[float]) -> None:
        assert not boundary.is_crossed(around(radii))

    @pytest.mark.parametrize("bent", [[0, 2, 1, 3], [0, 1, 3, 2], [1, 3, 2, 0]])
    def test_of_corners_in_the_wrong_order(self, bent: list[int]) -> None:
        assert boundary.is_crossed([SQUARE[place] for place in bent])


class TestShare:
    @pytest.mark.parametrize(
        ("other", "part"),
        [
            (field((50, 0), (150, 0), (150, 100), (50, 100)), 0.5),
            (field((100, 0), (200, 0), (200, 100), (100, 100)), 0),
            (field((500, 0), (600, 0), (600, 100), (500, 100)), 0),
            (field((10, 10), (20, 10), (20, 20), (10, 20)), 1),
            (field((0, 0), (100, 0), (100, 100)), 1),
            (field((-50, -50), (150, -50), (150, 150), (-50, 150)), 1),
        ],
        ids=["half", "neighbours", "far off", "inside", "half of it", "around it"],
    )
    def test_is_of_the_smaller_piece(self, other: list[Corner], part: float) -> None:
        assert land.share(SQUARE, other) == pytest.approx(part, abs=1e-6)
        assert land.share(other, SQUARE) == pytest.approx(part, abs=1e-6)

    def test_leaves_out_what_an_inward_corner_leaves_out(self) -> None:
        notch = field((100, 100), (200, 100), (200, 200), (100, 200))

        assert land.share(L_SHAPE, notch) == pytest.approx(0, abs=1e-6)

    @given(lands, lands, st.floats(-300, 300))
    def test_lies_between_nothing_and_all(
        self, one: list[float], two: list[float], east: float
    ) -> None:
        a, b = around(one), around(two, east=east)

        assert 0 <= land.share(a, b) <= 1
        assert land.share(a, b) == pytest.approx(land.share(b[::-1], a), abs=1e-3)

    @given(lands)
    def test_is_all_of_itself(self, radii: list[float]) -> None:
        assert land.share(around(radii), around(radii)) == pytest.approx(1)


class TestDistance:
    @pytest.mark.parametrize(
        ("place", "metres"),
        [((50, 50), 0), ((150, 50), 50), ((50, -50), 50), ((130, 140), 50), ((150, 150), 71)],
        ids=["inside", "east", "south", "off a corner", "off the corner too"],
    )
    def test_to_a_square(self, place: tuple[float, float], metres: float) -> None:
        assert land.metres_off(SQUARE, laid(*place)) == pytest.approx(metres, rel=0.01, abs=0.01)

    def test_in_the_notch_of_an_l(self) -> None:
        assert land.metres_off(L_SHAPE, laid(150, 150)) == pytest.approx(50, rel=0.01)
        assert land.metres_off(L_SHAPE, laid(50, 150)) == 0

    @given(st.floats(-300, 300), st.floats(-300, 300))
    def test_is_less_than_to_any_corner(self, x: float, y: float) -> None:
        off = land.metres_off(SQUARE, laid(x, y))

        assert off <= min(hypot(x - a, y - b) for a in (0, 100) for b in (0, 100)) * 1.01 + 0.01
