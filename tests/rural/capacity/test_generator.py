"""Invented households: always the same for a seed, accepted by the forms' own rules."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from config.home import ROOT
from rural.rules import generator
from rural.rules.forms import checking, definitions
from rural.rules.forms.findings import Context
from rural.rules.generator import Files, Usual

AT = datetime(2026, 1, 5, 12, tzinfo=UTC)
WHEAT = Usual("wheat", Decimal("471.86"), Decimal("2.3564"), Decimal("460.13"))
CORN = Usual("corn", Decimal("427.78"), Decimal("2.0052"), Decimal("488.06"))
CONTEXT = Context("officer", date(2026, 1, 5), AT)


def files(name: str) -> Files:
    return Files(AT, Decimal("38.19"), Decimal("116.12"), name, draw=str.encode)


def form(code: str):
    return definitions.parse(json.loads(Path(ROOT, f"rural/forms/{code}.json").read_text()))


def filled(seed: int, count: int = 30):
    for person in generator.people(seed, count):
        f1 = generator.household(
            person, files(person.phone), village="130929203201", colleague="sun", year=2026
        )
        f2 = [
            generator.crop(person, files(person.phone), usual, harvest_year=2026, seed=seed)
            for usual in (WHEAT, CORN)
        ]
        yield f1, f2


class TestGenerator:
    @pytest.mark.parametrize("seed", [1, 2, 3])
    def test_the_forms_accept_every_household(self, seed):
        for f1, crops in filled(seed):
            assert checking.check(form("F1"), f1, CONTEXT).errors == []
            for f2 in crops:
                assert checking.check(form("F2"), f2, CONTEXT).errors == []

    def test_the_same_seed_gives_the_same_households(self):
        assert list(filled(7)) == list(filled(7))
        assert list(filled(7)) != list(filled(8))

    def test_no_two_are_namesakes(self):
        """The intake takes namesakes of one village for one household, and asks an officer."""
        people = list(generator.people(1, 600))

        assert len({person.name for person in people}) == 600

    def test_each_is_marked_and_is_nobody(self):
        people = list(generator.people(1, 100))

        assert {person.id_number[:6] for person in people} == {"999999"}
        assert len({person.id_number for person in people}) == 100
        assert all("synthetic" in f1["remarks"] for f1, _crops in filled(1))

    def test_yields_lie_around_the_benchmark_and_some_beyond_the_cap(self):
        shares = [
            Decimal(f2["expected_yield"]) / WHEAT.yield_kg_mu
            for _f1, crops in filled(1, 200)
            for f2 in crops[:1]
        ]

        assert Decimal("0.97") < sum(shares) / len(shares) < Decimal("1.09")
        assert any(share > Decimal("1.1") for share in shares)
