"""Loans fall into the five classes by their days past due, and come out of them again."""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from lending.actions import classification
from lending.models import LoanClass, LoanPosition
from lending.queries.classification import class_of, said_otherwise
from lending.rules.classification import AssetClass
from tenancy.models import Tenant
from tests.lending.servicing import build

pytestmark = pytest.mark.usefixtures("room")
DUE = date(2026, 2, 5)


def told(loan) -> list[tuple[str, int, date]]:
    rows = LoanClass.objects.filter(loan=loan).order_by("id")
    return list(rows.values_list("asset_class", "days_past_due", "effective_on"))


class TestTheDailyRun:
    def test_writes_what_changes_on_the_day_on_which_it_does(self):
        loan = build.active()

        build.close_to(DUE + timedelta(91))

        assert told(loan) == [
            ("special_mention", 1, DUE + timedelta(1)),
            ("substandard", 91, DUE + timedelta(91)),
        ]
        assert class_of(loan.pk) is AssetClass.SUBSTANDARD
        build.close_to(DUE + timedelta(92))
        assert len(told(loan)) == 2

    def test_lifts_the_class_when_nothing_is_late_any_more(self):
        loan = build.active()
        build.close_to(DUE + timedelta(3))
        row = loan.instalments.get(number=1)
        build.repay(loan, str(row.principal_due + row.interest_due + 10))

        build.close_to(DUE + timedelta(4))

        assert LoanPosition.objects.get(loan=loan).arrears_since is None
        assert [row[0] for row in told(loan)] == ["special_mention", "normal"]

    def test_run_again_writes_nothing(self):
        build.active()
        build.close_to(DUE + timedelta(1))

        assert classification.classify(on=DUE + timedelta(1), at=build.NOON) == 0


class TestInIndia:
    @pytest.fixture(autouse=True)
    def india(self, room):
        Tenant.objects.update(jurisdiction="IN")

    @pytest.mark.parametrize(
        ("days", "expected"),
        [
            (0, []), (1, ["sma_0"]), (30, ["sma_0"]), (31, ["sma_0", "sma_1"]),
            (60, ["sma_0", "sma_1"]), (61, ["sma_0", "sma_1", "sma_2"]),
            (90, ["sma_0", "sma_1", "sma_2"]), (91, ["sma_0", "sma_1", "sma_2", "npa"]),
        ],
    )  # fmt: skip
    def test_a_loan_goes_through_the_special_mention_accounts(self, days, expected):
        loan = build.active()

        build.close_to(DUE + timedelta(days))

        assert [row[0] for row in told(loan)] == expected

    def test_a_borrower_s_loans_are_of_the_class_of_the_worst(self):
        late, young = build.active(), build.active("draw-2", build.draw_terms())

        build.close_to(DUE + timedelta(31))

        assert told(young) == told(late)
        assert class_of(young.pk) is AssetClass.SMA_1
        assert said_otherwise(DUE + timedelta(1)) == {
            late.pk: AssetClass.SMA_0, young.pk: AssetClass.SMA_0,
        }  # fmt: skip

    def test_all_of_them_are_lifted_when_nothing_is_late_any_more(self):
        late, young = build.active(), build.active("draw-2", build.draw_terms())
        build.close_to(DUE + timedelta(3))
        row = late.instalments.get(number=1)
        build.repay(late, str(row.principal_due + row.interest_due + 10))

        build.close_to(DUE + timedelta(4))

        assert [row[0] for row in told(young)] == ["sma_0", "normal"]
        assert [row[0] for row in told(late)] == ["sma_0", "normal"]


class TestTheHistory:
    @pytest.mark.parametrize("change", ["UPDATE %s SET asset_class = 'loss'", "DELETE FROM %s"])
    def test_stays_as_it_was_written(self, change):
        build.active()
        build.close_to(DUE + timedelta(1))

        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(change % "lending_loanclass")
