"""What a bank's people see of their loans, settlements, differences and claims, and fetch."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from partners.actions import claims, daily
from partners.models import BankStaff, Participation, PartnerBank, Settlement, SettlementFile
from partners.queries.receipts import receipts
from tenancy import room
from tenancy.models import AuditEvent, Tenant, User
from tests.lending.servicing import build as servicing
from tests.partners import build, money, settling
from tests.partners.build import NOON, SYSTEM
from tests.partners.test_desk import browser, employ, person

DUE = date(2026, 2, 5)
LATE = date(2026, 3, 10)
FILES = "/admin/partners/settlement/files"


def furnish(tenant: Tenant) -> None:
    """A late loan, a settled receipt, a file that is off by 500.00, and a claim."""
    with room.enter(tenant.pk):
        build.bank()
        build.guarantor()
        version = build.agreement(
            guarantor_code="shield", model="CO_LEND_G", compensation_dpd=28,
            compensation_scope="FULL",
        )  # fmt: skip
        loan = money.co_lent(version=version)
        Participation.objects.update(bank_loan_number="HB-L-77")
        servicing.close_to(DUE)
        money.repay(loan, "500.00", DUE)
        servicing.close_to(LATE)
    with room.entered(tenant.pk):
        daily.settle_day(actor=SYSTEM, on=DUE, clock=lambda: NOON)
    with room.enter(tenant.pk):
        [row] = receipts(settling.bank(), DUE)
        off = replace(row, partner_principal=row.partner_principal + Decimal(500))
        settling.taken([off], on=DUE)
        claims.file(actor=SYSTEM, at=NOON, on=LATE, loan_id=loan.pk)


@pytest.fixture
def tenant(transactional_db: None) -> Tenant:
    """A lender with all of it."""
    made = Tenant.objects.create(slug="riverside", name="Riverside", business_date=build.ON)
    furnish(made)
    return made


def clerk_of(tenant: Tenant, name: str, bank_code: str) -> User:
    user = person(name)
    with room.enter(tenant.pk):
        known = PartnerBank.objects.filter(code=bank_code).first()
        employ(user, known or build.bank(bank_code))
    return user


@pytest.fixture
def clerk(tenant: Tenant) -> User:
    """Somebody of Harbour Bank."""
    return clerk_of(tenant, "clerk", "harbour")


def section(page: str, name: str) -> str:
    return page.partition(f'id="own-{name}"')[2].partition("</section>")[0]


def shown(user: User, language: str = "en") -> str:
    return browser(user, language).get("/admin/").content.decode()


class TestDesk:
    @pytest.mark.parametrize(
        ("name", "words"),
        [
            ("loans", ["HB-L-77", "M2", "Special mention"]),
            ("settlements", ["2026-02-05", "REPAY_DETAIL 1", "Published"]),
            ("breaks", ["500.00", "2026-02-05"]),
            ("claims", ["Filed", "Shield Guarantee"]),
        ],
    )
    def test_shows_what_is_the_bank_s(self, clerk: User, name: str, words: list[str]) -> None:
        found = section(shown(clerk), name)
        assert [word for word in words if word not in found] == []

    def test_shows_another_bank_none_of_it(self, tenant: Tenant) -> None:
        page = shown(clerk_of(tenant, "stranger", "coast"))
        assert "No loan yet." in section(page, "loans")
        assert "No claim yet." in section(page, "claims")
        assert "HB-L-77" not in page
        assert "REPAY_DETAIL" not in page

    def test_speaks_chinese(self, clerk: User) -> None:
        page = shown(clerk, "zh-CN")
        for words in ("贵行贷款", "贵行本金", "应付贵行净额", "代偿申请"):
            assert words in page
        assert "Your loans" not in page


class TestDownload:
    def file(self, tenant: Tenant) -> Any:
        with room.enter(tenant.pk):
            settlement = Settlement.objects.get(on=DUE)
            return SettlementFile.objects.get(settlement=settlement, kind="REPAY_DETAIL")

    def fetch(self, user: User, file: Any, what: str = "") -> Any:
        visitor: Client = browser(user)
        return visitor.get(f"{FILES}/{file.pk}/{what}")

    def test_hands_the_file_out_and_notes_to_whom(self, clerk: User, tenant: Tenant) -> None:
        file = self.file(tenant)
        answer = self.fetch(clerk, file)
        assert answer.status_code == 200
        assert answer.content.startswith(b"H|2026-02-05|harbour|REPAY_DETAIL|1|500.00|")
        assert self.fetch(clerk, file, "ok/").json()["file"] == file.name
        with room.enter(tenant.pk):
            noted = AuditEvent.objects.filter(action="settlement_file.read")
            assert {event.actor_id for event in noted} == {str(clerk.pk)}

    def test_of_another_bank_is_not_there(self, tenant: Tenant) -> None:
        stranger = clerk_of(tenant, "stranger", "coast")
        assert self.fetch(stranger, self.file(tenant)).status_code == 404

    def test_is_nothing_for_somebody_of_no_bank(self, clerk: User, tenant: Tenant) -> None:
        file = self.file(tenant)
        with room.enter(tenant.pk):
            BankStaff.objects.all().delete()
        assert self.fetch(clerk, file).status_code == 403
