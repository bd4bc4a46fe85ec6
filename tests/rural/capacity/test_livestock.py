"""Animals: the vectors of rural.md §3.2 and what disease does."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from rural.rules.adjustments import Notes, Why
from rural.rules.capacity import assess
from rural.rules.livestock import Batch, FatteningHerd, HerdBenchmark, YieldingHerd, fattening
from tests.rural.capacity import example

PIGS = Batch(
    head=60,
    mortality=Decimal("0.05"),
    weight_in=Decimal(15),
    weight_out=Decimal(115),
    price_yuan_kg=Decimal("15.0"),
    young_price=Decimal(400),
    fcr=Decimal("2.8"),
    feed_price=Decimal("3.2"),
    vet_per_head=Decimal(60),
)
USUAL = HerdBenchmark(
    Decimal("15.0"), Decimal("0.05"), Decimal("2.8"), Decimal(400), Decimal("3.2"), Decimal(60)
)


def herd(**changes) -> FatteningHerd:
    facts = {
        "species": "pig",
        "label": "60 pigs",
        "batch": PIGS,
        "starts_on": date(2026, 6, 1),
        "cycle_days": 150,
        "every_days": 150,
        "batches": 2,
        "payment_days": 0,
        "benchmark": USUAL,
    }
    return FatteningHerd(**{**facts, **changes})


def hens(**changes) -> YieldingHerd:
    facts = {
        "species": "layer",
        "label": "1000 hens",
        "head": 1000,
        "rate": Decimal(80),
        "usual_rate": Decimal(80),
        "output_month": Decimal("1.4"),
        "price_yuan": Decimal("9.00"),
        "cost_month": Decimal("10.50"),
        "starts_on": date(2026, 5, 1),
        "payment_days": 0,
        "benchmark": HerdBenchmark(Decimal("9.00")),
    }
    return YieldingHerd(**{**facts, **changes})


class TestBatch:
    @pytest.mark.parametrize(
        ("changes", "margin"),
        [
            ({}, Decimal("18309")),
            ({"price_yuan_kg": Decimal("12.75")}, Decimal("3560.25")),
            ({"mortality": Decimal("0.30")}, Decimal("-846")),
        ],
    )
    def test_sixty_pigs_bring_what_the_domain_text_says(self, changes, margin):
        assert replace(PIGS, **changes).margin == margin

    def test_revenue_and_cost_stand_apart(self):
        assert (PIGS.revenue, PIGS.cost) == (Decimal("98325"), Decimal("80016"))

    def test_no_more_than_all_of_them_die(self):
        assert PIGS.with_deaths(Decimal(2)).revenue == 0


class TestFattening:
    def flows(self, **changes):
        notes = Notes("pigs", [])
        made = fattening(herd(**changes), example.policy(), example.START, notes)
        return made, notes.rows

    def test_the_months_add_up_to_the_batches(self):
        made, _notes = self.flows()

        assert sum(each.amount for each in made.receipts) == 2 * PIGS.revenue
        assert sum(each.amount for each in made.costs) == 2 * PIGS.cost

    def test_a_batch_is_sold_after_its_cycle_and_paid_after_the_buyers_days(self):
        made, _notes = self.flows(payment_days=60)

        assert [each.month for each in made.receipts] == [date(2026, 12, 1), date(2027, 5, 1)]

    def test_a_better_price_than_usual_is_capped_and_fewer_deaths_are_raised(self):
        lucky = replace(PIGS, price_yuan_kg=Decimal(20), mortality=Decimal("0.005"))

        made, notes = self.flows(batch=lucky)

        assert made.receipts[0].amount == PIGS.revenue
        assert {row.why for row in notes} == {Why.PRICE_CAPPED, Why.MORTALITY_RAISED}

    @pytest.mark.parametrize(
        ("price", "asks"), [("280", False), ("279", True), ("520", False), ("521", True)]
    )
    def test_a_figure_30_percent_off_the_usual_asks_for_a_comment(self, price, asks):
        _made, notes = self.flows(batch=replace(PIGS, young_price=Decimal(price)))

        assert [row.asks_comment for row in notes] == [True] * asks


class TestScenarios:
    def codes(self, **changes) -> list[str]:
        found = assess(example.case(crops=(), **changes), example.policy())
        return [row.code for row in found.scenarios]

    def test_disease_is_a_scenario_of_its_own(self):
        assert "S5" in self.codes(batches=(herd(),))

    def test_insured_livestock_skips_it(self):
        assert "S5" not in self.codes(batches=(herd(is_insured=True),))
        assert "S5" not in self.codes(herds=(hens(is_insured=True),))

    def test_uninsured_pigs_bring_less_when_disease_comes(self):
        found = assess(example.case(crops=(), batches=(herd(),)), example.policy())
        rows = {row.code: row for row in found.scenarios}

        # Two batches: the margin of each falls from 18,309 to -846.
        assert rows["base"].surplus - rows["S5"].surplus == 2 * (18309 + 846)

    def test_hens_pay_every_quarter(self):
        found = assess(example.case(crops=(), herds=(hens(),)), example.policy())

        assert {due.month % 3 for due in found.dues} == {0}
        assert sum(due.share for due in found.dues) == 1
