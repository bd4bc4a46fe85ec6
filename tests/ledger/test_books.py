"""The books against raw SQL, as the role that the application connects as."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from ledger.models import Account, Currency, JournalEntry, Posting, account_id
from ledger.rules.currencies import EXPONENTS
from tenancy import room as rooms
from tenancy.models import Tenant
from tests.ledger import build
from tests.ledger.build import DAY

ENTRY = """
    INSERT INTO ledger_journalentry
        (tenant_id, id, key, kind, value_date, booked_on, booked_at, narrative, line_count)
    VALUES (%s, %s, %s, 'raw', %s, %s, now(), '', %s)
"""
LINE = """
    INSERT INTO ledger_posting
        (tenant_id, entry_id, line_count, booked_on, number, account_id, currency, amount)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
"""


def run(sql: str, *parameters: Any) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters or None)
        return cursor.rowcount


def raw_entry(line_count: int = 2, booked_on: date = DAY, key: str = "raw") -> UUID:
    entry_id = uuid4()
    run(ENTRY, rooms.current(), entry_id, key, booked_on, booked_on, line_count)
    return entry_id


def raw_line(
    entry_id: UUID,
    number: int,
    row: str,
    *,
    line_count: int = 2,
    booked_on: date = DAY,
    account: UUID | None = None,
) -> None:
    code, currency, amount = row.split()
    account = account or account_id(rooms.current(), code, currency)
    run(LINE, rooms.current(), entry_id, line_count, booked_on, number, account, currency, amount)


def raw_books(*rows: str, line_count: int | None = None, **facts: Any) -> UUID:
    """Write an entry as its lines say, and do what a commit does."""
    line_count = len(rows) if line_count is None else line_count
    entry_id = raw_entry(line_count)
    for number, row in enumerate(rows, start=1):
        raw_line(entry_id, number, row, line_count=line_count, **facts)
    commit()
    return entry_id


def commit() -> None:
    run("SET CONSTRAINTS ALL IMMEDIATE")
    run("SET CONSTRAINTS ALL DEFERRED")


@contextmanager
def refused(match: str) -> Iterator[None]:
    """Expect the database to refuse, and leave the transaction usable."""
    with pytest.raises(DatabaseError, match=match), transaction.atomic():
        yield


class TestEntry:
    def test_written_line_by_line_is_let_in_when_it_balances(self, books: Tenant) -> None:
        raw_books("1000 CNY 10", "1100 CNY -9.50", "4100 CNY -0.50")

        assert Posting.objects.count() == 3

    @pytest.mark.parametrize(
        ("rows", "why"),
        [
            (["1000 CNY 10", "1100 CNY -9.99"], "off by 0.01 CNY"),
            (["1000 CNY 10", "1100 CNY 10"], "off by 20 CNY"),
            (["1000 CNY 10", "1100 JPY -10"], "off by 10 CNY; off by -10 JPY"),
            (["1000 CNY NaN", "1100 CNY 1"], "off by NaN CNY|minor unit"),
        ],
    )
    def test_is_refused_when_a_currency_does_not_sum_to_zero(
        self, books: Tenant, rows: list[str], why: str
    ) -> None:
        with refused(why):
            raw_books(*rows)

    @pytest.mark.parametrize(
        "rows",
        [
            ["1000 JPY 10.5", "1100 JPY -10.5"],
            ["1000 CNY 0.001", "1100 CNY -0.001"],
            ["1000 KWD 1.0001", "1100 KWD -1.0001"],
        ],
    )
    def test_is_refused_with_fractions_of_a_minor_unit(
        self, books: Tenant, rows: list[str]
    ) -> None:
        with refused("fractions of the minor unit"):
            raw_books(*rows)

    def test_may_use_all_decimals_of_its_currency(self, books: Tenant) -> None:
        raw_books("1000 KWD 1.001", "1100 KWD -1.001")
        assert Posting.objects.count() == 2

    @pytest.mark.parametrize("line_count", [2, 3])
    def test_is_refused_without_its_lines(self, books: Tenant, line_count: int) -> None:
        with refused(f"0 of {line_count} lines"):
            raw_books(line_count=line_count)

    def test_is_refused_with_fewer_lines_than_it_says(self, books: Tenant) -> None:
        with refused("2 of 3 lines"):
            raw_books("1000 CNY 10", "1100 CNY -10", line_count=3)

    @pytest.mark.parametrize("line_count", [-1, 0, 1])
    def test_cannot_say_that_it_has_fewer_than_two_lines(
        self, books: Tenant, line_count: int
    ) -> None:
        with refused("ledger_entry_two_lines_at_least"):
            raw_entry(line_count)

    def test_is_refused_when_a_line_is_booked_on_another_day(self, books: Tenant) -> None:
        with refused("another day"):
            raw_books("1000 CNY 10", "1100 CNY -10", booked_on=DAY - timedelta(days=1))

    def test_is_refused_when_the_room_is_left_before_the_commit(self, books: Tenant) -> None:
        with refused("0 of 2 lines"):
            raw_entry()
            run("SELECT set_config('app.tenant', '', true)")
            commit()

    def test_is_checked_against_the_books_and_not_a_table_of_the_same_name(
        self, books: Tenant
    ) -> None:
        with refused("0 of 2 lines|permission denied"):
            run("CREATE TEMP TABLE ledger_posting AS SELECT * FROM public.ledger_posting")
            raw_books("1000 CNY 10", "1100 CNY -10")

    def test_cannot_be_written_from_an_old_snapshot(self, transactional_db: None) -> None:
        tenant = Tenant.objects.create(slug="riverside", name="R", business_date=DAY)
        with rooms.enter(tenant.pk):
            build.chart()
        run("SET default_transaction_isolation = 'repeatable read'")

        with pytest.raises(IntegrityError, match="read committed"), rooms.enter(tenant.pk):
            build.loan_paid_out()

        run("RESET default_transaction_isolation")


class TestLine:
    def test_of_zero_is_refused(self, books: Tenant) -> None:
        with refused("ledger_posting_not_zero"):
            raw_line(raw_entry(), 1, "1000 CNY 0")

    def test_without_an_entry_is_refused(self, books: Tenant) -> None:
        with refused("foreign key"):
            raw_line(uuid4(), 1, "1000 CNY 1")

    def test_on_an_account_in_another_currency_is_refused(self, books: Tenant) -> None:
        yen = account_id(rooms.current(), "1000", "JPY")
        with refused("no such account in CNY"):
            raw_books("1000 CNY 10", "1100 CNY -10", account=yen)

    @pytest.mark.parametrize("currency", ["XXX", "EUR"])
    def test_in_a_currency_without_accounts_is_refused(self, books: Tenant, currency: str) -> None:
        with refused(f"no such account in {currency}"):
            raw_books(f"1000 {currency} 10", f"1100 {currency} -10")

    def test_on_another_rooms_account_is_refused(self, books: Tenant) -> None:
        hill = Tenant.objects.create(slug="hill", name="Hill", business_date=DAY)
        with rooms.entered(hill.pk):
            build.chart()
            theirs = account_id(hill.pk, "1000", "CNY")
        with refused("no such account"):
            raw_books("1000 CNY 10", "1100 CNY -10", account=theirs)

    def test_in_another_rooms_entry_is_refused(self, books: Tenant) -> None:
        hill = Tenant.objects.create(slug="hill", name="Hill", business_date=DAY)
        with rooms.entered(hill.pk):
            build.chart()
            theirs = build.loan_paid_out()
        with refused("foreign key"):
            raw_line(theirs.pk, 1, "1000 CNY 1")

    @pytest.mark.parametrize(
        ("number", "line_count", "why"),
        [
            (1, 2, "ledger_posting_number"),
            (2, 2, "ledger_posting_number"),
            (0, 2, "ledger_posting_number_within_entry"),
            (3, 2, "ledger_posting_number_within_entry"),
            (3, 4, "foreign key"),
        ],
    )
    def test_added_to_a_complete_entry_is_refused(
        self, books: Tenant, number: int, line_count: int, why: str
    ) -> None:
        entry = build.loan_paid_out()
        commit()

        with refused(why):
            raw_line(entry.pk, number, "1000 CNY 1", line_count=line_count)

    def test_added_by_another_transaction_is_refused(self, transactional_db: None) -> None:
        tenant = Tenant.objects.create(slug="riverside", name="R", business_date=DAY)
        with rooms.enter(tenant.pk):
            build.chart()
            entry = build.loan_paid_out()

        for number, line_count in [(1, 2), (3, 2), (3, 4)]:
            with rooms.enter(tenant.pk), refused("ledger_posting_"):
                raw_line(entry.pk, number, "1000 CNY 1", line_count=line_count)
        with rooms.enter(tenant.pk):
            assert Posting.objects.count() == 2


class TestAppendOnly:
    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE ledger_posting SET amount = amount * 2",
            "UPDATE ledger_posting SET subject_id = gen_random_uuid()",
            "UPDATE ledger_posting SET booked_on = booked_on - 1",
            "DELETE FROM ledger_posting",
            "TRUNCATE ledger_posting",
            "UPDATE ledger_journalentry SET booked_on = booked_on - 1",
            "UPDATE ledger_journalentry SET line_count = 3",
            "UPDATE ledger_journalentry SET narrative = 'something else'",
            "DELETE FROM ledger_journalentry",
            "TRUNCATE ledger_journalentry CASCADE",
            "UPDATE ledger_account SET currency = 'JPY'",
            "UPDATE ledger_account SET kind = 'income'",
            "UPDATE ledger_account SET code = code || '0'",
            "UPDATE ledger_account SET id = gen_random_uuid()",
            "DELETE FROM ledger_account",
            "TRUNCATE ledger_account",
            "INSERT INTO ledger_currency VALUES ('XXX', 2)",
            "UPDATE ledger_currency SET exponent = 4",
            "DELETE FROM ledger_currency",
            "ALTER TABLE ledger_posting DISABLE TRIGGER ALL",
            "ALTER TABLE ledger_journalentry DISABLE TRIGGER ledger_entry_checked",
            "SET session_replication_role = replica",
            "DROP TRIGGER ledger_entry_checked ON ledger_journalentry",
            "DROP FUNCTION app.ledger_check_entry() CASCADE",
            "ALTER TABLE ledger_posting DROP CONSTRAINT ledger_posting_entry_id_room_fk",
        ],
    )
    def test_raw_sql_is_refused(self, books: Tenant, statement: str) -> None:
        build.loan_paid_out()
        commit()

        with refused("append-only|permission denied|must be owner"):
            run(statement)

    def test_overwriting_on_conflict_is_refused(self, books: Tenant) -> None:
        build.loan_paid_out()
        commit()

        with refused("append-only"):
            run(
                "INSERT INTO ledger_posting SELECT * FROM ledger_posting "
                "ON CONFLICT (tenant_id, id) DO UPDATE SET amount = 1"
            )

    def test_the_orm_is_refused_too(self, books: Tenant) -> None:
        entry = build.loan_paid_out()

        with refused("append-only"):
            Posting.objects.update(amount=1)
        with refused("append-only"):
            JournalEntry.objects.filter(pk=entry.pk).update(kind="other")

    def test_an_account_can_be_renamed(self, books: Tenant) -> None:
        Account.objects.filter(code="1000", currency="CNY").update(name="Cash at ICBC")

        assert Account.objects.get(code="1000", currency="CNY").name == "Cash at ICBC"


class TestReversal:
    def test_of_the_same_entry_twice_is_refused(self, books: Tenant) -> None:
        entry = build.loan_paid_out()
        twice = ENTRY.replace("line_count)", "line_count, reverses_id)").replace("%s)", "%s, %s)")
        run(twice, rooms.current(), uuid4(), "a", DAY, DAY, 2, entry.pk)

        with refused("ledger_entry_reversed_once"):
            run(twice, rooms.current(), uuid4(), "b", DAY, DAY, 2, entry.pk)
        # The first has no lines: what the fixture would find at its end is undone here.
        transaction.set_rollback(True)


class TestCurrencies:
    def test_the_table_is_the_standards(self, db: None) -> None:
        assert dict(Currency.objects.values_list("code", "exponent")) == dict(EXPONENTS)

    def test_an_account_in_an_unknown_currency_is_refused(self, books: Tenant) -> None:
        with refused("ledger_account_currency_known"):
            Account.objects.create(
                id=uuid4(), code="1000", name="Cash", kind="asset", currency="XXX"
            )


class TestHotRows:
    def test_posting_locks_no_account(self, books: Tenant) -> None:
        # A lock on a row shows in its xmax; everyone posts to the same few accounts.
        build.loan_paid_out()
        commit()

        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM ledger_account WHERE xmax <> 0")
            assert cursor.fetchone() == (0,)
