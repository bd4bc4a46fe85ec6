"""Days of real co-lent loans: what the database shared out is what the files say."""

import json
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from lending.actions import repayment
from partners.actions import buy_backs, claims, daily
from partners.models import CompensationClaim, Settlement, SettlementFile
from partners.queries import own_loans
from partners.queries.days import day
from partners.rules.day import not_adding_up
from partners.rules.files.names import parsed
from partners.rules.files.reading import read
from partners.rules.files.rows import Outstanding, RepayDetail
from tenancy import room as rooms
from tenancy.actions import documents
from tenancy.models import Tenant
from tests.lending.servicing import build as servicing
from tests.partners import build, money
from tests.partners.settling import ON, SYSTEM, bank, off, only_break, taken
from tests.tenancy.build import NOON

D = Decimal
DUE = date(2026, 2, 5)


def settle(on: date) -> Settlement:
    [settlement] = daily.settle_day(actor=SYSTEM, on=on, clock=lambda: NOON)
    return settlement


def rows(kind: str, on: date, seq: int = 1) -> list[Any]:
    file = SettlementFile.objects.get(kind=kind, settlement__on=on, seq=seq)
    reading = read([documents.content_of(file.document)], parsed(file.name))
    assert reading.faults == []
    return [line.row for line in reading.lines]


@pytest.fixture
def loan(room: Tenant) -> Any:
    return money.co_lent()


class TestAJurisdictionWithoutClasses:
    def test_has_its_days_without_them(self, loan):
        servicing.close_to(ON + timedelta(1))
        Tenant.objects.update(jurisdiction="KE")

        settle(ON)

        [row] = rows("OUTSTANDING", ON)
        assert (row.dpd, row.bucket, row.class5) == (0, "M0", "")


class TestTheDayOfThePayment:
    def test_names_both_lenders_parts(self, loan):
        servicing.close_to(ON + timedelta(1))
        settle(ON)

        [paid_out] = rows("DISBURSE", ON)
        assert (paid_out.total_amt, paid_out.partner_amt, paid_out.own_amt) == (
            D(10_000), D(7_000), D(3_000),
        )  # fmt: skip
        assert (paid_out.ratio_bp, paid_out.term) == (7_000, 12)
        assert paid_out.bank_ref == f"B-{loan.number}"
        assert paid_out.agreement_version == "harbour-70 v1"

    def test_shows_what_is_owed_at_its_end(self, loan):
        servicing.close_to(ON + timedelta(1))
        settle(ON)

        [owed] = rows("OUTSTANDING", ON)
        assert (owed.principal_os, owed.partner_principal_os) == (D(10_000), D(7_000))
        assert (owed.interest_accrued, owed.partner_interest_accrued) == (D("4.84"), D("3.39"))
        assert (owed.next_due_date, owed.next_due_amt) == (DUE, D("916.80"))
        assert (owed.dpd, owed.bucket, owed.class5, owed.status) == (0, "M0", "NORMAL", "ACTIVE")

    def test_tells_the_bank_its_part_of_each_instalment(self, loan):
        servicing.close_to(ON + timedelta(1))
        settle(ON)

        plan = rows("REPAYMENT_PLAN", ON)
        assert [row.instalment_no for row in plan] == list(range(1, 13))
        first = plan[0]
        assert (first.principal_due, first.interest_due) == (D("766.80"), D("150.00"))
        assert (first.partner_principal, first.partner_interest) == (D("536.76"), D("105.00"))
        assert sum(row.partner_principal for row in plan) == D(7_000)


class TestADayInArrears:
    def test_names_the_late_loan_as_it_stood_however_late_it_is_read(self, loan):
        late = DUE + timedelta(3)
        servicing.close_to(late + timedelta(1))
        money.repay(loan, "2000.00")
        servicing.close_to(late + timedelta(2))
        settle(late)

        [row] = rows("OVERDUE", late)
        assert (row.arrears_since, row.dpd, row.bucket) == (DUE, 3, "M1")
        assert row.class5 == "SPECIAL_MENTION"
        assert (row.overdue_principal, row.overdue_interest) == (D("766.80"), D("150.00"))
        settle(late + timedelta(1))
        assert not SettlementFile.objects.filter(
            kind="OVERDUE", settlement__on=late + timedelta(1)
        ).exists()


