"""An application's package in words: what a bank's people read of what its programs get."""

import pytest
from django.utils import translation

from partners.admin.package_words import name_of, shown


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("amount", {"amount": "11300.00", "currency": "CNY"}, "CN¥11,300.00"),
        ("rate_annual", "0.12", "12.00 %"),
        ("ratio_bp", 7000, "70.00 %"),
        ("crops", [], "–"),
        ("due_dates", ["2027-01-20"], "<ol><li>2027-01-20</li></ol>"),
        ("parcels", [{"mu": "14"}], "<ol><li><ul><li>Area, mu: 14</li></ul></li></ol>"),
        ("origin", {"not_known_here": None}, "<ul><li>not known here: –</li></ul>"),
        ("comments", ["<b>"], "<ol><li>&lt;b&gt;</li></ol>"),
    ],
    ids=["money", "rate", "part", "none", "days", "parts", "unnamed", "escaped"],
)
def test_values_are_shown_as_people_read_them(name: str, value: object, words: str) -> None:
    assert shown(name, value) == words


def test_names_are_in_the_reader_s_language() -> None:
    with translation.override("zh-hans"):
        assert name_of("crops") == "作物"
