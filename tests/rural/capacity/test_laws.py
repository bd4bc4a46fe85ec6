"""Laws of the capacity assessment, on households that nobody thought of."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from rural.rules.areas import Parcel, Right
from rural.rules.capacity import Case, Verdict, assess, prepare, read
from rural.rules.cashflow import BASE, scenarios
from rural.rules.household import Debt
from rural.rules.liquidity import instalments
from tests.rural.capacity import example
from tests.rural.capacity.test_livestock import hens, herd

POLICY = example.policy()
yuan = st.integers(0, 60_000).map(Decimal)
rates = st.decimals("0", "0.24", places=3)


@st.composite
def cases(draw) -> Case:
    """Households of wheat and corn with more or less land, wages, savings, debts and animals."""
    mu = Decimal(draw(st.integers(1, 200)))
    parcels = (Parcel(Right.CONTRACTED, mu),)
    crops = tuple(
        replace(
            each,
            area=replace(example.area(date(2027, 6, 1), parcels), declared=mu),
            yield_kg_mu=Decimal(draw(st.integers(100, 700))),
        )
        for each in example.case().crops
    )
    base = example.home()
    home = replace(
        base,
        earners=(replace(base.earners[0], annual_income=draw(yuan)),),
        assets=(replace(base.assets[0], value=draw(yuan)), *base.assets[1:]),
        debts=(Debt("bank", draw(yuan), Decimal(draw(st.integers(0, 1_500)))),),
    )
    return example.case(
        crops=crops,
        home=home,
        annual_rate=draw(rates),
        grade=draw(st.sampled_from(["AAA", "AA", "A"])),
        batches=draw(st.sampled_from([(), (herd(),), (herd(is_insured=True),)])),
        herds=draw(st.sampled_from([(), (hens(),)])),
    )


class TestLaws:
    @given(case=cases())
    def test_the_limit_is_a_multiple_of_100_under_every_test(self, case):
        found = assess(case, POLICY)

        assert found.limit % 100 == 0
        assert all(found.limit <= max(test.amount, Decimal(0)) for test in found.tests)
        assert (found.limit > 0) == (found.verdict is Verdict.LEND)

    @given(case=cases(), monthly=st.integers(1, 3_000).map(Decimal), balance=yuan)
    def test_more_debt_never_raises_the_limit(self, case, monthly, balance):
        debts = (*case.home.debts, Debt("more", balance, monthly))
        deeper = replace(case, home=replace(case.home, debts=debts))

        assert assess(deeper, POLICY).limit <= assess(case, POLICY).limit

    @given(case=cases(), times=st.integers(2, 20))
    def test_a_yield_above_the_cap_changes_nothing(self, case, times):
        capped = tuple(
            replace(each, yield_kg_mu=each.benchmark.yield_kg_mu * Decimal("1.1"))
            for each in case.crops
        )
        louder = tuple(replace(each, yield_kg_mu=each.yield_kg_mu * times) for each in capped)

        quiet = assess(replace(case, crops=capped), POLICY)

        assert assess(replace(case, crops=louder), POLICY).tests == quiet.tests

    @given(case=cases())
    def test_with_the_limit_cash_never_runs_out(self, case):
        found = assess(case, POLICY)

        if found.verdict is Verdict.LEND:
            lows = [month.cash for row in found.scenarios for month in row.months]
            # Interest is in cents here and exact in the solution.
            assert min(lows) >= Decimal("-0.05")

    @given(case=cases())
    def test_scenarios_change_one_thing_each(self, case):
        prepared = prepare(case, POLICY)
        base, *others = prepared.scenarios
        assert base.code == BASE

        for code in [other.code for other in others]:
            alone = _only(code)
            again = {row.code: row for row in scenarios(prepared.books, alone)}
            whole = {row.code: row for row in prepared.scenarios}
            assert again[code] == whole[code]
            assert again[BASE] == base

    @given(case=cases())
    def test_a_case_reads_back_as_it_was_written_and_says_the_same(self, case):
        again = read(case.to_json())

        assert again == case
        assert assess(again, POLICY) == assess(case, POLICY)

    @given(amount=st.integers(1, 2_000_000).map(lambda cents: Decimal(cents) / 100), case=cases())
    def test_instalments_repay_the_amount_to_the_cent(self, amount, case):
        dues = prepare(case, POLICY).dues

        assert sum(due.share for due in dues) == 1
        paid = instalments(amount, dues, case.annual_rate)
        assert sum(each.principal for each in paid) == amount

    @given(case=cases(), out=st.integers(1, 50).map(Decimal))
    @settings(max_examples=50)
    def test_leasing_out_never_raises_what_the_tests_allow_for_inputs(self, case, out):
        less = tuple(
            replace(
                each,
                area=replace(
                    each.area, registered=max((each.area.registered or out) - out, Decimal(0))
                ),
            )
            for each in case.crops
        )
        found, fewer = assess(case, POLICY), assess(replace(case, crops=less), POLICY)

        assert fewer.tests[2].amount < found.tests[2].amount
        assert fewer.scenarios[0].receipts < found.scenarios[0].receipts


def _only(code: str):
    """A policy whose other scenarios press with nothing."""
    field = {
        "S1": "yield_drop",
        "S2": "price_drop",
        "S3": "wage_drop",
        "S4": "delay_months",
        "S5": "mortality_add",
    }[code]
    nothing = {
        name: type(getattr(POLICY.stress, name))(0)
        for name in ("yield_drop", "price_drop", "wage_drop", "delay_months", "mortality_add")
        if name != field
    }
    return replace(POLICY, stress=replace(POLICY.stress, **nothing))
