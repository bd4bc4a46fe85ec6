"""The daily close: what it books, that nothing is booked twice, and that it can be resumed."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from ledger.models import JournalEntry
from lending.actions import close
from lending.models import CloseRun, CloseStep, LoanPosition
from tenancy.errors import Forbidden, Invalid
from tenancy.roles import Role
from tests.lending.servicing import build
from tests.tenancy.build import actor

pytestmark = pytest.mark.usefixtures("room")


class TestRun:
    def test_opens_each_day_up_to_the_one_asked_for(self):
        build.close_to(date(2026, 1, 8))

        assert close.business_date() == date(2026, 1, 8)
        assert [run.business_date.day for run in CloseRun.objects.order_by("business_date")] == [
            5,
            6,
            7,
            8,
        ]

    def test_refuses_a_day_that_was_closed(self):
        build.close_to(date(2026, 1, 8))

        with pytest.raises(Invalid):
            build.close_to(date(2026, 1, 7))

    def test_refuses_a_role_that_may_not(self):
        with pytest.raises(Forbidden):
            close.run(to=date(2026, 1, 6), actor=actor(Role.OFFICER), clock=lambda: build.NOON)

    def test_run_again_changes_nothing(self):
        build.active()
        build.close_to(date(2026, 2, 10))
        entries, steps = JournalEntry.objects.count(), CloseStep.objects.count()

        build.close_to(date(2026, 2, 10))

        assert JournalEntry.objects.count() == entries
        assert CloseStep.objects.count() == steps

    def test_tells_rows_and_seconds_of_each_step(self):
        build.active()

        reports = build.close_to(date(2026, 1, 6))

        assert [(r.name, r.rows) for r in reports if r.business_date.day == 6] == [
            ("due", 0),
            ("interest", 1),
            ("penalties", 0),
            ("classes", 0),
            ("proofs", 1),
        ]


class TestInterest:
    def test_of_all_loans_of_a_product_is_one_entry_a_day(self):
        for number in range(3):
            build.active(f"draw-{number}", build.draw_terms())

        build.close_to(build.ON + timedelta(days=12))

        assert JournalEntry.objects.filter(kind="loan.accrual").count() == 12
        assert build.totals()["1210"] == Decimal("2160")  # 3 × 100,000 × 0.06 % × 12
        assert build.faults() == []

    def test_stops_when_the_loan_is_paid(self):
        loan = build.active("draw", build.draw_terms())
        build.close_to(date(2026, 1, 17))
        build.repay(loan, "100720")

        build.close_to(date(2026, 1, 20))

        assert build.totals() == {"1000": Decimal("720"), "4100": Decimal("-720")}
        assert build.faults() == []


class TestDue:
    def test_an_unpaid_instalment_starts_arrears_on_its_due_date(self):
        loan = build.active()

        build.close_to(date(2026, 2, 8))

        position = LoanPosition.objects.get(loan=loan)
        assert position.arrears_since == date(2026, 2, 5)
        assert (close.business_date() - position.arrears_since).days == 3

    def test_a_paid_one_does_not(self):
        loan = build.active()
        build.close_to(date(2026, 2, 5))
        build.repay(loan, "1100.16")

        build.close_to(date(2026, 2, 8))

        assert LoanPosition.objects.get(loan=loan).arrears_since is None

    def test_overdue_principal_bears_a_penalty(self):
        build.active()

        build.close_to(date(2026, 2, 15))

        # 920.16 × 9 % × 10 / 360
        assert build.totals()["1320"] == Decimal("2.30")
        assert build.faults() == []
