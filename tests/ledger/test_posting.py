from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from ledger.actions.periods import close_period
from ledger.actions.posting import (
    AlreadyReversed,
    KeyReused,
    Line,
    NotInTransaction,
    PeriodClosed,
    Unbalanced,
    UnknownAccount,
    post,
    reverse,
)
from ledger.models import JournalEntry, Posting
from ledger.queries.balance import balance
from tenancy import room as rooms
from tenancy.models import Tenant
from tests.ledger import build
from tests.ledger.build import DAY, FINANCE, NOON


class TestPost:
    def test_writes_the_entry_and_its_lines_in_order(self, books: Tenant) -> None:
        loan = uuid4()

        entry = build.entry("1000 CNY 105", "1100 CNY -100", "1210 CNY -5", subject_id=loan)

        kept = JournalEntry.objects.get(pk=entry.pk)
        assert (kept.key, kept.kind, kept.booked_on, kept.line_count) == ("k", "test", DAY, 3)
        rows = Posting.objects.filter(entry=entry).order_by("number")
        assert [
            (row.number, row.account.code, row.amount, row.currency, row.subject_id, row.booked_on)
            for row in rows
        ] == [
            (1, "1000", Decimal(105), "CNY", loan, DAY),
            (2, "1100", Decimal(-100), "CNY", loan, DAY),
            (3, "1210", Decimal(-5), "CNY", loan, DAY),
        ]

    def test_returns_what_the_database_holds(self, books: Tenant) -> None:
        entry = build.loan_paid_out()

        kept = JournalEntry.objects.get(pk=entry.pk)
        for field in JournalEntry._meta.concrete_fields:
            assert getattr(entry, field.attname) == getattr(kept, field.attname), field.name

    def test_takes_one_statement_once_the_accounts_are_known(self, books: Tenant) -> None:
        build.loan_paid_out("first")

        with CaptureQueriesContext(
            connection,
        ) as queries:
            build.loan_paid_out("second")

        assert len(queries) == 1

    def test_balances_each_currency_by_itself(self, books: Tenant) -> None:
        build.entry("1000 CNY 7", "4200 CNY -7", "1000 JPY 150", "4200 JPY -150")

        assert balance("4200", "CNY") == Decimal(-7)
        assert balance("4200", "JPY") == Decimal(-150)

    def test_keeps_a_back_dated_event_apart_from_the_day_it_was_booked(
        self, books: Tenant
    ) -> None:
        long_ago = DAY - timedelta(days=40)

        entry = post(
            key="k",
            kind="repayment",
            value_date=long_ago,
            booked_on=DAY,
            at=NOON,
            narrative="",
            lines=build.lines("1000 CNY 1", "1100 CNY -1"),
        )

        assert (entry.value_date, entry.booked_on) == (long_ago, DAY)

    def test_leaves_out_lines_of_zero(self, books: Tenant) -> None:
        entry = build.entry("1000 CNY 5", "1100 CNY -5", "1310 CNY 0.00")

        assert entry.line_count == 2

    @pytest.mark.parametrize(
        ("rows", "why"),
        [
            (["1000 CNY 10.00", "1100 CNY -9.99"], "off by 0.01 CNY"),
            (["1000 CNY 10", "1100 JPY -10"], "off by 10 CNY"),
            (["1000 CNY 10", "1100 CNY 0"], "at least two lines"),
            ([], "at least two lines"),
            (["1000 JPY 10.5", "1100 JPY -10.5"], "not a whole amount of JPY"),
            (["1000 CNY 0.001", "1100 CNY -0.001"], "not a whole amount of CNY"),
            (["1000 KWD 0.0001", "1100 KWD -0.0001"], "not a whole amount of KWD"),
        ],
    )
    def test_refuses_what_does_not_balance(self, books: Tenant, rows: list[str], why: str) -> None:
        with pytest.raises(Unbalanced, match=why):
            build.entry(*rows)

    @pytest.mark.parametrize("missing", ["9999 CNY", "1000 EUR"])
    def test_refuses_an_account_that_is_not_in_the_chart(
        self, books: Tenant, missing: str
    ) -> None:
        with pytest.raises(UnknownAccount, match=missing.replace(" ", " in ")):
            build.entry(f"{missing} 10", f"{missing} -10")

    def test_finds_an_account_that_was_opened_since(self, books: Tenant) -> None:
        with pytest.raises(UnknownAccount):
            build.entry("1000 USD 10", "4200 USD -10")
        build.chart("USD")

        assert build.entry("1000 USD 10", "4200 USD -10").line_count == 2

    def test_outside_a_transaction_is_a_bug(self, transactional_db: None) -> None:
        with pytest.raises(NotInTransaction):
            build.loan_paid_out()