class TestTheDayOfAReceipt:
    def test_has_the_first_row_of_the_table(self, loan):
        servicing.close_to(DUE)
        money.repay(loan, "916.80")
        servicing.close_to(DUE + timedelta(1))
        settlement = settle(DUE)

        [row] = rows("REPAY_DETAIL", DUE)
        assert isinstance(row, RepayDetail)
        assert (row.principal, row.interest, row.total_amt) == (D("766.80"), D(150), D("916.80"))
        assert (row.partner_principal, row.partner_interest) == (D("536.76"), D(105))
        assert row.own_amt == D("275.04")
        assert (row.instalment_no, row.due_date) == (1, DUE)
        assert (row.txn_type, row.dpd_before, row.dpd_after) == ("NORMAL", 0, 0)
        assert (settlement.receipts, settlement.net) == (1, D("641.76"))

    def test_tells_late_and_early_ones_apart(self, loan):
        servicing.close_to(DUE + timedelta(10))
        money.repay(loan, "916.80")
        money.repay(loan, "100.00")
        servicing.close_to(DUE + timedelta(11))
        settle(DUE + timedelta(10))

        late, rest = rows("REPAY_DETAIL", DUE + timedelta(10))
        assert (late.txn_type, late.dpd_before) == ("OVERDUE", 10)
        assert rest.txn_type in ("OVERDUE", "PREPAY")
        assert not_adding_up([late, rest]) == ()

    def test_takes_the_service_fee_off(self, room):
        loan = money.co_lent(service_fee_rate=D("0.025"))
        servicing.close_to(DUE)
        money.repay(loan, "916.80")
        servicing.close_to(DUE + timedelta(1))

        # 2.5 % of the bank's 105.00 of interest.
        assert settle(DUE).fees_due_to_platform == D("2.63")


class TestAReversal:
    def test_appears_on_its_own_day_and_names_what_it_takes_back(self, loan):
        servicing.close_to(DUE)
        booked = money.repay(loan, "916.80")
        servicing.close_to(DUE + timedelta(1))
        settle(DUE)
        repayment.reverse(
            loan_id=loan.pk, event_id=booked.event.id, key="back", reason="wrong loan",
            at=NOON, actor=SYSTEM,
        )  # fmt: skip
        servicing.close_to(DUE + timedelta(2))
        settlement = settle(DUE + timedelta(1))

        [received] = rows("REPAY_DETAIL", DUE)
        [back] = rows("REPAY_DETAIL", DUE + timedelta(1))
        assert (back.txn_type, back.reversal_of) == ("REVERSAL", received.txn_id)
        assert back.partner_principal == -received.partner_principal
        assert back.partner_interest == -received.partner_interest
        assert back.instalment_no == 1
        assert settlement.net == D("-641.76")


class TestReadAgain:
    def test_a_day_gives_the_same_rows_after_others_have_passed(self, loan):
        servicing.close_to(DUE)
        money.repay(loan, "916.80")
        servicing.close_to(DUE + timedelta(1))
        before = day(bank(), DUE)
        money.repay(loan, "5000.00")
        servicing.close_to(DUE + timedelta(40))

        after = day(bank(), DUE)
        assert after.repaid == before.repaid
        [then], [now] = before.files["OUTSTANDING"], after.files["OUTSTANDING"]
        assert isinstance(then, Outstanding)
        assert isinstance(now, Outstanding)
        assert now == then
        assert before.files["DISBURSE"] == after.files["DISBURSE"] == ()

    def test_settled_twice_is_settled_once(self, loan):
        servicing.close_to(ON + timedelta(1))

        assert settle(ON) == settle(ON)
        assert Settlement.objects.count() == 1


class TestTheStory:
    def test_a_cent_off_one_day_and_500_missing_the_next(self, loan):
        """daily-work.md §6: the file of T+1, the cent resolves itself, the 500.00 queue."""
        servicing.close_to(DUE)
        money.repay(loan, "916.80")
        servicing.close_to(DUE + timedelta(1))
        settle(DUE)
        taken([off(rows("REPAY_DETAIL", DUE)[0], "-0.01")], on=DUE)
        assert (only_break().type, only_break().status) == ("ROUNDING", "RESOLVED")

        money.repay(loan, "500.00")
        servicing.close_to(DUE + timedelta(2))
        settle(DUE + timedelta(1))
        run = taken([], on=DUE + timedelta(1))

        [missing] = run.breaks.all()
        assert (missing.type, missing.status) == ("MISSING_THEIRS", "OPEN")
        assert {"column": "total_amt", "ours": "500.00", "theirs": ""} in missing.differences
        assert rooms.current()


LATE = DUE + timedelta(33)


def filed(scope: str) -> CompensationClaim:
    """A claim for a loan that is late."""
    build.bank()
    build.guarantor()
    version = build.agreement(
        model="CO_LEND_G", guarantor_code="shield", compensation_dpd=28, compensation_scope=scope
    )
    loan = money.co_lent(version=version)
    servicing.close_to(LATE)
    return claims.file(on=LATE, loan_id=loan.pk, actor=SYSTEM, at=NOON)


