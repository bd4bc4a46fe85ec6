"""Every number of the worked example of rural.md §3.6, and its four counter-tests."""

from dataclasses import replace
from decimal import ROUND_HALF_EVEN, Decimal

import pytest

from rural.rules.areas import Parcel, Right
from rural.rules.capacity import Verdict, assess
from rural.rules.due_dates import Due
from rural.rules.household import Debt
from tests.rural.capacity import example


def yuan(amount: Decimal) -> int:
    """As the domain text prints amounts: whole yuan, halves to even."""
    return int(amount.quantize(Decimal(1), ROUND_HALF_EVEN))


@pytest.fixture(scope="module")
def assessment():
    return assess(example.case(), example.policy())


class TestPublishedNumbers:
    @pytest.mark.parametrize(
        ("scenario", "receipts", "payments", "surplus"),
        [
            ("base", 119_713, 93_425, 26_287),
            ("S1", 106_818, 93_425, 13_393),
            ("S2", 110_042, 93_425, 16_617),
            ("S3", 105_538, 93_425, 12_112),
            ("S4", 119_713, 93_425, 26_287),
        ],
    )
    def test_each_scenario_has_its_receipts_payments_and_surplus(
        self, assessment, scenario, receipts, payments, surplus
    ):
        row = next(each for each in assessment.scenarios if each.code == scenario)

        assert (yuan(row.receipts), yuan(row.payments), yuan(row.surplus)) == (
            receipts,
            payments,
            surplus,
        )

    def test_there_is_no_scenario_for_livestock_that_it_does_not_have(self, assessment):
        assert [each.code for each in assessment.scenarios] == ["base", "S1", "S2", "S3", "S4"]

    @pytest.mark.parametrize(
        ("code", "allows"),
        [
            ("T1", Decimal("93700")),
            ("T2", Decimal("28395.77")),  # 28,300 in steps of 100
            ("T3", Decimal("24797.64")),  # 35,425.20 × 70 %; 24,700 in steps of 100
            ("T4", Decimal("90000.00")),
            ("T5", Decimal("125408.79")),  # 125,409 in whole yuan
            ("T6", Decimal("200000")),
        ],
    )
    def test_each_test_allows_its_amount(self, assessment, code, allows):
        assert next(t.amount for t in assessment.tests if t.code == code) == allows

    def test_amounts_from_15500_to_93700_keep_cash_above_zero(self, assessment):
        assert assessment.feasible_from == 15_500
        assert assessment.feasible_to == 93_700

    def test_the_limit_is_24700_and_the_purpose_binds(self, assessment):
        assert (assessment.verdict, assessment.binding) == (Verdict.LEND, "T3")
        assert assessment.limit == 24_700

    def test_it_falls_due_in_january_and_august_by_halves(self, assessment):
        assert assessment.dues == (Due(8, Decimal("0.5")), Due(15, Decimal("0.5")))
        assert assessment.horizon == 16

    def test_the_instalments_are_14326_and_13214(self, assessment):
        january, august = assessment.instalments

        assert (january.principal, january.interest) == (Decimal(12_350), Decimal("1976.00"))
        assert yuan(january.total) == 14_326
        # 12,350 + 864.50: the document prints the half down, to even.
        assert august.total == Decimal("13214.50")
        assert yuan(august.total) == 13_214

    def test_every_change_to_a_declared_figure_is_visible(self, assessment):
        rows = {(a.subject, a.item): (a.declared, a.used) for a in assessment.adjustments}

        assert rows == {
            ("corn 2026", "yield"): (Decimal(500), Decimal("470.558")),
            ("corn 2026", "price"): (Decimal("2.20"), Decimal("2.0052")),
            ("household", "wage son"): (Decimal(38_500), Decimal("20790.00")),
            ("wheat 2026", "costs"): (Decimal("6824.40"), Decimal(0)),
        }

    def test_the_delay_scenario_sets_the_smallest_amount(self):
        too_little = replace(example.case(), minimum=Decimal(100))
        policy = example.policy()

        # 70 % of the input need is lowered until it falls under 15,500.
        verdict = assess(too_little, replace(policy, purpose_rate=Decimal("0.43"))).verdict

        assert verdict is Verdict.TOO_SMALL

    def test_the_tightest_month_is_may_before_the_second_wheat_without_half_the_wages(
        self, assessment
    ):
        tightest = assessment.tightest

        assert (tightest.scenario, tightest.month) == ("S3", 12)
        assert tightest.cash == Decimal("3915.89")


class TestCounterTests:
    def test_a_higher_declared_yield_than_110_percent_changes_nothing(self, assessment):
        boast = example.corn(yield_kg_mu=Decimal(900))
        case = example.case(crops=(example.wheat(2025), boast, example.wheat(2026)))

        louder = assess(case, example.policy())

        assert (louder.limit, louder.tests) == (assessment.limit, assessment.tests)

    def test_a_debt_of_1000_a_month_leaves_no_amount_that_passes(self):
        debts = (Debt("bank", Decimal(16_000), Decimal(1_000)),)
        found = assess(example.case(home=example.home(debts=debts)), example.policy())

        assert found.feasible_to is not None
        assert found.feasible_to < found.feasible_from
        assert (found.verdict, found.binding) == (Verdict.ILLIQUID, "T1")
        assert found.limit == 0
        # Half the wages are gone: that is where the cash runs out, whatever is lent.
        lost = next(row for row in found.scenarios if row.code == "S3")
        assert min(month.cash for month in lost.months) < 0

    @pytest.mark.parametrize("months", [(8, 12), (5, 12)])
    def test_a_due_date_before_the_wheat_harvest_fails(self, assessment, months):
        dues = tuple(Due(month, Decimal("0.5")) for month in months)

        moved = assess(example.case(dues=dues), example.policy())

        assert moved.feasible_to is not None
        assert moved.feasible_to < assessment.limit
        assert moved.limit < assessment.limit

    def test_a_due_date_before_the_corn_is_sold_needs_a_larger_loan_to_survive(self, assessment):
        dues = (Due(5, Decimal("0.5")), Due(15, Decimal("0.5")))

        moved = assess(example.case(dues=dues), example.policy())

        # The wheat of June carries it; what is left for May is less.
        assert moved.feasible_from == 19_800
        assert moved.feasible_to == 96_100
        assert moved.tightest.cash < assessment.tightest.cash

    def test_land_that_is_leased_out_is_not_counted(self, assessment):
        parcels = (*example.PARCELS, Parcel(Right.LEASED_OUT, Decimal(6)))
        crops = tuple(
            replace(each, area=example.area(each.sales[0].month, parcels))
            for each in example.case().crops
        )

        less = assess(example.case(crops=crops), example.policy())

        assert less.scenarios[0].receipts < assessment.scenarios[0].receipts
        assert {a.used for a in less.adjustments if a.item == "area"} == {Decimal(24)}
        assert less.ceiling < assessment.ceiling
