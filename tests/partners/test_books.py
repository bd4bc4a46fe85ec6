"""Co-lent loans in the lender's books: its part, the partners' parts, what is owed to them."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction

from ledger.actions import periods, posting
from ledger.queries.balance import balance
from ledger.rules.entry import Line
from lending.actions import repayment
from lending.models import PaymentOrder
from partners.actions import (
    books,
    buy_backs,
    claims,
    daily,
    participations,
    paying,
    paying_over,
)
from partners.models import Participation, PartnerPayment, Settlement
from partners.queries.proofs import due_to_partners_equal_shares, own_shares_equal_books
from tests.lending.servicing import build as servicing
from tests.partners import build, money
from tests.partners.money import NOON, ON, SYSTEM

D = Decimal
DUE = date(2026, 2, 5)
LATE = date(2026, 3, 10)
WINDOW = date(2026, 3, 31)
ACT: dict[str, Any] = {"actor": SYSTEM, "at": NOON}


def close_to(day: date) -> None:
    """Close the days before `day`, and settle the last of them."""
    servicing.close_to(day)
    daily.settle_day(actor=SYSTEM, on=day - timedelta(1), clock=lambda: NOON)


def stands(*codes: str) -> dict[str, Decimal]:
    """Balances, debit positive; an account at zero is not there."""
    totals = servicing.totals()
    return {code: totals[code] for code in codes or sorted(totals) if totals.get(code)}


def wrong() -> list[Any]:
    return [*own_shares_equal_books(), *due_to_partners_equal_shares(), *servicing.faults()]


def guaranteed(**changes: Any) -> Any:
    build.bank()
    build.guarantor()
    facts = {"model": "CO_LEND_G", "compensation_dpd": 28, "compensation_scope": "FULL"}
    return money.co_lent(version=build.agreement(guarantor_code="shield", **{**facts, **changes}))


def compensated(loan: Any) -> Any:
    claim = claims.file(on=LATE, loan_id=loan.pk, **ACT)
    return claims.pay(on=LATE, claim_id=claim.pk, reference="G-1", reversible_until=WINDOW, **ACT)


class TestMoneyPaidOut:
    def test_waits_as_the_bank_s_funding_and_is_then_its_principal(self, room):
        part = money.held()
        money.confirm(part)
        assert stands("1000", "2320") == {"1000": D(7_000), "2320": D(-7_000)}

        servicing.callback(PaymentOrder.objects.get(loan=part.loan_id, direction="out"))
        participations.paid_out(actor=SYSTEM, at=NOON, loan_id=part.loan_id)
        close_to(ON + timedelta(1))

        # Of 10,000.00 lent 3,000.00 is our money and our asset.
        assert stands("1000", "1100", "1190", "2320") == {
            "1000": D(-3_000), "1100": D(10_000), "1190": D(-7_000),
        }  # fmt: skip
        assert wrong() == []

    def test_that_never_goes_out_goes_back(self, room):
        part = money.held()
        money.confirm(part)

        participations.not_paid_out(on=ON, loan_id=part.loan_id, **ACT)

        assert stands("1000", "2320") == {}


class TestTheTwelveInstalments:
    def test_the_first_is_the_first_row_of_the_table(self, room):
        loan = money.co_lent()
        close_to(DUE)
        # 150.00 was earned, of which 105.00 is the bank's.
        assert stands("1210", "1290", "4100", "4190") == {
            "1210": D(150), "1290": D(-105), "4100": D(-150), "4190": D(105),
        }  # fmt: skip

        money.repay(loan, "916.80")
        close_to(DUE + timedelta(1))

        assert stands("2310") == {"2310": D("-641.76")}  # 536.76 and 105.00
        assert stands("1100", "1190") == {"1100": D("9233.20"), "1190": D("-6463.24")}
        assert wrong() == []

    def test_all_of_them_leave_nothing_but_what_we_earned(self, room):
        loan = money.co_lent()
        for row in list(loan.instalments.order_by("number")):
            close_to(row.due_on)
            money.repay(loan, str(row.principal_due + row.interest_due), row.due_on)
        close_to(row.due_on + timedelta(1))

        interest = -stands("4100")["4100"]
        passed = stands("4190")["4190"]
        assert stands() == {
            "1000": D(7_000) + interest,
            "2310": -(D(7_000) + passed),
            "4100": -interest,
            "4190": passed,
        }
        assert passed == money.shared(loan, "interest")[1]
        assert wrong() == []


class TestSpread:
    def test_is_shown_apart_from_our_own_interest(self, room):
        loan = money.co_lent(of=money.ten_thousand(annual_rate=D("0.15")), coupon_rate=D("0.09"))
        close_to(DUE)
        money.repay(loan, str(loan.instalments.get(number=1).principal_due + D(125)), DUE)
        close_to(DUE + timedelta(1))

        # 15 % on 10,000 for a month; 9 % on 7,000 is the bank's, 6 % on 7,000 our spread. The
        # day after the receipt has begun to earn by then.
        day = servicing.totals()["4100"] + D(125)
        assert stands("4110") == {"4110": D("-35.00")}
        assert money.shared(loan, "interest")[:4] == (D(125), D("52.50"), D(0), D("72.50"))
        assert stands("4190")["4190"] == D("87.50") + (-day * D("0.42")).quantize(D("0.01"))
        assert wrong() == []


class TestWhatIsTakenBack:
    def test_or_comes_with_an_earlier_value_date_leaves_what_straight_booking_had(self, room):
        loan = money.co_lent()
        close_to(DUE + timedelta(3))
        booked = money.repay(loan, "3333.33")
        close_to(DUE + timedelta(4))
        assert stands("2310")

        repayment.reverse(
            loan_id=loan.pk, event_id=UUID(booked.event.id), key="back", reason="wrong", **ACT
        )
        money.repay(loan, "916.80", DUE)
        close_to(DUE + timedelta(5))

        assert stands("2310", "1190") == {"2310": D("-641.76"), "1190": D("-6463.24")}
        assert wrong() == []


class TestSettling:
    def paid(self, **changes: Any) -> Settlement:
        loan = money.co_lent(**changes)
        close_to(DUE)
        money.repay(loan, "916.80")
        close_to(DUE + timedelta(1))
        payment = PartnerPayment.objects.get(settlement__on=DUE)
        return paying.confirm(
            payment_id=payment.pk, bank_ref="TT-1", value_date=DUE + timedelta(1), **ACT
        )

    def test_clears_what_is_owed(self, room):
        assert self.paid().net == D("641.76")

        assert stands("2310") == {}
        assert wrong() == []

    def test_earns_the_service_fee(self, room):
        self.paid(service_fee_rate=D("0.025"))

        assert stands("2310", "4400") == {"4400": D("-2.63")}
        assert wrong() == []

    def test_again_posts_nothing_again(self, room):
        self.paid(service_fee_rate=D("0.025"))
        before = stands()

        daily.settle_day(actor=SYSTEM, on=DUE, clock=lambda: NOON)
        books.post_accrued(at=NOON)

        assert stands() == before

    def test_a_day_that_was_forgotten_is_caught_up_with(self, room):
        loan = money.co_lent()
        servicing.close_to(DUE)
        money.repay(loan, "916.80")
        servicing.close_to(DUE + timedelta(2))

        daily.settle_day(actor=SYSTEM, on=DUE + timedelta(1), clock=lambda: NOON)

        assert stands("1190", "2310") == {"1190": D("-6463.24"), "2310": D("-641.76")}
        assert balance("1190", "CNY", on=ON) == D(-7_000)
        assert wrong() == []

    def test_a_day_in_a_closed_period_is_booked_on_the_open_one(self, room):
        money.co_lent()
        servicing.close_to(DUE)
        periods.close_period(ends_on=date(2026, 1, 31), **ACT)

        daily.settle_day(actor=SYSTEM, on=ON, clock=lambda: NOON)

        assert balance("1190", "CNY", on=date(2026, 1, 31)) == 0
        assert balance("1190", "CNY", on=DUE) == D(-7_000)


class TestAGuarantorWhoPaid:
    def test_holds_what_the_bank_held_and_is_owed_what_comes(self, room):
        loan = guaranteed()
        close_to(LATE)
        bank, guarantor = build.bank(), build.guarantor()
        compensated(loan)

        assert balance("1190", "CNY", subject_id=bank.pk) == 0
        assert balance("1190", "CNY", subject_id=guarantor.pk) == D(-7_000)
        assert balance("1290", "CNY", subject_id=bank.pk) == 0
        assert wrong() == []

        money.repay(loan, "1000.00", LATE)
        close_to(LATE + timedelta(1))
        parts = (money.shared(loan, each)[2] for each in ("principal", "interest", "penalty"))
        got = sum(parts, D(0))
        assert books.due_to_guarantor(guarantor.pk, "CNY") == got > 0
        assert stands("2310") == {}
        assert wrong() == []

        owed: dict[str, Any] = {"guarantor_id": guarantor.pk, "currency": "CNY", **ACT}
        with pytest.raises(paying_over.NothingIsOwed), transaction.atomic():
            paying_over.pay_over(on=LATE, amount=got + D("0.01"), reference="P-1", **owed)
        for _time in range(2):
            left = paying_over.pay_over(on=LATE, amount=got, reference="P-1", **owed)
        assert left == 0
        assert stands("2330") == {}
        assert wrong() == []

    def test_by_error_gives_it_back(self, room):
        loan = guaranteed()
        close_to(LATE)
        before = stands()
        claim = compensated(loan)

        claims.take_back(on=WINDOW, claim_id=claim.pk, reason="paid by error", **ACT)

        assert stands() == before
        assert balance("1190", "CNY", subject_id=build.bank().pk) == D(-7_000)
        assert wrong() == []

    def test_for_an_instalment_holds_that_and_no_more(self, room):
        loan = guaranteed(compensation_scope="INSTALMENT")
        close_to(LATE)
        claim = compensated(loan)

        held = -balance("1190", "CNY", subject_id=build.guarantor().pk)
        assert held == claim.principal == D("1081.57")
        assert wrong() == []


class TestClaimsOneAfterAnother:
    def test_ask_for_nothing_twice(self, room):
        loan = guaranteed(compensation_scope="INSTALMENT")
        close_to(LATE)
        compensated(loan)
        # The oldest instalment is paid; the second was claimed with it, the third is new.
        money.repay(loan, "960.00", LATE)
        later = date(2026, 4, 15)
        close_to(later)

        second = claims.file(on=later, loan_id=loan.pk, **ACT)

        assert second.principal == D("552.99")
        claims.pay(on=later, claim_id=second.pk, reference="G-2", reversible_until=later, **ACT)
        assert wrong() == []

    def test_leave_less_to_buy_back(self, room):
        loan = guaranteed(compensation_scope="INSTALMENT")
        close_to(LATE)
        compensated(loan)

        bought = buy_backs.buy_back(on=LATE, loan_id=loan.pk, reason="wrong papers", **ACT)

        assert bought.principal == D("7000.00") - D("1081.57")
        assert balance("1190", "CNY", subject_id=build.bank().pk) == 0
        assert wrong() == []


class TestBuyingBack:
    def test_makes_the_bank_s_part_our_asset_at_its_price(self, room):
        loan = money.co_lent()
        close_to(DUE)
        money.repay(loan, "916.80")
        close_to(DUE + timedelta(1))
        before = stands("2310")["2310"]

        bought = buy_backs.buy_back(
            on=DUE + timedelta(1), loan_id=loan.pk, reason="wrong papers",
            price_ratio=D("0.95"), **ACT,
        )  # fmt: skip

        assert stands("1190", "1290") == {}
        assert stands("2310")["2310"] == before - bought.price
        # Bought for 95 % of what it stands for.
        assert stands("5220")["5220"] == bought.price - bought.principal - bought.interest < 0
        assert wrong() == []
        close_to(DUE + timedelta(2))
        assert stands("1190", "1290") == {}
        assert Settlement.objects.get(on=DUE + timedelta(1)).compensation == bought.price
        assert wrong() == []


class TestTheProofs:
    @pytest.mark.parametrize("account", ["1190", "2310"])
    def test_find_an_entry_that_no_share_stands_behind(self, room, account):
        loan = money.co_lent()
        close_to(ON + timedelta(1))
        bank = Participation.objects.get(loan=loan).bank_id
        lines = [Line(account, "CNY", D(1), bank), Line("1000", "CNY", D(-1))]
        posting.post(
            key="by hand", kind="hand", value_date=ON, booked_on=ON + timedelta(1), at=NOON,
            narrative="", lines=lines,
        )  # fmt: skip

        found = own_shares_equal_books() + due_to_partners_equal_shares()

        assert [str(bank) in each.row for each in found] == [True]
