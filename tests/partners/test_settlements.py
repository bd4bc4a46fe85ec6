"""A day with a bank: figures, files, the payment, and its close."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import DatabaseError

from partners.actions import adjusting, handing_out, paying, settlements
from partners.models import (
    SETTLEMENT_TRANSITIONS,
    BankEvent,
    PartnerPayment,
    Settlement,
    SettlementFile,
    SettlementStatus,
)
from partners.rules.day import Day
from partners.rules.files.names import parsed
from partners.rules.files.reading import read
from partners.rules.files.rows import TransactionType
from tenancy.actions import documents
from tenancy.errors import Forbidden, Invalid, NotFound
from tenancy.models import AuditEvent
from tenancy.roles import Role
from tenancy.rules.transitions import InvalidTransition
from tests.partners import build, settling
from tests.partners.settling import ON, SYSTEM, after, paid, receipts, settled
from tests.tenancy.build import NOON, actor

pytestmark = pytest.mark.usefixtures("room")


def file(kind: str, seq: int = 1) -> SettlementFile:
    return SettlementFile.objects.get(kind=kind, seq=seq)


def rows(of: SettlementFile) -> list[Any]:
    reading = read([documents.content_of(of.document)], parsed(of.name))
    assert reading.faults == []
    return [line.row for line in reading.lines]


class TestNews:
    def test_tells_the_bank_of_each_step_without_a_figure_of_another(self):
        settlement = paid(settled(receipts(1)))
        other = build.bank("coast")
        settlements.reconcile(actor=SYSTEM, at=NOON, settlement_id=settlement.pk)

        told = BankEvent.objects.filter(bank=settlement.bank).order_by("id")

        assert [event.topic for event in told] == [
            "settlement.published", "settlement.paid", "settlement.reconciled",
        ]  # fmt: skip
        assert {event.payload["settlement_id"] for event in told} == {str(settlement.pk)}
        assert told[1].payload["net"] == "641.76"
        assert told[1].payload["bank_ref"] == "BK-1"
        assert not BankEvent.objects.filter(bank=other).exists()


class TestSettle:
    def test_adds_up_what_came_in(self):
        settlement = settled(receipts(3), fees_due_to_platform=Decimal("12.34"))

        assert settlement.status == "PUBLISHED"
        assert settlement.receipts == 3
        assert settlement.gross_receipts == Decimal("2750.40")
        assert settlement.partner_share == Decimal("1925.28")
        assert settlement.net == Decimal("1912.94")

    def test_publishes_the_files_of_the_day(self):
        settled(receipts(2))

        assert [str(each) for each in SettlementFile.objects.order_by("name")] == [
            "harbour_DISBURSE_20260105_001.csv",
            "harbour_OUTSTANDING_20260105_001.csv",
            "harbour_REPAY_DETAIL_20260105_001.csv",
            "harbour_SETTLE_SUMMARY_20260105_001.csv",
        ]
        assert rows(file("REPAY_DETAIL")) == receipts(2)
        [summary] = rows(file("SETTLE_SUMMARY"))
        assert summary.net_pay_to_partner == Decimal("1283.52")
        assert file("REPAY_DETAIL").sum == Decimal("1833.60")
        assert file("REPAY_DETAIL").sha256 in file("REPAY_DETAIL").companion

    def test_publishes_a_day_without_receipts_too(self):
        settlement = settled([])

        assert settlement.net == 0
        assert rows(file("REPAY_DETAIL")) == []
        assert not PartnerPayment.objects.exists()

    def test_done_twice_is_done_once(self):
        first = settled(receipts(2))
        again = settled(receipts(3))

        assert again == first
        assert again.receipts == 2
        assert SettlementFile.objects.count() == 4
        assert PartnerPayment.objects.count() == 1

    def test_takes_a_reversal_off(self):
        back = replace(
            receipts(1)[0], txn_id="R-9", txn_type=TransactionType.REVERSAL, reversal_of="R-1",
            **{name: -getattr(receipts(1)[0], name) for name in (
                "total_amt", "principal", "interest", "partner_principal", "partner_interest",
                "own_amt")},
        )  # fmt: skip
        settlement = settled([*receipts(2), back])

        assert settlement.net == Decimal("641.76")
        assert [row.reversal_of for row in rows(file("REPAY_DETAIL"))] == ["", "", "R-1"]

    def test_waits_for_the_close(self):
        with pytest.raises(settlements.DayIsOpen, match="2026-01-05"):
            settlements.settle(actor=SYSTEM, at=NOON, bank_id=build.bank().pk, on=ON, day=Day())

    def test_is_not_for_everybody(self):
        bank = build.bank()
        after()

        with pytest.raises(Forbidden):
            settlements.settle(
                actor=actor(Role.SUPERVISOR), at=NOON, bank_id=bank.pk, on=ON, day=Day()
            )

    def test_never_publishes_parts_that_are_not_the_whole(self):
        wrong = replace(receipts(1)[0], own_amt=Decimal("275.05"))

        with pytest.raises(settlements.SharesDisagree, match="R-1"):
            settled([wrong])

    def test_carries_adjustments_of_the_day(self):
        bank = build.bank()
        for _ in range(2):
            adjusting.adjust(
                actor=SYSTEM, at=NOON, on=ON, bank=bank, amount=Decimal("-40"), key="waiver-1",
                reason="Interest waived after the flood",
            )  # fmt: skip

        assert settled(receipts(1)).net == Decimal("601.76")

    def test_asks_the_bank_to_pay_where_it_owes_us(self):
        settled([], fees_due_to_platform=Decimal(100))

        payment = PartnerPayment.objects.get()
        assert (payment.direction, payment.amount) == ("FROM_BANK", 100)


class TestCorrect:
    def correct(self, settlement, rows, reason="A receipt was booked late"):
        return settlements.correct(
            actor=actor(Role.FINANCE), at=NOON, settlement_id=settlement.pk,
            day=Day(repaid=rows), reason=reason,
        )  # fmt: skip

    def test_publishes_the_next_number_of_what_differs(self):
        settlement = self.correct(settled(receipts(2)), receipts(3))

        assert settlement.receipts == 3
        second = file("REPAY_DETAIL", 2)
        assert second.supersedes == file("REPAY_DETAIL", 1)
        assert str(file("REPAY_DETAIL", 1)) in second.companion
        assert rows(second) == receipts(3)
        assert rows(file("REPAY_DETAIL", 1)) == receipts(2)
        assert not SettlementFile.objects.filter(kind="OUTSTANDING", seq=2).exists()

    def test_publishes_nothing_where_nothing_differs(self):
        self.correct(settled(receipts(2)), receipts(2))

        assert not SettlementFile.objects.filter(seq=2).exists()
        assert PartnerPayment.objects.count() == 1

    def test_replaces_the_payment(self):
        self.correct(settled(receipts(2)), receipts(3))

        old, new = PartnerPayment.objects.order_by("requested_at", "pk")
        assert (old.status, new.status) == ("CANCELLED", "PENDING")
        assert new.amount == Decimal("1925.28")

    def test_leaves_what_was_paid(self):
        settlement = paid(settled(receipts(2)))

        with pytest.raises(settlements.AlreadyPaid, match="adjustment"):
            self.correct(settlement, receipts(3))

    def test_says_why(self):
        with pytest.raises(Invalid):
            self.correct(settled(receipts(2)), receipts(3), reason=" ")


class TestPayment:
    def test_is_confirmed_once(self):
        settlement = paid(settled(receipts(1)))
        again = paying.confirm(
            actor=actor(Role.FINANCE), at=NOON, payment_id=PartnerPayment.objects.get().pk,
            bank_ref="BK-1", value_date=ON + timedelta(1),
        )  # fmt: skip

        assert (settlement.status, settlement.bank_ref) == ("PAID", "BK-1")
        assert again == settlement

    def test_is_not_confirmed_otherwise_later(self):
        paid(settled(receipts(1)))

        with pytest.raises(paying.PaidOtherwise):
            paying.confirm(
                actor=actor(Role.FINANCE), at=NOON, payment_id=PartnerPayment.objects.get().pk,
                bank_ref="BK-2", value_date=ON + timedelta(1),
            )  # fmt: skip

    @pytest.mark.parametrize(
        ("bank_ref", "days", "pointer"),
        [("", 1, "/bank_ref"), ("x" * 81, 1, "/bank_ref"), ("BK-1", -1, "/value_date")],
    )
    def test_names_what_does_not_fit(self, bank_ref, days, pointer):
        settled(receipts(1))

        with pytest.raises(Invalid) as refused:
            paying.confirm(
                actor=actor(Role.FINANCE), at=NOON, payment_id=PartnerPayment.objects.get().pk,
                bank_ref=bank_ref, value_date=ON + timedelta(days),
            )  # fmt: skip
        assert [error.pointer for error in refused.value.errors] == [pointer]

    def test_of_a_former_figure_is_not_confirmed(self):
        settlement = settled(receipts(1))
        first = PartnerPayment.objects.get()
        TestCorrect().correct(settlement, receipts(2))

        with pytest.raises(paying.NotToBePaid):
            paying.confirm(
                actor=actor(Role.FINANCE), at=NOON, payment_id=first.pk, bank_ref="BK-1",
                value_date=ON,
            )  # fmt: skip


class TestReconcile:
    def test_closes_a_paid_day(self):
        settlement = paid(settled(receipts(1)))

        closed = settlements.reconcile(
            actor=actor(Role.FINANCE), at=NOON, settlement_id=settlement.pk
        )
        assert closed.status == "RECONCILED"

    def test_closes_a_day_without_payment(self):
        settlement = settled([])

        assert settlements.reconcile(
            actor=actor(Role.FINANCE), at=NOON, settlement_id=settlement.pk
        ).reconciled_at

    def test_waits_for_the_payment(self):
        settlement = settled(receipts(1))

        with pytest.raises(settlements.NotYetPaid):
            settlements.reconcile(actor=actor(Role.FINANCE), at=NOON, settlement_id=settlement.pk)

    def test_waits_until_somebody_looks_into_every_difference(self):
        settlement = paid(settled(receipts(2)))
        settling.taken(receipts(1))

        with pytest.raises(settlements.BreaksUnassigned, match="1"):
            settlements.reconcile(actor=actor(Role.FINANCE), at=NOON, settlement_id=settlement.pk)


class TestAFile:
    def test_is_handed_out_to_its_bank_and_noted(self):
        settled(receipts(1))

        handed, content = handing_out.hand_out(
            actor=build.actor_of(settling.bank()), at=NOON, file_id=file("REPAY_DETAIL").pk
        )
        assert content.startswith(b"H|2026-01-05|harbour|REPAY_DETAIL|1|916.80|")
        assert AuditEvent.objects.get(action="settlement_file.read").subject_id == str(handed.pk)

    def test_does_not_exist_for_another_bank(self):
        settled(receipts(1))

        with pytest.raises(NotFound):
            handing_out.hand_out(
                actor=build.actor_of(build.bank("valley")), at=NOON,
                file_id=file("REPAY_DETAIL").pk,
            )  # fmt: skip


@pytest.mark.parametrize("before", SettlementStatus)
@pytest.mark.parametrize("after", SettlementStatus)
def test_no_other_way_leads_from_one_status_to_another(before, after):
    settlement = Settlement(status=before, bank=settling.bank(), on=ON)

    if after in SETTLEMENT_TRANSITIONS[before]:
        settlement.move_to(after)
        assert settlement.status == after
    else:
        with pytest.raises(InvalidTransition):
            settlement.move_to(after)


class TestTheDatabase:
    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE partners_settlementfile SET rows = 0",
            "DELETE FROM partners_settlementfile",
            "DELETE FROM partners_settlement",
            "UPDATE partners_settlement SET bank_ref = 'other'",
            "UPDATE partners_settlement SET net = 0, partner_share = 0",
            "UPDATE partners_settlement SET net = net + 1",
            "UPDATE partners_settlement SET status = 'DRAFT'",
            "UPDATE partners_partnerpayment SET amount = 1",
            "UPDATE partners_partnerpayment SET status = 'PENDING'",
            "DELETE FROM partners_partnerpayment",
        ],
    )
    def test_keeps_what_was_published_and_paid(self, statement):
        paid(settled(receipts(1)))

        with (
            pytest.raises((IntegrityError, DatabaseError)),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
