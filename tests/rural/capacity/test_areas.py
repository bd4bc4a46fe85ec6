"""Mu that count, and when somebody must explain."""

from datetime import date
from decimal import Decimal

import pytest

from rural.rules.adjustments import Notes, Why
from rural.rules.areas import Area, Parcel, Right, registered, used
from tests.rural.capacity import example


def mu(crop: str = "corn", **sources) -> tuple[Decimal, list]:
    area = Area(**{name: _value(value) for name, value in sources.items()})
    notes = Notes("corn", [])
    return used(area, crop, example.policy(), notes), notes.rows


def _value(value):
    return value if isinstance(value, str) and not value[0].isdigit() else Decimal(value)


class TestUsed:
    @pytest.mark.parametrize(
        ("sources", "expected"),
        [
            ({"declared": "30"}, "30"),
            ({"declared": "30", "registered": "29"}, "29"),
            ({"declared": "30", "registered": "31"}, "30"),
            ({"declared": "30", "polygon": "28", "registered": "29"}, "28"),
            ({"declared": "30", "seen": "27", "seen_confidence": "0.90"}, "27"),
            ({"declared": "30", "seen": "27", "seen_confidence": "0.8999"}, "30"),
        ],
    )
    def test_the_smallest_source_counts(self, sources, expected):
        assert mu(**sources)[0] == Decimal(expected)

    @pytest.mark.parametrize(
        ("polygon", "asks"), [("27", False), ("26.99", True), ("33", False), ("33.01", True)]
    )
    def test_more_than_a_tenth_apart_asks_for_a_comment(self, polygon, asks):
        _mu, notes = mu(declared="30", polygon=polygon)

        assert [note.asks_comment for note in notes if note.why is Why.AREA_DIFFERS] == (
            [True] * asks
        )

    @pytest.mark.parametrize(
        ("confidence", "seen", "blocks"),
        [("0.95", "corn", False), ("0.95", "rice", True), ("0.5", "rice", False)],
    )
    def test_another_crop_seen_for_sure_blocks(self, confidence, seen, blocks):
        _mu, notes = mu(declared="30", seen="30", seen_confidence=confidence, seen_crop=seen)

        assert any(note.blocks for note in notes) == blocks


class TestRegistered:
    def test_own_and_leased_land_less_what_is_leased_out(self):
        parcels = [
            Parcel(Right.CONTRACTED, Decimal(10)),
            Parcel(Right.LEASED_IN, Decimal(20), date(2026, 10, 5)),
            Parcel(Right.LEASED_OUT, Decimal(4)),
        ]

        assert registered(parcels, date(2026, 10, 5)) == 26
        # The lease ends the day before the harvest.
        assert registered(parcels, date(2026, 10, 6)) == 6

    def test_it_is_never_below_nothing(self):
        assert registered([Parcel(Right.LEASED_OUT, Decimal(4))], date(2026, 10, 5)) == 0
