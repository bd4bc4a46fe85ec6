"""Shares as the database writes them, and what it refuses."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lending.actions import repayment
from lending.models import LoanPosition
from partners.models import Cession, Participation, Share
from partners.rules.splitting import Component, split
from tests.lending.servicing import build as servicing
from tests.partners import money
from tests.partners.money import NOON, SYSTEM

D = Decimal


def twin(loan) -> dict[str, tuple[Decimal, ...]]:
    """What the pure rules make of the loan's running totals."""
    position = LoanPosition.objects.get(loan=loan)
    part = Participation.objects.get(loan=loan)
    cessions = [
        each.as_rule() for each in Cession.objects.filter(participation=part, is_void=False)
    ]
    totals = {
        Component.DISBURSED: position.disbursed,
        Component.PRINCIPAL: position.disbursed - position.principal,
        Component.INTEREST: position.interest_paid,
        Component.FEE: position.fee_paid,
        Component.PENALTY: position.penalty_paid,
    }
    cut = split(totals, part.fractions, decimals=part.decimals, cessions=cessions)
    return {
        component.value: (each.total, each.bank, each.guarantor, each.own, each.spread)
        for component, each in cut.items()
    }


def assert_equal_to_twin(loan) -> None:
    expected = twin(loan)
    assert {each: money.shared(loan, each) for each in expected} == expected


class TestTheTrigger:
    def test_shares_the_money_paid_out(self, room):
        loan = money.co_lent()

        assert money.shared(loan, "disbursed")[:4] == (D(10_000), D(7_000), D(0), D(3_000))

    def test_shares_the_twelve_instalments_to_the_cent(self, room):
        loan = money.co_lent()
        for row in list(loan.instalments.order_by("number")):
            servicing.close_to(row.due_on)
            due = row.principal_due + row.interest_due
            money.repay(loan, str(due), row.due_on)

        by_event = [
            money.shared(loan, "principal", sequence=n)[1:4:2]
            + money.shared(loan, "interest", sequence=n)[1:4:2]
            for n in (2, 3, 4, 13)
        ]
        assert by_event == [
            (D("536.76"), D("230.04"), D("105.00"), D("45.00")),
            (D("544.81"), D("233.49"), D("96.95"), D("41.55")),
            (D("552.99"), D("236.99"), D("88.77"), D("38.05")),
            (D("632.28"), D("270.98"), D("9.49"), D("4.06")),
        ]
        assert money.shared(loan, "principal")[1] == D("7000.00")

    def test_a_reversal_takes_the_shares_back(self, room):
        loan = money.co_lent()
        before = {each: money.shared(loan, each) for each in Component}
        booked = money.repay(loan, "3333.33")

        repayment.reverse(
            loan_id=loan.pk, event_id=booked.event.id, key="back", reason="wrong loan",
            at=NOON, actor=SYSTEM,
        )  # fmt: skip

        assert {each: money.shared(loan, each) for each in Component} == before

    def test_a_back_dated_receipt_is_split_anew(self, room):
        loan = money.co_lent()
        servicing.close_to(date(2026, 2, 10))
        money.repay(loan, "916.80", date(2026, 2, 10))
        money.repay(loan, "500.00", date(2026, 1, 20))

        assert_equal_to_twin(loan)

    def test_a_coupon_shows_our_spread(self, room):
        terms = money.ten_thousand(annual_rate=D("0.15"))
        loan = money.co_lent(of=terms, coupon_rate=D("0.09"))
        servicing.close_to(date(2026, 2, 5))

        money.repay(loan, "125.00")

        assert money.shared(loan, "interest") == (
            D("125.00"), D("52.50"), D(0), D("72.50"), D("35.00")
        )  # fmt: skip

    def test_leaves_other_loans_alone(self, room):
        loan = servicing.active()
        money.repay(loan, "100")

        assert not Share.objects.exists()

    @settings(
        max_examples=10, deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )  # fmt: skip
    @given(
        amounts=st.lists(st.decimals(min_value="0.01", max_value=4000, places=2), max_size=6),
        ratio=st.integers(1, 9_999),
    )
    def test_is_the_pure_rule(self, room, amounts, ratio):
        try:
            with transaction.atomic():
                loan = money.co_lent(bank_ratio_bp=ratio)
                for number, amount in enumerate(amounts):
                    money.repay(loan, str(amount), key=f"r-{number}")
                assert_equal_to_twin(loan)
                raise _Undo
        except _Undo:
            pass


class _Undo(Exception):
    """Leaves nothing of an example behind."""


class TestTheDatabaseRefuses:
    @pytest.mark.parametrize(
        "attack",
        [
            "UPDATE partners_share SET bank_part = bank_part + 1",
            "DELETE FROM partners_share",
            "TRUNCATE partners_share CASCADE",
            "UPDATE partners_participation SET principal_fraction = 0.8",
            "DELETE FROM partners_participation",
            "UPDATE partners_fundingleg SET amount = 1",
            "INSERT INTO partners_share (participation_id, loan_id, bank_id, sequence, booked_on, "
            "component, total, bank_part, guarantor_part, own_part, spread, holder) "
            "SELECT participation_id, loan_id, bank_id, sequence, booked_on, component, 10, 9, 0, "
            "0, 0, holder FROM partners_share LIMIT 1",
        ],
    )
    def test_an_attack_on_the_rows(self, room, attack):
        money.co_lent()

        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(attack)

    def test_a_false_share_at_commit(self, room, commits):
        money.co_lent()
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO partners_share (participation_id, loan_id, bank_id, sequence, "
                "booked_on, component, total, bank_part, guarantor_part, own_part, spread, "
                "holder) SELECT participation_id, loan_id, bank_id, sequence, booked_on, "
                "component, 10, 7, 0, 3, 0, holder FROM partners_share LIMIT 1"
            )

        with pytest.raises(DatabaseError, match="ledger"), transaction.atomic():
            commits()
        transaction.set_rollback(True)

    def test_it_splits_even_what_was_written_behind_our_back(self, room, commits):
        loan = money.co_lent()

        with connection.cursor() as cursor:
            cursor.execute("UPDATE lending_loanposition SET interest_paid = interest_paid + 10")

        commits()
        assert money.shared(loan, "interest")[:4] == (D(10), D(7), D(0), D(3))
