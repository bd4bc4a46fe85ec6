"""Products that are repaid on dates of their own."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction

from lending.rules.terms import Method
from tenancy.errors import Invalid
from tests.lending import build

PLAN = {"due_dates": ["2026-09-05", "2027-04-05"], "shares": ["0.5", "0.5"]}
HARVEST = {
    "method": "custom", "quoted_rate": Decimal("0.12"), "rate_basis": "annual",
    "day_count": "30/360", "min_term": 3, "max_term": 18, "term_unit": "months",
}  # fmt: skip


def submitted(**changes):
    build.product("harvest", **HARVEST)
    build.borrower()
    facts = {"product_code": "harvest", "amount": Decimal(24_700), "term": 15, "plan": PLAN}
    return build.submit(**{**facts, **changes})


class TestFromApplicationToLoan:
    def test_the_loan_falls_due_after_the_harvests(self, room):
        line = build.accept(build.approve(build.decide(submitted())))

        terms = build.draw(line, "24700").frozen_terms

        assert terms.method is Method.CUSTOM
        assert terms.due_dates == (date(2026, 9, 5), date(2027, 4, 5))
        assert terms.principal_shares == (Decimal("0.5"), Decimal("0.5"))

    def test_the_borrower_sees_the_instalments_of_the_plan(self, room):
        offer = build.approve(build.decide(submitted()))

        assert offer.plan == PLAN
        assert offer.cost_table["terms"]["due_dates"] == PLAN["due_dates"]

    def test_a_draw_after_the_first_date_is_refused(self, room):
        line = build.accept(build.approve(build.decide(submitted())))

        with pytest.raises(Invalid) as refused:
            build.draw(line, "24700", on=date(2026, 9, 5))

        assert [error.pointer for error in refused.value.errors] == ["/plan/due_dates"]

    @pytest.mark.parametrize("table", ["application", "offer", "creditline"])
    def test_the_plan_cannot_be_exchanged(self, room, table):
        build.accept(build.approve(build.decide(submitted())))

        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE lending_{table} SET plan = NULL")


class TestRefused:
    @pytest.mark.parametrize(
        ("plan", "pointer"),
        [
            (None, "/plan"),
            ({}, "/plan/due_dates"),
            ({**PLAN, "due_dates": ["2027-04-05", "2026-09-05"]}, "/plan/due_dates"),
            ({**PLAN, "due_dates": ["2026-01-05", "2026-09-05"]}, "/plan/due_dates"),
            ({**PLAN, "due_dates": ["2026-09-05", "2027-07-06"]}, "/plan/due_dates"),
            ({**PLAN, "due_dates": ["2026-09-05", "harvest"]}, "/plan/due_dates"),
            ({**PLAN, "shares": ["0.5"]}, "/plan/shares"),
            ({**PLAN, "shares": ["0.5", "0.4"]}, "/plan/shares"),
            ({**PLAN, "shares": ["1.5", "-0.5"]}, "/plan/shares"),
            ({**PLAN, "shares": ["1", "0"]}, "/plan/shares"),
            ({**PLAN, "shares": ["0.5", "NaN"]}, "/plan/shares"),
            ({**PLAN, "shares": [0.5, 0.5]}, "/plan/shares"),
            ({**PLAN, "shares": "0.5"}, "/plan/shares"),
        ],
    )
    def test_a_plan_that_does_not_fit_is_named(self, room, plan, pointer):
        with pytest.raises(Invalid) as refused:
            submitted(plan=plan)

        assert [error.pointer for error in refused.value.errors] == [pointer]

    def test_another_product_takes_no_plan(self, room):
        with pytest.raises(Invalid) as refused:
            build.submitted(plan=PLAN)

        assert [error.pointer for error in refused.value.errors] == ["/plan"]

    def test_its_terms_may_be_counted_in_days_too(self):
        facts = {**HARVEST, "term_unit": "days", "min_term": 90, "max_term": 540}

        assert list(build.configuration(**facts).problems()) == []

    def test_an_unknown_funding_is_named(self):
        [error] = build.configuration(funding="uncle").problems()

        assert (error.pointer, error.expected) == ("/funding", "own, partner")
