from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from ledger.actions.periods import PeriodClosedAlready, PeriodNotOver, close_period
from ledger.actions.posting import PeriodClosed, post, reverse
from ledger.models import Period
from tenancy import room as rooms
from tenancy.actors import Actor
from tenancy.errors import Forbidden
from tenancy.models import AuditEvent, Tenant
from tests.ledger import build
from tests.ledger.build import DAY, FINANCE, NOON, OFFICER

OLD = date(2025, 12, 20)
END = date(2025, 12, 31)


def close(ends_on: date = END, actor: Actor = FINANCE) -> Period:
    return close_period(ends_on=ends_on, actor=actor, at=NOON)


class TestClosePeriod:
    def test_starts_with_the_first_entry(self, books: Tenant) -> None:
        build.loan_paid_out(booked_on=OLD)

        period = close()

        assert (period.starts_on, period.ends_on) == (OLD, END)
        assert AuditEvent.objects.filter(action="ledger.close_period").exists()

    def test_starts_where_the_one_before_it_ended(self, books: Tenant) -> None:
        close(OLD)

        assert close().starts_on == OLD + timedelta(days=1)

    def test_may_have_no_entries(self, books: Tenant) -> None:
        assert close().starts_on == END

    @pytest.mark.parametrize("ends_on", [DAY, DAY + timedelta(days=1)])
    def test_refuses_a_day_that_is_not_over(self, books: Tenant, ends_on: date) -> None:
        with pytest.raises(PeriodNotOver):
            close(ends_on)

    @pytest.mark.parametrize("ends_on", [END, OLD])
    def test_refuses_days_that_are_closed_already(self, books: Tenant, ends_on: date) -> None:
        close()

        with pytest.raises(PeriodClosedAlready):
            close(ends_on)

    def test_is_not_for_officers(self, books: Tenant) -> None:
        with pytest.raises(Forbidden):
            close(actor=OFFICER)


class TestAClosedPeriod:
    @pytest.mark.parametrize("booked_on", [END, OLD, OLD - timedelta(days=900)])
    def test_takes_no_more_entries(self, books: Tenant, booked_on: date) -> None:
        build.loan_paid_out(booked_on=OLD)
        close()

        with pytest.raises(PeriodClosed, match="2025-12-31"):
            build.loan_paid_out("late", booked_on=booked_on)

    def test_leaves_the_days_after_it_open(self, books: Tenant) -> None:
        close()

        entry = build.loan_paid_out(booked_on=END + timedelta(days=1))

        assert entry.booked_on > END

    def test_does_not_mind_an_old_value_date(self, books: Tenant) -> None:
        close()

        entry = post(
            key="k",
            kind="repayment",
            value_date=OLD,
            booked_on=DAY,
            at=NOON,
            narrative="Received before Christmas, found today",
            lines=build.lines("1000 CNY 5", "1100 CNY -5"),
        )

        assert entry.value_date == OLD

    def test_is_corrected_by_an_entry_of_today(self, books: Tenant) -> None:
        entry = build.loan_paid_out(booked_on=OLD)
        close()

        assert reverse(entry=entry, key="r", on=DAY, at=NOON, narrative="").booked_on == DAY

    def test_is_not_corrected_by_an_entry_of_its_own(self, books: Tenant) -> None:
        entry = build.loan_paid_out(booked_on=OLD)
        close()

        with pytest.raises(PeriodClosed):
            reverse(entry=entry, key="r", on=END, at=NOON, narrative="")

    def test_refuses_raw_sql_at_commit(self, books: Tenant, commits: Callable[[], None]) -> None:
        close()
        raw_entry_on(END)

        with pytest.raises(IntegrityError, match="closed through 2025-12-31"):
            commits()
        transaction.set_rollback(True)

    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE ledger_period SET ends_on = ends_on - 10",
            "UPDATE ledger_period SET fingerprint = ''",
            "DELETE FROM ledger_period",
            "TRUNCATE ledger_period",
        ],
    )
    def test_is_not_reopened(self, books: Tenant, statement: str) -> None:
        close()

        with (
            pytest.raises(DatabaseError, match=r"append-only|permission denied"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)

    def test_is_of_one_room(self, books: Tenant) -> None:
        close()
        hill = Tenant.objects.create(slug="hill", name="Hill", business_date=DAY)

        with rooms.entered(hill.pk):
            build.chart()
            assert build.loan_paid_out(booked_on=OLD).booked_on == OLD


class TestPeriodsInTheDatabase:
    def test_leave_no_gap(self, books: Tenant) -> None:
        close(OLD)

        with pytest.raises(IntegrityError, match="leaves a gap"), transaction.atomic():
            Period.objects.create(starts_on=END, ends_on=END, closed_at=NOON)

    def test_leave_no_entry_before_the_first(
        self, books: Tenant, commits: Callable[[], None]
    ) -> None:
        build.loan_paid_out(booked_on=OLD)
        commits()

        with pytest.raises(IntegrityError, match="leaves a gap"), transaction.atomic():
            Period.objects.create(starts_on=END, ends_on=END, closed_at=NOON)

    def test_cannot_be_closed_from_another_room(self, books: Tenant) -> None:
        hill = Tenant.objects.create(slug="hill", name="Hill", business_date=DAY)

        with pytest.raises(DatabaseError, match="another room"), transaction.atomic():
            Period.objects.create(tenant_id=hill.pk, starts_on=END, ends_on=END, closed_at=NOON)

    def test_get_their_fingerprint_from_the_database(self, books: Tenant) -> None:
        made_up = Period.objects.create(
            starts_on=END, ends_on=END, closed_at=NOON, fingerprint="made up"
        )

        made_up.refresh_from_db()
        assert len(made_up.fingerprint) == 64


def raw_entry_on(day: date) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ledger_journalentry (tenant_id, id, key, kind, value_date, booked_on,"
            " booked_at, narrative, line_count)"
            " VALUES (%s, gen_random_uuid(), 'raw', 'raw', %s, %s, now(), '', 2)",
            [rooms.current(), day, day],
        )
