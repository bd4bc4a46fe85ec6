"""A guarantor pays the bank for a late loan, and stands in its place."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction

from lending.actions import repayment
from lending.queries import loans
from partners.actions import buy_backs, claims, covers
from partners.models import CompensationClaim, Participation
from partners.queries.proofs import shares_equal_ledgers
from partners.rules.cover import measure
from tenancy.errors import NotFound
from tenancy.models import AuditEvent
from tests.lending.servicing import build as servicing
from tests.partners import build, money
from tests.partners.money import NOON, SYSTEM

D = Decimal
LATE = date(2026, 3, 10)  # 33 days after the first due date
WINDOW = date(2026, 3, 31)
ACT: dict[str, Any] = {"actor": SYSTEM, "at": NOON}


def guaranteed(**changes: Any) -> Any:
    build.bank()
    build.guarantor()
    facts = {"model": "CO_LEND_G", "compensation_dpd": 28, "compensation_scope": "FULL"}
    version = build.agreement(guarantor_code="shield", **{**facts, **changes})
    return money.co_lent(version=version)


def late(**changes: Any) -> Any:
    loan = guaranteed(**changes)
    servicing.close_to(LATE)
    return loan


def paid(loan: Any) -> CompensationClaim:
    claim = claims.file(on=LATE, loan_id=loan.pk, **ACT)
    return claims.pay(on=LATE, claim_id=claim.pk, reference="G-1", reversible_until=WINDOW, **ACT)


class TestFiling:
    def test_in_full_claims_the_bank_s_part_of_all_that_is_owed(self, room):
        loan = late()

        claim = claims.file(on=LATE, loan_id=loan.pk, **ACT)

        owed = loans.state(loan, on=LATE).balances
        assert claim.principal == D("7000.00")
        assert claim.interest == (owed.interest_outstanding * D("0.7")).quantize(D("0.01"))

    def test_by_instalment_claims_the_overdue_ones(self, room):
        loan = late(compensation_scope="INSTALMENT")

        claim = claims.file(on=LATE, loan_id=loan.pk, **ACT)

        # 766.80 + 778.30 of principal, of which 70 %.
        assert claim.principal == D("1081.57")

    def test_before_its_day_is_refused(self, room):
        loan = guaranteed()
        servicing.close_to(date(2026, 3, 5))  # 28 days past due

        with pytest.raises(claims.NotYetDue):
            claims.file(on=date(2026, 3, 5), loan_id=loan.pk, **ACT)

    def test_twice_is_refused(self, room):
        loan = late()
        claims.file(on=LATE, loan_id=loan.pk, **ACT)

        with pytest.raises(claims.ClaimedAlready):
            claims.file(on=LATE, loan_id=loan.pk, **ACT)

    def test_without_a_guarantor_is_refused(self, room):
        loan = money.co_lent()
        servicing.close_to(LATE)

        with pytest.raises(claims.NotGuaranteed):
            claims.file(on=LATE, loan_id=loan.pk, **ACT)

    def test_by_another_bank_finds_nothing(self, room):
        loan = late()
        other = build.actor_of(build.bank("other"))

        with pytest.raises(NotFound):
            claims.file(actor=other, at=NOON, on=LATE, loan_id=loan.pk)


class TestSubrogation:
    def test_later_receipts_are_the_guarantor_s_and_the_debt_is_unchanged(self, room):
        loan = late()
        before = loans.state(loan, on=LATE).balances.payoff

        paid(loan)

        assert loans.state(loan, on=LATE).balances.payoff == before
        money.repay(loan, "1000.00", LATE)
        parts = money.shared(loan, "interest"), money.shared(loan, "principal")
        assert [part[1] for part in parts] == [0, 0]
        assert all(part[2] > 0 for part in parts)
        assert Participation.objects.get(loan=loan).holder == "guarantor"
        assert shares_equal_ledgers() == []

    def test_by_instalment_goes_as_far_as_was_paid(self, room):
        loan = late(compensation_scope="INSTALMENT")
        claim = paid(loan)

        money.repay(loan, "5000.00", LATE)

        got = money.shared(loan, "principal")
        assert got[2] == claim.principal
        assert got[1] + got[2] + got[3] == got[0]
        assert got[1] > 0
        assert shares_equal_ledgers() == []

    def test_what_came_between_filing_and_payment_is_the_guarantor_s(self, room):
        loan = late()
        claim = claims.file(on=LATE, loan_id=loan.pk, **ACT)
        money.repay(loan, "1000.00", LATE)
        to_bank = money.shared(loan, "principal")[1]

        claims.pay(on=LATE, claim_id=claim.pk, reference="G-1", reversible_until=WINDOW, **ACT)

        assert money.shared(loan, "principal")[1:3] == (D(0), to_bank)

    def test_a_receipt_taken_back_is_taken_from_the_guarantor(self, room):
        loan = late()
        paid(loan)
        booked = money.repay(loan, "1000.00", LATE)

        repayment.reverse(
            loan_id=loan.pk, event_id=UUID(booked.event.id), key="back", reason="bounced", **ACT
        )

        assert not any(money.shared(loan, "principal"))

    def test_paying_again_by_another_reference_is_refused(self, room):
        claim = paid(late())

        with pytest.raises(claims.ClaimIsSettled):
            claims.pay(on=LATE, claim_id=claim.pk, reference="G-2", reversible_until=WINDOW, **ACT)


class TestTakingBack:
    def test_in_its_window_restores_the_bank(self, room):
        loan = late()
        claim = paid(loan)
        money.repay(loan, "1000.00", LATE)

        claims.take_back(on=WINDOW, claim_id=claim.pk, reason="paid by error", **ACT)

        assert money.shared(loan, "principal")[2] == 0
        assert money.shared(loan, "principal")[1] > 0
        part = Participation.objects.get(loan=loan)
        assert (part.holder, part.status) == ("bank", "ACTIVE")
        assert shares_equal_ledgers() == []

    def test_after_it_is_refused(self, room):
        claim = paid(late())

        with pytest.raises(claims.WindowIsOver), transaction.atomic():
            claims.take_back(on=date(2026, 4, 1), claim_id=claim.pk, reason="late", **ACT)


class TestBuyBack:
    def test_at_a_ratio_makes_later_receipts_ours(self, room):
        loan = money.co_lent()
        servicing.close_to(date(2026, 2, 5))
        money.repay(loan, "916.80", date(2026, 2, 5))

        for _time in range(2):
            bought = buy_backs.buy_back(
                on=date(2026, 2, 5), loan_id=loan.pk, reason="wrong papers",
                price_ratio=D("0.95"), **ACT,
            )  # fmt: skip

        assert bought.principal == D("6463.24")
        assert bought.price == D("6140.08")
        to_bank = money.shared(loan, "principal")[1]
        money.repay(loan, "2000.00", date(2026, 2, 5))
        assert money.shared(loan, "principal")[1] == to_bank == D("536.76")
        assert shares_equal_ledgers() == []


class TestCover:
    def test_grows_while_loans_are_paid_down(self):
        full = measure(D(50_000), D(1_000_000), cap_bp=500, alerts_bp=[400, 450, 500])
        less = measure(D(50_000), D(900_000), cap_bp=500, alerts_bp=[400, 450, 500])

        assert (full.percent, full.is_breached) == (D("5.00"), False)
        assert (less.percent, less.is_breached) == (D("5.56"), True)

    @pytest.mark.parametrize(
        ("cover", "alerts"),
        [("39999", ()), ("40000", (400,)), ("45000", (400, 450)), ("50000", (400, 450, 500))],
    )
    def test_alerts_as_each_mark_is_reached(self, cover, alerts):
        found = measure(D(cover), D(1_000_000), cap_bp=500, alerts_bp=[500, 400, 450])

        assert found.alerts_bp == alerts

    def test_that_grows_by_itself_is_told_once_a_mark(self, room):
        loan = guaranteed(guarantee_cap_bp=500, guarantee_alerts_bp=(400, 450, 500))
        version = Participation.objects.get(loan=loan).version
        covers.give(on=money.ON, version_id=version.pk, amount=D(430), form="cash", **ACT)
        marks = [covers.watch(at=NOON)]
        for amount in ("400.00", "50.00", "1000.00"):
            money.repay(loan, amount, money.ON)
            marks.append(covers.watch(at=NOON))

        # 430 on 10,000, 9,600, 9,550 and 8,550: 4.30, 4.48, 4.50 and 5.03 %.
        assert marks == [1, 0, 1, 1]
        told = AuditEvent.objects.filter(action=covers.WATCHED).order_by("id")
        assert [row.changes["mark"] for row in told] == ["400", "450", "500 breached"]

    def test_above_its_cap_no_more_is_given_but_claims_go_on(self, room):
        loan = late(guarantee_cap_bp=500, guarantee_alerts_bp=(400, 450, 500))
        version = Participation.objects.get(loan=loan).version
        covers.give(on=LATE, version_id=version.pk, amount=D(500), form="cash", **ACT)

        with pytest.raises(covers.CoverCapBreached, match=r"5\.01"), transaction.atomic():
            covers.give(on=LATE, version_id=version.pk, amount=D(1), form="cash", **ACT)

        assert claims.file(on=LATE, loan_id=loan.pk, **ACT).status == "FILED"
