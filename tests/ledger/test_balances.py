from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from textwrap import dedent
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from ledger.queries.balance import balance, balances_by_subject
from ledger.queries.statement import statement
from ledger.queries.trial_balance import TrialBalanceRow, totals_by_currency, trial_balance
from tenancy import room as rooms
from tenancy.models import Tenant
from tests.ledger import build
from tests.ledger.build import DAY

DAYS = [DAY + timedelta(days=n) for n in range(4)]
LOAN, OTHER = uuid4(), uuid4()


@pytest.fixture
def a_loans_life(books: Tenant) -> None:
    """Paid out on the first day, accrued on the second, repaid in part on the third."""
    build.entry("1100 CNY 1000", "1000 CNY -1000", key="out", booked_on=DAYS[0], subject_id=LOAN)
    build.entry("1210 CNY 0.60", "4100 CNY -0.60", key="accrual", booked_on=DAYS[1])
    build.entry(
        "1000 CNY 400.60", "1210 CNY -0.60", "1100 CNY -400",
        key="in", booked_on=DAYS[2], subject_id=LOAN,
    )  # fmt: skip
    build.entry("1100 CNY 50", "1000 CNY -50", key="o", booked_on=DAYS[2], subject_id=OTHER)
    build.entry("1000 JPY 300", "4200 JPY -300", key="yen", booked_on=DAYS[2])


def as_table(rows: Iterable[TrialBalanceRow]) -> str:
    return "\n".join(
        f"{row.account.code} {row.account.currency} "
        f"{row.debit:>8.2f} {row.credit:>8.2f} {row.balance:>8.2f}"
        for row in rows
    )


class TestTrialBalance:
    def test_reads_as_an_accountant_would_write_it(self, a_loans_life: None) -> None:
        assert as_table(trial_balance(DAYS[2])) == dedent("""\
            1000 CNY   400.60  1050.00  -649.40
            1000 JPY   300.00     0.00   300.00
            1100 CNY  1050.00   400.00   650.00
            1210 CNY     0.60     0.60     0.00
            4100 CNY     0.00     0.60    -0.60
            4200 JPY     0.00   300.00  -300.00""")

    def test_of_an_earlier_day_knows_nothing_of_later_ones(self, a_loans_life: None) -> None:
        assert as_table(trial_balance(DAYS[1])) == dedent("""\
            1000 CNY     0.00  1000.00 -1000.00
            1100 CNY  1000.00     0.00  1000.00
            1210 CNY     0.60     0.00     0.60
            4100 CNY     0.00     0.60    -0.60""")
        assert trial_balance(DAY - timedelta(days=1)) == []

    def test_without_a_day_counts_everything(self, a_loans_life: None) -> None:
        assert trial_balance() == trial_balance(DAYS[3])

    def test_has_equal_debits_and_credits_in_each_currency(self, a_loans_life: None) -> None:
        assert totals_by_currency(trial_balance()) == {
            "CNY": (Decimal("1451.20"), Decimal("1451.20")),
            "JPY": (Decimal(300), Decimal(300)),
        }

    def test_takes_two_queries_however_many_accounts(
        self, a_loans_life: None, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        with django_assert_num_queries(2):
            trial_balance(DAYS[2])

    def test_sees_nothing_of_another_room(self, a_loans_life: None) -> None:
        hill = Tenant.objects.create(slug="hill", name="Hill", business_date=DAY)

        with rooms.entered(hill.pk):
            assert trial_balance() == []
            assert balance("1000", "CNY") == 0

    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
    @given(
        entries=st.lists(
            st.tuples(
                st.sampled_from(["1000", "1100", "2100", "4100"]),
                st.sampled_from(["1010", "1210", "5100"]),
                st.decimals(min_value="0.01", max_value=10**6, places=2),
                st.sampled_from(DAYS),
            ),
            max_size=8,
        )
    )
    def test_balances_whatever_was_posted(
        self, books: Tenant, entries: list[tuple[str, str, Decimal, date]]
    ) -> None:
        for debit, credit, amount, day in entries:
            key = str(uuid4())
            build.entry(f"{debit} CNY {amount}", f"{credit} CNY -{amount}", key=key, booked_on=day)

        for day in DAYS:
            for debits, credits_ in totals_by_currency(trial_balance(day)).values():
                assert debits == credits_


class TestBalance:
    @pytest.mark.parametrize(
        ("code", "on", "subject", "expected"),
        [
            ("1100", None, None, "650"),
            ("1100", None, LOAN, "600"),
            ("1100", DAYS[1], LOAN, "1000"),
            ("1100", DAYS[1], OTHER, "0"),
            ("1210", DAYS[1], None, "0.60"),
            ("1000", DAYS[2], None, "-649.40"),
            ("5100", None, None, "0"),
            ("9999", None, None, "0"),
        ],
    )
    def test_is_the_sum_of_the_postings(
        self, a_loans_life: None, code: str, on: date | None, subject: UUID | None, expected: str
    ) -> None:
        assert balance(code, "CNY", on, subject) == Decimal(expected)

    def test_by_subject_lists_each_that_is_not_zero(self, a_loans_life: None) -> None:
        assert balances_by_subject("1100", "CNY") == {LOAN: Decimal(600), OTHER: Decimal(50)}
        assert balances_by_subject("1100", "CNY", DAYS[0]) == {LOAN: Decimal(1000)}
        assert balances_by_subject("1210", "CNY") == {None: Decimal("0.6"), LOAN: Decimal("-0.6")}


class TestStatement:
    def test_runs_from_the_opening_to_the_closing_balance(self, a_loans_life: None) -> None:
        read = statement("1100", "CNY", first_on=DAYS[1], last_on=DAYS[2], subject_id=LOAN)

        assert (read.opening, read.closing) == (Decimal(1000), Decimal(600))
        assert [
            (line.posting.entry.key, line.posting.amount, line.balance) for line in read.lines
        ] == [("in", Decimal(-400), Decimal(600))]

    def test_of_all_subjects_is_in_the_order_of_the_books(self, a_loans_life: None) -> None:
        read = statement("1000", "CNY", first_on=date(2025, 1, 1), last_on=DAYS[3])

        assert read.opening == 0
        assert [line.balance for line in read.lines] == [
            Decimal(-1000), Decimal("-599.40"), Decimal("-649.40"),
        ]  # fmt: skip
