"""Buckets, the five classes and the bureau's symbols, at their very edges."""

from datetime import date

import pytest

from lending.queries.classification import profiles
from lending.rules.classification import (
    AssetClass,
    NoProfile,
    bucket,
    bureau_symbol,
    in_force,
    worst,
)

ON = date(2026, 1, 5)


@pytest.mark.parametrize(
    ("days", "name", "symbol"),
    [
        (0, "M0", "N"), (1, "M1", "1"), (30, "M1", "1"), (31, "M2", "2"), (60, "M2", "2"),
        (61, "M3", "3"), (90, "M3", "3"), (91, "M4", "4"), (120, "M4", "4"), (121, "M5", "5"),
        (150, "M5", "5"), (151, "M6", "6"), (180, "M6", "6"), (181, "M7", "7"), (999, "M7", "7"),
    ],
)  # fmt: skip
def test_bucket_and_bureau_symbol_count_the_same_months(days, name, symbol):
    assert (bucket(days), bureau_symbol(days)) == (name, symbol)


def test_what_a_guarantor_paid_shows_as_such():
    assert bureau_symbol(120, is_compensated=True) == "D"
    assert bureau_symbol(0, is_closed=True, is_compensated=True) == "C"


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (0, "normal"), (1, "special_mention"), (90, "special_mention"), (91, "substandard"),
        (270, "substandard"), (271, "doubtful"), (360, "doubtful"), (361, "loss"),
    ],
)  # fmt: skip
def test_five_classes_in_china(days, expected):
    assert in_force(profiles("CN"), on=ON).classify(days) == expected


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (0, "normal"), (1, "sma_0"), (30, "sma_0"), (31, "sma_1"), (60, "sma_1"), (61, "sma_2"),
        (90, "sma_2"), (91, "npa"), (361, "npa"),
    ],
)  # fmt: skip
def test_special_mention_accounts_in_india(days, expected):
    profile = in_force(profiles("IN"), on=ON)
    assert (profile.classify(days), profile.level) == (expected, "borrower")


def test_a_law_has_its_own_classes():
    assert [each.value for each in in_force(profiles("CN"), on=ON).classes] == [
        "normal", "special_mention", "substandard", "doubtful", "loss",
    ]  # fmt: skip
    assert [each.value for each in in_force(profiles("IN"), on=ON).classes] == [
        "normal", "sma_0", "sma_1", "sma_2", "npa",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("days", "expected"), [(90, "special_mention"), (120, "substandard"), (121, "doubtful"),
                           (180, "doubtful"), (181, "loss")],
)  # fmt: skip
def test_cards_have_a_profile_of_their_own(days, expected):
    assert in_force(profiles("CN"), on=ON, applies_to="credit_card").classify(days) == expected


def test_a_profile_binds_from_its_first_day():
    with pytest.raises(NoProfile):
        in_force(profiles("CN"), on=date(2023, 6, 30))
    assert in_force(profiles("CN"), on=date(2023, 7, 1)).code == "CN-CLASS-2023"


def test_a_jurisdiction_without_rules_has_none():
    assert profiles("ZZ") == ()


def test_one_borrower_has_the_worst_of_his_classes():
    assert worst([AssetClass.NORMAL, AssetClass.DOUBTFUL]) is AssetClass.DOUBTFUL
    assert worst([]) is AssetClass.NORMAL
