"""Proofs find what went round the triggers: here, an administrator who switched them off."""

from collections.abc import Callable
from datetime import date

import psycopg
import pytest

from ledger.actions.periods import close_period
from ledger.queries.proofs import (
    PROOFS,
    entries_balance,
    periods_closed_untouched,
    postings_match_currency,
)
from tenancy import room as rooms
from tenancy.models import Tenant
from tests.ledger import build
from tests.ledger.build import DAY, FINANCE, NOON

OLD = date(2025, 12, 20)
END = date(2025, 12, 31)
NEW = "booked_on > '2026-01-01'"


@pytest.fixture
def riverside(transactional_db: None) -> Tenant:
    """A committed room with an entry in a closed period and one after it."""
    tenant = Tenant.objects.create(slug="riverside", name="R", business_date=DAY)
    with rooms.enter(tenant.pk):
        build.chart("CNY", "JPY")
        build.loan_paid_out("old", booked_on=OLD)
        build.loan_paid_out("new", booked_on=DAY)
    with rooms.enter(tenant.pk):
        close_period(ends_on=END, actor=FINANCE, at=NOON)
    return tenant


@pytest.fixture
def tampers(admin_connection: psycopg.Connection) -> Callable[[str], None]:
    """A function that runs SQL past every trigger, policy and foreign key, and commits."""

    def tamper(statement: str) -> None:
        admin_connection.execute("SET session_replication_role = replica")
        assert admin_connection.execute(statement.encode()).rowcount > 0
        admin_connection.commit()

    return tamper


class TestHonestBooks:
    def test_hold_every_proof(self, riverside: Tenant) -> None:
        with rooms.enter(riverside.pk):
            assert {name: proof() for name, proof in PROOFS.items()} == {
                "entries_balance": [],
                "postings_match_currency": [],
                "periods_closed_untouched": [],
            }


class TestEntriesBalance:
    @pytest.mark.parametrize(
        ("statement", "row", "got"),
        [
            (
                f"UPDATE ledger_posting SET amount = 99.99 WHERE number = 1 AND {NEW}",
                "entry new",
                "2 lines, off by -0.01 CNY",
            ),
            (
                f"DELETE FROM ledger_posting WHERE number = 2 AND {NEW}",
                "entry new",
                "1 lines, off by 100 CNY",
            ),
            (
                f"DELETE FROM ledger_posting WHERE {NEW}",
                "entry new",
                "0 lines, off by nothing",
            ),
        ],
    )
    def test_names_the_entry(
        self, riverside: Tenant, tampers: Callable[[str], None], statement: str, row: str, got: str
    ) -> None:
        tampers(statement)

        with rooms.enter(riverside.pk):
            (failure,) = entries_balance()
        assert (failure.proof, failure.row, failure.got) == ("entries_balance", row, got)

    def test_names_lines_whose_entry_is_gone_or_of_another_day(
        self, riverside: Tenant, tampers: Callable[[str], None]
    ) -> None:
        tampers("DELETE FROM ledger_journalentry WHERE key = 'new'")

        with rooms.enter(riverside.pk):
            failures = entries_balance()
        assert [failure.got for failure in failures] == [
            "100 CNY without one",
            "-100 CNY without one",
        ]

    def test_looks_at_its_own_room_only(
        self, riverside: Tenant, tampers: Callable[[str], None]
    ) -> None:
        hill = Tenant.objects.create(slug="hill", name="Hill", business_date=DAY)
        tampers("UPDATE ledger_posting SET amount = amount * 3 WHERE number = 1")

        with rooms.enter(hill.pk):
            assert entries_balance() == []


class TestPostingsMatchCurrency:
    def test_names_a_line_in_another_currency_than_its_account(
        self, riverside: Tenant, tampers: Callable[[str], None]
    ) -> None:
        tampers(f"UPDATE ledger_posting SET currency = 'JPY' WHERE number = 1 AND {NEW}")

        with rooms.enter(riverside.pk):
            (failure,) = postings_match_currency()
        assert (failure.expected, failure.got) == ("CNY with at most 0 decimals", "100 JPY")

    def test_names_a_line_with_fractions_of_a_minor_unit(
        self, riverside: Tenant, tampers: Callable[[str], None]
    ) -> None:
        tampers(f"UPDATE ledger_posting SET amount = 0.001 WHERE number = 1 AND {NEW}")

        with rooms.enter(riverside.pk):
            (failure,) = postings_match_currency()
        assert failure.got == "0.001 CNY"

    def test_names_a_line_whose_account_is_gone(
        self, riverside: Tenant, tampers: Callable[[str], None]
    ) -> None:
        tampers("DELETE FROM ledger_account WHERE code = '1100' AND currency = 'CNY'")

        with rooms.enter(riverside.pk):
            assert len(postings_match_currency()) == 2


class TestPeriodsClosedUntouched:
    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE ledger_posting SET amount = amount * 2 WHERE booked_on < '2026-01-01'",
            "DELETE FROM ledger_posting WHERE booked_on < '2026-01-01'",
            f"UPDATE ledger_posting SET booked_on = '2025-12-21' WHERE {NEW}",
            "UPDATE ledger_posting SET account_id = gen_random_uuid()"
            " WHERE booked_on < '2026-01-01' AND number = 1",
        ],
    )
    def test_names_the_period(
        self, riverside: Tenant, tampers: Callable[[str], None], statement: str
    ) -> None:
        tampers(statement)

        with rooms.enter(riverside.pk):
            (failure,) = periods_closed_untouched()
        assert failure.row == "period 2025-12-20 – 2025-12-31"

    def test_is_not_troubled_by_later_entries(self, riverside: Tenant) -> None:
        with rooms.enter(riverside.pk):
            build.loan_paid_out("later")
            assert periods_closed_untouched() == []
