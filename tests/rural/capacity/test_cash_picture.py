"""The cash chart: a picture that says in words and in marks what binds."""

import re
from dataclasses import replace
from decimal import Decimal
from xml.etree import ElementTree

import pytest

from rural.rules.capacity import assess
from rural.rules.cash_picture import Words, svg
from tests.rural.capacity import example

SVG = "{http://www.w3.org/2000/svg}"
WORDS = Words("Cash <month>", "Least & last", {"base": "As expected"}, "least")


@pytest.fixture(scope="module")
def found():
    return assess(example.case(), example.policy())


@pytest.fixture(scope="module")
def picture(found):
    return ElementTree.fromstring(svg(found.scenarios, found.tightest, example.START, WORDS))


class TestChart:
    def test_it_draws_a_line_for_every_scenario(self, found, picture):
        lines = picture.findall(f"{SVG}polyline")

        assert len(lines) == len(found.scenarios) == 5
        assert {len(line.get("points", "").split()) for line in lines} == {16}
        # Told apart without colour.
        assert len({line.get("stroke-dasharray") for line in lines}) == 5

    def test_it_says_in_words_what_it_shows(self, picture):
        title, description = picture.find(f"{SVG}title"), picture.find(f"{SVG}desc")

        assert title.text == "Cash <month>"
        assert description.text == "Least & last"
        assert picture.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"

    def test_it_marks_the_tightest_month(self, picture):
        texts = [text.text for text in picture.findall(f"{SVG}text")]

        assert "least 2027-05 · S3 · 3,916" in texts
        assert len(picture.findall(f"{SVG}circle")) == 1

    def test_no_line_leaves_the_picture(self, picture):
        for line in picture.findall(f"{SVG}polyline"):
            for point in line.get("points", "").split():
                x, y = map(Decimal, point.split(","))
                assert 0 <= x <= 560
                assert 0 <= y <= 300

    def test_the_same_figures_give_the_same_bytes(self, found):
        once = svg(found.scenarios, found.tightest, example.START, WORDS)

        assert once == svg(found.scenarios, found.tightest, example.START, WORDS)
        assert not re.search(r"style=|<script|on\w+=", once)

    def test_a_household_without_any_cash_is_drawn_too(self, found):
        nothing = replace(
            found.scenarios[0],
            months=tuple(replace(m, cash=Decimal(0)) for m in found.scenarios[0].months),
        )

        ElementTree.fromstring(svg((nothing,), found.tightest, example.START, WORDS))
