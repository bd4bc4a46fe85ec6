"""A policy's figures at, below and above their limits."""

import copy
from decimal import Decimal

import pytest

from rural.rules import policy as policies
from rural.rules.policy import InvalidPolicy, problems, ranges, read
from tests.rural.capacity import example

SHIPPED = example.policy().to_json()


def changed(path: str, value):
    data = copy.deepcopy(SHIPPED)
    *way, last = path.split("/")
    spot = data
    for name in way:
        spot = spot[name]
    spot[last] = type(spot[last])(value) if isinstance(spot[last], int) else str(value)
    return data


def pointers(data) -> set[str]:
    return {each.pointer for each in problems(read(data))}


WHOLE = {
    "horizon_min",
    "horizon_max",
    "stress/delay_months",
    "due_after_sale_months",
    "due_every",
    "due_day",
    "valid_days",
    "kept_years",
}
# Held against each other as well as against their range.
PAIRED = {"horizon_min", "horizon_max", "burden_rate", "burden_stop_rate"}


class TestRanges:
    def test_the_shipped_policy_is_sound(self):
        assert list(problems(example.policy())) == []

    @pytest.mark.parametrize(("path", "low", "high"), ranges())
    def test_each_figure_may_be_at_its_limits_and_not_beyond(self, path, low, high):
        beyond = Decimal(1) if path in WHOLE else Decimal("0.0001")

        assert f"/{path}" in pointers(changed(path, low - beyond))
        assert f"/{path}" in pointers(changed(path, high + beyond))
        if path not in PAIRED:
            assert pointers(changed(path, low)) == set()
            assert pointers(changed(path, high)) == set()

    @pytest.mark.parametrize(
        ("path", "value", "pointer"),
        [
            ("horizon_max", 11, "/horizon_max"),
            ("burden_stop_rate", "0.39", "/burden_stop_rate"),
        ],
    )
    def test_figures_that_contradict_each_other_are_named(self, path, value, pointer):
        assert pointers(changed(path, value)) == {pointer}

    @pytest.mark.parametrize(
        ("field", "value"),
        [("cash_rate", "0"), ("cash_rate", "1.01"), ("base_amount", "-1"),
         ("base_amount", "100000001")],
    )  # fmt: skip
    def test_a_grade_out_of_range_is_named(self, field, value):
        data = copy.deepcopy(SHIPPED)
        data["grades"][1][field] = value

        assert pointers(data) == {f"/grades/1/{field}"}

    def test_a_policy_without_grades_lends_to_nobody_and_is_refused(self):
        assert pointers({**SHIPPED, "grades": []}) == {"/grades"}

    @pytest.mark.parametrize("months", [[0], [13]])
    def test_a_month_that_no_year_has_is_named(self, months):
        assert pointers({**SHIPPED, "wage_idle_months": months}) == {"/wage_idle_months/0"}

    def test_spending_must_be_given_out_whole(self):
        spending = [{"item": "tuition", "months": [{"month": 9, "share": "0.9"}]}]

        assert pointers({**SHIPPED, "spending": spending}) == {"/spending/0/months"}


class TestRead:
    @pytest.mark.parametrize(
        ("field", "value"),
        [("burden_rate", 0.4), ("burden_rate", "NaN"), ("burden_rate", "forty"),
         ("horizon_min", "12"), ("grades", {}), ("stress", [])],
    )  # fmt: skip
    def test_a_figure_of_another_type_is_refused(self, field, value):
        with pytest.raises(InvalidPolicy, match=field):
            read({**SHIPPED, field: value})

    def test_a_missing_and_an_unknown_field_are_refused(self):
        missing = {name: value for name, value in SHIPPED.items() if name != "debt_rate"}

        with pytest.raises(InvalidPolicy, match="debt_rate"):
            read(missing)
        with pytest.raises(InvalidPolicy, match="theta"):
            read({**SHIPPED, "theta": "0.7"})

    def test_it_reads_back_as_it_was_written(self):
        assert policies.read(SHIPPED) == example.policy()