class TestRepeating:
    def test_a_key_returns_the_entry_that_is_there(self, books: Tenant) -> None:
        first = build.loan_paid_out()

        again = build.loan_paid_out(booked_on=DAY + timedelta(days=1))

        assert again == first
        assert again.booked_on == DAY
        assert Posting.objects.count() == 2

    def test_the_lines_may_come_in_another_order(self, books: Tenant) -> None:
        first = build.entry("1000 CNY 5", "1100 CNY -5")

        assert build.entry("1100 CNY -5", "1000 CNY 5.0000") == first

    @pytest.mark.parametrize(
        "rows",
        [
            ["1100 CNY 100.01", "1000 CNY -100.01"],
            ["1100 CNY 100", "1010 CNY -100"],
            ["1100 JPY 100", "1000 JPY -100"],
            ["1100 CNY 100", "1000 CNY -60", "1000 CNY -40"],
        ],
    )
    def test_a_key_with_other_lines_is_refused(self, books: Tenant, rows: list[str]) -> None:
        build.loan_paid_out()

        with pytest.raises(KeyReused):
            build.entry(*rows)

    def test_a_key_for_another_loan_is_refused(self, books: Tenant) -> None:
        build.entry("1000 CNY 5", "1100 CNY -5", subject_id=uuid4())

        with pytest.raises(KeyReused):
            build.entry("1000 CNY 5", "1100 CNY -5", subject_id=uuid4())

    def test_a_key_means_nothing_in_another_room(self, books: Tenant) -> None:
        mine = build.loan_paid_out()
        hill = Tenant.objects.create(slug="hill", name="Hill", business_date=DAY)

        with rooms.entered(hill.pk):
            build.chart()
            theirs = build.loan_paid_out()

        assert theirs.pk != mine.pk

    def test_a_key_is_still_known_when_its_period_has_been_closed(self, books: Tenant) -> None:
        january_first = date(2026, 1, 1)
        entry = build.loan_paid_out(booked_on=january_first)
        close_period(ends_on=january_first, actor=FINANCE, at=NOON)

        assert build.loan_paid_out(booked_on=january_first) == entry
        with pytest.raises(PeriodClosed, match="2026-01-01"):
            build.loan_paid_out("other", booked_on=january_first)


class TestReverse:
    def test_posts_the_opposite_of_every_line(self, books: Tenant) -> None:
        loan = uuid4()
        entry = build.entry("1000 CNY 105", "1100 CNY -100", "1210 CNY -5", subject_id=loan)

        undone = reverse(entry=entry, key="r", on=DAY, at=NOON, narrative="Bounced")

        assert undone.reverses == entry
        assert balance("1100", "CNY", subject_id=loan) == 0
        assert Posting.objects.count() == 6

    def test_repeating_it_returns_the_reversal(self, books: Tenant) -> None:
        entry = build.loan_paid_out()
        first = reverse(entry=entry, key="r", on=DAY, at=NOON, narrative="")

        assert reverse(entry=entry, key="r", on=DAY, at=NOON, narrative="") == first

    def test_an_entry_is_reversed_once(self, books: Tenant) -> None:
        entry = build.loan_paid_out()
        reverse(entry=entry, key="r", on=DAY, at=NOON, narrative="")

        with pytest.raises(AlreadyReversed):
            reverse(entry=entry, key="another", on=DAY, at=NOON, narrative="")


class TestLine:
    def test_reversed_keeps_everything_but_the_sign(self) -> None:
        line = Line("1000", "CNY", Decimal("1.20"), uuid4())

        assert line.reversed() == Line("1000", "CNY", Decimal("-1.20"), line.subject_id)


class TestPostTogetherWithItsEvent:
    def test_is_undone_with_the_transaction(self, transactional_db: None) -> None:
        tenant = Tenant.objects.create(slug="riverside", name="R", business_date=DAY)
        with rooms.enter(tenant.pk):
            build.chart()
        with rooms.enter(tenant.pk):
            build.loan_paid_out()
            transaction.set_rollback(True)

        with rooms.enter(tenant.pk):
            assert not JournalEntry.objects.exists()
            assert build.loan_paid_out().key == "k"
