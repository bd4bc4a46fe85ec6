"""A loan put on new due dates."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction

from lending.actions import repayment, rescheduling
from lending.actions.servicing import LoanNotOpenForThis
from tenancy.errors import Forbidden, Invalid
from tenancy.roles import Role
from tests.lending.servicing import build
from tests.tenancy.build import actor

DATES = [date(2026, month, 5) for month in range(4, 10)]


def moved(loan: Any, **changes: Any) -> Any:
    facts: dict[str, Any] = {
        "loan_id": loan.pk, "due_dates": DATES, "on": build.ON, "reason": "Drought",
        "key": "drought-1", "at": build.NOON, "actor": build.SYSTEM,
    }  # fmt: skip
    return rescheduling.reschedule(**{**facts, **changes})


class TestReschedule:
    def test_shows_the_new_dates_and_keeps_the_books_right(self, room):
        loan = build.active()

        moved(loan)

        assert list(loan.instalments.order_by("number").values_list("due_on", flat=True)) == DATES
        assert build.faults() == []

    def test_repeated_is_one_event(self, room):
        loan = build.active()

        assert [moved(loan).is_new, moved(loan).is_new] == [True, False]
        assert loan.events.count() == 2

    def test_of_an_overdue_loan_cures_its_arrears(self, room):
        loan = build.active()
        build.close_to(date(2026, 3, 1))

        moved(loan, on=date(2026, 3, 1))

        loan.refresh_from_db()
        assert loan.position.arrears_since is None
        assert build.faults() == []

    def test_penalties_go_on_from_what_was_brought_along(self, room):
        loan = build.active()
        build.close_to(date(2026, 3, 1))
        moved(loan, on=date(2026, 3, 1))

        build.close_to(date(2026, 4, 20))

        assert build.faults() == []

    def test_may_be_back_dated_among_receipts(self, room):
        loan = build.active()
        build.close_to(date(2026, 2, 20))
        build.repay(loan, "1200", date(2026, 2, 10))

        moved(loan, on=date(2026, 2, 1))

        build.close_to(date(2026, 2, 25))
        assert build.faults() == []

    def test_a_receipt_before_it_may_still_be_taken_back(self, room):
        loan = build.active()
        booked = build.repay(loan, "1200")
        moved(loan)

        repayment.reverse(
            loan_id=loan.pk, event_id=UUID(booked.event.id), key="back", reason="bounced",
            at=build.NOON, actor=build.SYSTEM,
        )  # fmt: skip

        assert build.faults() == []


class TestRefused:
    @pytest.mark.parametrize(
        ("change", "pointer"),
        [
            ({"due_dates": []}, "/due_dates"),
            ({"due_dates": [build.ON]}, "/due_dates"),
            ({"due_dates": [DATES[1], DATES[0]]}, "/due_dates"),
            ({"reason": " "}, "/reason"),
            ({"on": date(2026, 1, 6)}, "/on"),
            ({"on": date(2026, 1, 4)}, "/on"),
        ],
    )
    def test_what_does_not_fit_is_named(self, room, change, pointer):
        loan = build.active()

        with pytest.raises(Invalid) as refused:
            moved(loan, **change)

        assert [error.pointer for error in refused.value.errors] == [pointer]

    def test_a_loan_that_waits_for_its_money(self, room):
        with pytest.raises(LoanNotOpenForThis):
            moved(build.pending())

    def test_an_officer_alone(self, room):
        with pytest.raises(Forbidden):
            moved(build.active(), actor=actor(Role.OFFICER))


def test_the_database_knows_no_rescheduling_without_dates(room):
    build.active()

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO lending_loanevent (id, loan_id, sequence, kind, effective_on, booked_on, "
            "recorded_at, amount, note, key, due_dates) SELECT gen_random_uuid(), loan_id, 2, "
            "'rescheduled', effective_on, booked_on, now(), 0, '', 'x', '[]' "
            "FROM lending_loanevent LIMIT 1"
        )


def test_the_close_hands_the_finished_day_to_settlement(room, sent_tasks):
    build.books()

    build.close_to(date(2026, 1, 7))

    settled = [each.kwargs for each in sent_tasks.waiting if each.name == "partners.settle"]
    assert [each["business_date"] for each in settled][-2:] == ["2026-01-05", "2026-01-06"]
