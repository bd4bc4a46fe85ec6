"""Commission in the tables and in the books: entered, stated, paid, taken back."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Sum
from django.utils import translation

from ledger.models import Posting
from lending.models import Loan
from rural.actions import commission, village_partners
from rural.models import CommissionEntry, CommissionStatement, Recommendation, VillagePartner
from tenancy.actors import Actor
from tenancy.errors import Forbidden, Invalid
from tenancy.wording import said
from tests.lending.servicing import build as servicing
from tests.rural import village_build as build

pytestmark = pytest.mark.usefixtures("room")
DUE = [date(2026, 2, 5), date(2026, 3, 5), date(2026, 4, 5)]
INSTALMENT = "1833.60"


def accrue(partner: VillagePartner, on: date) -> list[CommissionEntry]:
    return commission.accrue(actor=build.SYSTEM, at=build.NOON, on=on, partner_id=partner.pk)


def state(partner: VillagePartner, of: date, on: date) -> CommissionStatement:
    statement = commission.prepare(
        actor=build.SYSTEM, at=build.NOON, on=on, partner_id=partner.pk, of=of, currency="CNY"
    )
    assert statement is not None
    return statement


def pay(statement: CommissionStatement, on: date) -> CommissionStatement:
    return commission.pay(actor=build.FINANCE, at=build.NOON, on=on, statement_id=statement.pk)


def repay_on_time(loan: Loan, dues: int) -> None:
    for due in DUE[:dues]:
        servicing.close_to(due)
        servicing.repay(loan, INSTALMENT, due)


def payable() -> Decimal:
    """What the books say we owe village partners."""
    rows = Posting.objects.filter(account__code="2410")
    return -(rows.aggregate(total=Sum("amount"))["total"] or Decimal(0))


class TestAccrue:
    def test_half_after_cooling_off_half_after_three_due_dates_met(self) -> None:
        partner = build.partner()
        loan = build.recommended_loan(partner)

        assert accrue(partner, date(2026, 1, 19)) == []
        (first,) = accrue(partner, date(2026, 1, 20))
        assert (first.amount, first.basis) == (Decimal(100), "first_part")
        repay_on_time(loan, 3)
        (second,) = accrue(partner, DUE[2])
        assert (second.amount, second.basis) == (Decimal(100), "both_parts")
        assert payable() == Decimal(200)

    def test_repeating_enters_nothing(self) -> None:
        partner = build.partner()
        build.recommended_loan(partner)
        accrue(partner, date(2026, 1, 20))

        assert accrue(partner, date(2026, 1, 20)) == []

    @pytest.mark.parametrize("relation", ["kin", "creditor"])
    def test_a_loan_to_kin_earns_nothing(self, relation: str) -> None:
        partner = build.partner()
        loan = build.recommended_loan(partner, relation=relation)
        repay_on_time(loan, 3)

        assert accrue(partner, DUE[2]) == []
        assert Recommendation.objects.get().is_flagged

    def test_a_first_default_takes_everything_back(self) -> None:
        partner = build.partner()
        build.recommended_loan(partner)
        accrue(partner, date(2026, 1, 20))

        assert accrue(partner, DUE[0] + timedelta(days=6)) == []
        (taken,) = accrue(partner, DUE[0] + timedelta(days=7))

        assert (taken.kind, taken.amount, taken.basis) == (
            "clawed_back",
            Decimal(-100),
            "first_default",
        )
        assert payable() == 0

    def test_arrears_in_the_first_year_take_half_back(self) -> None:
        partner = build.partner()
        loan = build.recommended_loan(partner)
        accrue(partner, date(2026, 1, 20))
        repay_on_time(loan, 3)
        accrue(partner, DUE[2])

        # Nothing after 5 May: 61 days past due on 5 July.
        assert accrue(partner, date(2026, 7, 4)) == []
        (taken,) = accrue(partner, date(2026, 7, 5))

        assert (taken.amount, taken.basis) == (Decimal(-100), "arrears")

    def test_fraud_takes_everything_back(self) -> None:
        partner = build.partner()
        loan = build.recommended_loan(partner)
        accrue(partner, date(2026, 1, 20))
        repay_on_time(loan, 3)
        accrue(partner, DUE[2])
        Recommendation.objects.update(fraud_found_at=build.NOON, fraud_reason="Forged land paper")

        (taken,) = accrue(partner, DUE[2])

        assert (taken.amount, taken.basis) == (Decimal(-200), "fraud")

    def test_only_finance_and_the_system_may(self) -> None:
        partner = build.partner()

        with pytest.raises(Forbidden):
            commission.accrue(
                actor=build.agent_of(partner), at=build.NOON, on=build.ON, partner_id=partner.pk
            )


class TestStatement:
    def test_a_month_is_stated_and_paid_once_it_is_over(self) -> None:
        partner = build.partner()
        build.recommended_loan(partner)
        accrue(partner, date(2026, 1, 20))
        with pytest.raises(Invalid), transaction.atomic():
            state(partner, date(2026, 1, 1), date(2026, 1, 31))

        statement = pay(state(partner, date(2026, 1, 1), date(2026, 2, 1)), date(2026, 2, 3))

        assert (statement.payable, statement.paid) == (Decimal(100), Decimal(100))
        assert payable() == 0
        assert commission.balance(partner, "CNY") == 0

    def test_a_clawback_nets_from_the_next_payment(self) -> None:
        partner = build.partner()
        build.recommended_loan(partner, 1)
        build.recommended_loan(partner, 2, amount="50000")
        accrue(partner, date(2026, 1, 20))
        statement = state(partner, date(2026, 1, 1), date(2026, 2, 1))
        Recommendation.objects.filter(asked_amount=20_000).update(
            fraud_found_at=build.NOON, fraud_reason="Forged land paper"
        )
        accrue(partner, date(2026, 2, 2))

        paid = pay(statement, date(2026, 2, 3))

        assert (paid.payable, paid.paid) == (Decimal(350), Decimal(250))

    def test_a_debt_is_carried_and_never_paid_below_zero(self) -> None:
        partner = build.partner()
        build.recommended_loan(partner)
        accrue(partner, date(2026, 1, 20))
        pay(state(partner, date(2026, 1, 1), date(2026, 2, 1)), date(2026, 2, 3))
        accrue(partner, date(2026, 2, 12))

        statement = pay(state(partner, date(2026, 2, 1), date(2026, 3, 1)), date(2026, 3, 1))

        assert (statement.payable, statement.carried) == (Decimal(0), Decimal(-100))
        assert statement.paid == 0
        assert commission.balance(partner, "CNY") == Decimal(-100)

    def test_what_is_below_zero_is_claimed_only_with_finances_approval(self) -> None:
        partner = build.partner()
        build.recommended_loan(partner)
        accrue(partner, date(2026, 1, 20))
        pay(state(partner, date(2026, 1, 1), date(2026, 2, 1)), date(2026, 2, 3))
        accrue(partner, date(2026, 2, 12))

        def claim(amount: str, actor: Actor = build.FINANCE) -> CommissionEntry:
            return commission.recover(
                actor=actor, at=build.NOON, on=date(2026, 3, 1), partner_id=partner.pk,
                amount=Decimal(amount), currency="CNY", reason="Paid back", key=amount,
            )  # fmt: skip

        with pytest.raises(Forbidden), transaction.atomic():
            claim("100", build.BOSS)
        with pytest.raises(Invalid), transaction.atomic():
            claim("100.01")
        claim("100")
        claim("100")
        assert commission.balance(partner, "CNY") == 0
        assert payable() == 0

    def test_a_later_statement_supersedes_one_that_was_not_paid(self) -> None:
        partner = build.partner()
        build.recommended_loan(partner)
        accrue(partner, date(2026, 1, 20))
        january = state(partner, date(2026, 1, 1), date(2026, 2, 1))

        february = state(partner, date(2026, 2, 1), date(2026, 3, 1))

        assert (february.opening, february.payable) == (Decimal(100), Decimal(100))
        with pytest.raises(commission.StatementNotOpen):
            pay(january, date(2026, 3, 1))

    def test_who_prepared_it_does_not_approve_it(self) -> None:
        partner = build.partner()
        build.recommended_loan(partner)
        accrue(partner, date(2026, 1, 20))
        statement = commission.prepare(
            actor=build.FINANCE, at=build.NOON, on=date(2026, 2, 1), partner_id=partner.pk,
            of=date(2026, 1, 1), currency="CNY",
        )  # fmt: skip
        assert statement is not None

        with pytest.raises(commission.FourEyes):
            pay(statement, date(2026, 2, 1))


class TestTables:
    def test_no_payment_takes_a_balance_below_zero(self) -> None:
        partner = build.partner()

        with (
            pytest.raises(IntegrityError, match="below zero"),
            transaction.atomic(),
        ):
            CommissionEntry.objects.create(
                partner=partner, kind="paid", amount=Decimal(-1), currency="CNY",
                booked_on=build.ON, at=build.NOON, key="x",
            )  # fmt: skip

    def test_an_entry_never_changes(self) -> None:
        partner = build.partner()
        build.recommended_loan(partner)
        accrue(partner, date(2026, 1, 20))

        with (
            pytest.raises(Exception, match="rural_commissionentry"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute("UPDATE rural_commissionentry SET amount = 1000")

    def test_what_was_recommended_stays_as_it_was_signed(self) -> None:
        partner = build.partner()
        build.recommended_loan(partner)

        with pytest.raises(Exception, match="rural_recommendation"), transaction.atomic():
            Recommendation.objects.update(relation="none", known_years=3)


class TestWatch:
    def test_a_bad_book_of_twenty_suspends(self) -> None:
        partner = build.partner()
        for number in range(1, 21):
            build.recommended_loan(partner, number)

        def watch(on: date) -> VillagePartner:
            return village_partners.watch(
                actor=build.SYSTEM, at=build.NOON, on=on, partner_id=partner.pk
            )

        assert watch(date(2026, 2, 11)).status == "ACTIVE"
        assert watch(date(2026, 2, 12)).status == "SUSPENDED"
        reason = partner.changes.get().reason
        assert said(reason).startswith("too many first payment defaults")
        with translation.override("zh-hans"):
            assert said(reason).startswith("首期违约过多")

    def test_a_small_book_says_nothing(self) -> None:
        partner = build.partner()
        build.recommended_loan(partner)

        found = village_partners.watch(
            actor=build.SYSTEM, at=build.NOON, on=date(2026, 4, 1), partner_id=partner.pk
        )

        assert found.status == "ACTIVE"
