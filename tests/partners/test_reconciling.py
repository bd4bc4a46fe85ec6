"""Ours against theirs: what each difference is called, and that no row gets lost."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partners.rules.breaks import Break, BreakType, Tolerance, Verdict
from partners.rules.comparing import COMPARISONS
from partners.rules.files.reading import Line
from partners.rules.files.rows import Outstanding, RepayDetail, TransactionType
from partners.rules.reconciling import Reconciled, reconcile
from tests.partners.files.build import DAY, receipt

REPAYMENTS = COMPARISONS["REPAY_DETAIL"]
CENT = Decimal("0.01")


def lines(*rows: Any) -> list[Line]:
    return [Line(number, row) for number, row in enumerate(rows, start=3)]


def compared(ours: Sequence[Any], theirs: Sequence[Any], **options: Any) -> Reconciled:
    return reconcile(lines(*ours), lines(*theirs), REPAYMENTS, Tolerance(), **options)


def only(found: Reconciled) -> Break:
    [only_one] = found.breaks
    return only_one


class TestOneDifference:
    @pytest.mark.parametrize(
        ("change", "type_", "verdict", "amount"),
        [
            ({"partner_interest": Decimal("104.99")}, "ROUNDING", "RESOLVE", "-0.01"),
            ({"partner_interest": Decimal("105.01")}, "ROUNDING", "RESOLVE", "0.01"),
            ({"partner_interest": Decimal("104.98")}, "AMOUNT", "QUEUE", "-0.02"),
            ({"total_amt": Decimal("416.80")}, "AMOUNT", "QUEUE", "0.00"),
            ({"value_date": DAY + timedelta(1)}, "VALUE_DATE", "HOLD", "0.00"),
            ({"value_date": DAY - timedelta(1)}, "VALUE_DATE", "HOLD", "0.00"),
            ({"value_date": DAY + timedelta(2)}, "VALUE_DATE", "QUEUE", "0.00"),
            ({"txn_type": TransactionType.PREPAY}, "STATUS", "QUEUE", "0.00"),
            ({"loan_no": "L-9"}, "STATUS", "QUEUE", "0.00"),
        ],
    )
    def test_has_a_name_and_a_verdict(self, change, type_, verdict, amount):
        found = only(compared([receipt()], [replace(receipt(), **change)]))

        assert (found.type, found.verdict) == (BreakType(type_), Verdict(verdict))
        assert found.amount == Decimal(amount)
        [difference] = found.differences
        assert difference.column == next(iter(change))

    def test_is_none_in_what_each_side_calls_its_own(self):
        theirs = receipt(partner_loan_no="X", channel="core", channel_ref="77", dpd_after=3)

        assert compared([receipt()], [theirs]).breaks == ()

    def test_counts_as_rounding_only_if_it_is_small_in_sum_too(self):
        theirs = receipt(partner_interest=Decimal("105.01"), partner_principal=Decimal("536.77"))

        assert only(compared([receipt()], [theirs])).type is BreakType.AMOUNT

    def test_is_the_gravest_where_there_are_several(self):
        theirs = receipt(
            partner_interest=Decimal("99.00"),
            value_date=DAY + timedelta(1),
            txn_type=TransactionType.PREPAY,
        )

        found = only(compared([receipt()], [theirs]))
        assert found.type is BreakType.AMOUNT
        assert [difference.column for difference in found.differences] == [
            "partner_interest",
            "value_date",
            "txn_type",
        ]


class TestMissingAndRepeated:
    def test_theirs_lacks_a_receipt_of_500(self):
        lost = receipt("R-2", total_amt=Decimal(500), partner_principal=Decimal(350),
                       partner_interest=Decimal(0))  # fmt: skip
        found = only(compared([receipt(), lost], [receipt()]))

        assert (found.type, found.key) == (BreakType.MISSING_THEIRS, "R-2")
        assert (found.verdict, found.amount) == (Verdict.QUEUE, Decimal(-350))
        assert found.ours == Line(4, lost)

    def test_ours_lacks_a_receipt(self):
        found = only(compared([], [receipt()]))

        assert (found.type, found.amount) == (BreakType.MISSING_OURS, Decimal("641.76"))

    def test_theirs_has_a_receipt_twice(self):
        found = only(compared([receipt()], [receipt(), receipt()]))

        assert (found.type, found.theirs) == (BreakType.DUPLICATE, Line(4, receipt()))

    def test_pairs_the_repeat_that_agrees(self):
        wrong = receipt(partner_interest=Decimal(90))
        found = only(compared([receipt()], [wrong, receipt()]))

        assert (found.type, found.theirs) == (BreakType.DUPLICATE, Line(3, wrong))

    def test_a_repeat_that_ours_lacks_is_missing_once(self):
        found = compared([], [receipt(), receipt()])

        assert [b.type for b in found.breaks] == [BreakType.MISSING_OURS, BreakType.DUPLICATE]


class TestTheDaysRounding:
    def off(self, count: int) -> tuple[list[RepayDetail], list[RepayDetail]]:
        ours = [receipt(f"R-{n:03}") for n in range(count)]
        return ours, [replace(r, partner_interest=r.partner_interest + CENT) for r in ours]

    def test_resolves_itself_up_to_the_tolerance(self):
        found = compared(*self.off(100))

        assert {b.verdict for b in found.breaks} == {Verdict.RESOLVE}
        assert found.rounding == Decimal("1.00")

    def test_queues_all_of_it_beyond(self):
        found = compared(*self.off(101))

        assert {b.verdict for b in found.breaks} == {Verdict.QUEUE}
        assert {b.type for b in found.breaks} == {BreakType.ROUNDING}
        assert found.rounding == 0

    def test_counts_what_the_day_has_used_already(self):
        assert only(compared(*self.off(1), spent=Decimal("0.99"))).verdict is Verdict.RESOLVE
        assert only(compared(*self.off(1), spent=Decimal("1.00"))).verdict is Verdict.QUEUE


def outstanding(**changes: Any) -> Outstanding:
    row = Outstanding(
        as_of=DAY, loan_no="L-1", partner_loan_no="", contract_amt=Decimal(10_000),
        ratio_bp=7_000, principal_os=Decimal("9233.20"), interest_accrued=Decimal("4.62"),
        penalty_accrued=Decimal(0), partner_principal_os=Decimal("6463.24"),
        partner_interest_accrued=Decimal("3.23"), next_due_date=None, next_due_amt=Decimal(0),
        dpd=0, bucket="M0", class5="NORMAL", status="ACTIVE",
    )  # fmt: skip
    return replace(row, **changes)


class TestOutstanding:
    @pytest.mark.parametrize(
        ("change", "type_"),
        [
            ({"class5": "SUBSTANDARD"}, BreakType.CLASSIFICATION),
            ({"dpd": 91}, BreakType.CLASSIFICATION),
            ({"status": "CLOSED"}, BreakType.STATUS),
            ({"partner_principal_os": Decimal("6463.25")}, BreakType.ROUNDING),
            ({"partner_principal_os": Decimal("6000.00")}, BreakType.AMOUNT),
        ],
    )
    def test_is_compared_by_loan(self, change, type_):
        theirs = lines(outstanding(**change))
        found = reconcile(lines(outstanding()), theirs, COMPARISONS["OUTSTANDING"], Tolerance())

        assert only(found).type is type_


def _row(number: int, off: int, days: int, type_: TransactionType) -> RepayDetail:
    return receipt(
        f"R-{number}",
        partner_interest=Decimal("105.00") + off * CENT,
        value_date=DAY + timedelta(days),
        txn_type=type_,
    )


RECEIPTS = st.lists(
    st.builds(
        _row,
        st.integers(0, 4),
        st.sampled_from([0, 0, 1, -1, 2, 500]),
        st.sampled_from([0, 0, 1, 2]),
        st.sampled_from([TransactionType.NORMAL, TransactionType.PREPAY]),
    ),
    max_size=6,
)
SWAPPED = {
    BreakType.MISSING_OURS: BreakType.MISSING_THEIRS,
    BreakType.MISSING_THEIRS: BreakType.MISSING_OURS,
}


class TestLaws:
    @given(ours=RECEIPTS, theirs=RECEIPTS)
    def test_every_row_of_both_files_is_matched_or_in_exactly_one_break(self, ours, theirs):
        left, right = lines(*ours), lines(*theirs)

        found = reconcile(left, right, REPAYMENTS, Tolerance())

        of_ours = [a for a, _ in found.matched] + [b.ours for b in found.breaks if b.ours]
        of_theirs = [b for _, b in found.matched] + [b.theirs for b in found.breaks if b.theirs]
        assert sorted(line.number for line in of_ours) == [line.number for line in left]
        assert sorted(line.number for line in of_theirs) == [line.number for line in right]

    @given(ours=RECEIPTS, theirs=RECEIPTS)
    def test_the_breaks_explain_the_whole_difference(self, ours, theirs):
        found = compared(ours, theirs)

        off = sum(map(REPAYMENTS.stake, theirs)) - sum(map(REPAYMENTS.stake, ours))
        assert sum(b.amount for b in found.breaks) == off

    @given(ours=RECEIPTS, theirs=RECEIPTS)
    def test_says_the_same_from_the_other_side(self, ours, theirs):
        here, there = compared(ours, theirs), compared(theirs, ours)

        mirrored = Counter(
            (SWAPPED.get(b.type, b.type), b.key, b.verdict, -b.amount) for b in there.breaks
        )
        same = Counter((b.type, b.key, b.verdict, b.amount) for b in here.breaks)
        # Which of several repeats is taken for the pair depends on whose come first.
        if all(len({r.txn_id for r in rows}) == len(rows) for rows in (ours, theirs)):
            assert same == mirrored

    @given(ours=RECEIPTS, theirs=RECEIPTS, chance=st.randoms(use_true_random=False))
    def test_does_not_depend_on_the_order_of_the_rows(self, ours, theirs, chance):
        shuffled = list(theirs)
        chance.shuffle(shuffled)

        def facts(found: Reconciled) -> Counter[Any]:
            return Counter((b.type, b.key, b.verdict) for b in found.breaks)

        if len({row.txn_id for row in theirs}) == len(theirs):
            assert facts(compared(ours, theirs)) == facts(compared(ours, shuffled))

    @given(rows=RECEIPTS)
    def test_a_file_agrees_with_itself(self, rows):
        unique = list({row.txn_id: row for row in rows}.values())

        assert compared(unique, unique).breaks == ()
        assert len(compared(unique, unique).matched) == len(unique)