def paid(claim: CompensationClaim) -> None:
    claims.pay(
        on=LATE, claim_id=claim.pk, reference="G-1", reversible_until=LATE, actor=SYSTEM, at=NOON
    )
    servicing.close_to(LATE + timedelta(1))


def compensated(scope: str) -> CompensationClaim:
    """A loan for which the guarantor has paid the bank, on a day that is closed."""
    claim = filed(scope)
    paid(claim)
    return claim


class TestAClaim:
    @pytest.mark.parametrize(("scope", "left"), [("FULL", D(0)), ("INSTALMENT", D("5918.43"))])
    def test_takes_from_the_bank_what_it_was_paid_for(self, room, scope, left):
        compensated(scope)

        [owed] = day(bank(), LATE).files["OUTSTANDING"]
        [before] = day(bank(), LATE - timedelta(1)).files["OUTSTANDING"]
        assert isinstance(owed, Outstanding)
        assert isinstance(before, Outstanding)

        assert (owed.principal_os, owed.partner_principal_os) == (D(10_000), left)
        assert before.partner_principal_os == D(7_000)
        [loan] = own_loans.standing(own_loans.of_bank(bank()), LATE)
        assert loan.owed.principal == left

    def test_shows_on_the_day_on_which_it_was_paid(self, room):
        late, claim = LATE, compensated("FULL")
        settle(late)

        [row] = rows("COMPENSATION", late)
        assert (row.claim_id, row.scope, row.claim_amt_principal) == (
            claim.number, "FULL", D(7_000),
        )  # fmt: skip
        assert (row.new_creditor, row.paid_at) == ("shield", late)
        [owed] = rows("OUTSTANDING", late)
        assert (owed.partner_interest_accrued, owed.dpd, owed.bucket) == (0, 33, "M2")


def seventy(interest: Decimal) -> Decimal:
    return (interest * D("0.7")).quantize(D("0.01"), ROUND_HALF_UP)


class TestWhoHeldThePart:
    """What the bank has of a day's interest goes by the day, whoever holds the part since."""

    def outstanding(self, on: date) -> Outstanding:
        [row] = day(bank(), on).files["OUTSTANDING"]
        assert isinstance(row, Outstanding)
        return row

    @pytest.mark.parametrize("scope", ["FULL", "INSTALMENT"])
    def test_the_bank_had_its_interest_before_the_guarantor_paid(self, room, scope):
        claim = filed(scope)
        then = self.outstanding(LATE - timedelta(1))
        assert then.partner_interest_accrued == seventy(then.interest_accrued)

        paid(claim)

        assert self.outstanding(LATE - timedelta(1)) == then
        left = self.outstanding(LATE)
        rest = seventy(left.interest_accrued) - claim.interest
        expected = D(0) if scope == "FULL" else rest
        assert left.partner_interest_accrued == expected

    def test_the_bank_had_its_interest_before_we_bought_its_part(self, loan):
        servicing.close_to(DUE + timedelta(3))
        then = self.outstanding(DUE + timedelta(2))
        assert then.partner_interest_accrued > 105

        buy_backs.buy_back(
            actor=SYSTEM, at=NOON, on=DUE + timedelta(3), loan_id=loan.pk, reason="papers"
        )

        assert self.outstanding(DUE + timedelta(2)) == then
        assert self.outstanding(DUE + timedelta(3)).partner_interest_accrued == 0


class TestTheTask:
    def test_settles_the_day_that_the_close_has_finished(self, loan, sent_tasks):
        sent_tasks.waiting.clear()
        servicing.close_to(ON + timedelta(1))
        assert set(sent_tasks.names) == {"partners.settle"}
        sent_tasks.run()

        assert Settlement.objects.filter(on=ON, status="PUBLISHED").exists()

    def test_is_there_by_hand_too(self, loan, capsys):
        servicing.close_to(ON + timedelta(1))
        call_command("settle", tenant="riverside", json=True)

        told = json.loads(capsys.readouterr().out.splitlines()[-1])
        [one] = told["settlements"]
        kinds = {parsed(name).kind.name for name in one["files"]}
        assert (one["bank"], one["status"]) == ("harbour", "PUBLISHED")
        assert kinds == {
            "DISBURSE", "OUTSTANDING", "REPAYMENT_PLAN", "REPAY_DETAIL", "SETTLE_SUMMARY",
        }  # fmt: skip

    def test_by_hand_it_waits_for_the_close(self, loan):
        with pytest.raises(CommandError, match="day_open"):
            call_command("settle", tenant="riverside", date=ON)
