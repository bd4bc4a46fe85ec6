"""kill -9 before every statement of a settlement, then the same again: the same files, once."""

from datetime import timedelta

import pytest

from partners.actions import daily
from partners.models import PartnerPayment, Settlement, SettlementFile
from partners.queries.days import day
from partners.rules.files.kinds import REPAY_DETAIL
from partners.rules.files.names import FileName
from partners.rules.files.writing import write
from tenancy import room
from tenancy.models import Tenant
from tests.adversary.dying import killed_everywhere
from tests.lending.build import borrower
from tests.lending.servicing import build as servicing
from tests.partners import money, settling
from tests.partners.settling import ON, SYSTEM
from tests.tenancy.build import NOON

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


def test_a_settlement_taken_up_again_gives_the_same_files_once(lender: Tenant) -> None:
    with room.entered(lender.pk):
        with room.enter(lender.pk):
            Tenant.objects.filter(pk=lender.pk).update(business_date=ON)
            borrower()
            money.repay(money.co_lent(), "500.00")
        servicing.close_to(ON + timedelta(1))
    with room.enter(lender.pk):
        expected = write(
            FileName("harbour", REPAY_DETAIL, ON, 1), day(settling.bank(), ON).repaid
        ).sha256

    def settle() -> None:
        with room.entered(lender.pk):
            daily.settle_day(actor=SYSTEM, on=ON, clock=lambda: NOON)

    def all_or_nothing() -> None:
        with room.enter(lender.pk):
            held = [m.objects.count() for m in (Settlement, SettlementFile, PartnerPayment)]
        assert held in ([0, 0, 0], [1, 5, 1])

    assert killed_everywhere(settle, all_or_nothing) > 10
    settle()

    with room.enter(lender.pk):
        [file] = SettlementFile.objects.filter(kind="REPAY_DETAIL")
        assert (file.seq, file.sha256) == (1, expected)
        assert PartnerPayment.objects.count() == 1
