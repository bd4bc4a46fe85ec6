"""One class for a co-lent loan, and every lender is told."""

from datetime import date, timedelta

import pytest
from django.db import transaction

from lending.actions import close
from lending.rules.classification import AssetClass
from partners.actions import classes, daily
from partners.actions.credentials import NotABank
from partners.models import AgreementVersion, BankEvent
from partners.queries.days import day
from partners.rules.files.rows import Outstanding
from tenancy.errors import Forbidden, Invalid, NotFound
from tenancy.models import Tenant
from tests.lending.servicing import build as servicing
from tests.partners import build, money
from tests.partners.money import NOON, SYSTEM

DUE = date(2026, 2, 5)


def news() -> list[tuple[str, int]]:
    events = BankEvent.objects.filter(topic="loan.classified").order_by("id")
    return [(each.payload["asset_class"], each.payload["days_past_due"]) for each in events]


def said(loan, asset_class: AssetClass, bank=None) -> AssetClass:
    return classes.say(
        actor=build.actor_of(bank or build.bank()), at=NOON, on=close.business_date(),
        loan_id=loan.pk, asset_class=asset_class, reason="court case",
    )  # fmt: skip


class TestTheBank:
    def test_is_told_once_when_the_day_is_settled(self, room):
        money.co_lent()
        servicing.close_to(DUE + timedelta(1))

        for _time in range(2):
            daily.settle_day(actor=SYSTEM, on=DUE, clock=lambda: NOON)

        assert news() == [("SPECIAL_MENTION", 1)]

    def test_may_think_worse_of_a_loan_than_we_do(self, room):
        loan = money.co_lent()

        assert said(loan, AssetClass.DOUBTFUL) is AssetClass.DOUBTFUL
        assert said(loan, AssetClass.DOUBTFUL) is AssetClass.DOUBTFUL

        assert news() == [("DOUBTFUL", 0)]
        on = close.business_date()
        [row] = day(build.bank(), on).files["OUTSTANDING"]
        assert isinstance(row, Outstanding)
        assert row.class5 == "DOUBTFUL"

    def test_speaks_of_the_classes_that_there_are(self, room):
        loan = money.co_lent()
        with pytest.raises(Invalid) as refused, transaction.atomic():
            said(loan, AssetClass.NPA)
        assert refused.value.errors[0].pointer == "/class5"

        Tenant.objects.update(jurisdiction="IN")
        assert said(loan, AssetClass.NPA) is AssetClass.NPA
        with pytest.raises(Invalid):
            said(loan, AssetClass.LOSS)

    def test_is_told_of_all_loans_of_a_borrower_in_india(self, room):
        Tenant.objects.update(jurisdiction="IN")
        money.co_lent()
        money.co_lent("draw-2", of=servicing.draw_terms(), version=AgreementVersion.objects.get())
        servicing.close_to(DUE + timedelta(1))

        daily.settle_day(actor=SYSTEM, on=DUE, clock=lambda: NOON)

        assert news() == [("SMA_0", 1), ("SMA_0", 1)]
        [late, young] = day(build.bank(), DUE + timedelta(1)).files["OUTSTANDING"]
        assert isinstance(late, Outstanding)
        assert isinstance(young, Outstanding)
        assert (late.class5, young.class5) == ("SMA_0", "SMA_0")

    def test_does_not_make_a_late_loan_better(self, room):
        loan = money.co_lent()
        servicing.close_to(DUE + timedelta(1))
        said(loan, AssetClass.LOSS)

        assert said(loan, AssetClass.NORMAL) is AssetClass.SPECIAL_MENTION

    def test_speaks_of_its_own_loans_only(self, room):
        loan = money.co_lent()

        with pytest.raises(NotFound):
            said(loan, AssetClass.LOSS, build.bank("other"))

    def test_speaks_for_itself(self, room):
        loan = money.co_lent()

        with pytest.raises((Forbidden, NotABank)), transaction.atomic():
            classes.say(
                actor=SYSTEM, at=NOON, on=DUE, loan_id=loan.pk, asset_class=AssetClass.LOSS
            )
        assert news() == []
