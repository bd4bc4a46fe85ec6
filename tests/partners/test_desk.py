"""The pages of a bank's people: their bank's rows, and nobody else's."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from partners.actions import access, staff
from partners.actions.credentials import NotABank
from partners.models import PartnerBank
from tenancy import room
from tenancy.actors import Actor
from tenancy.models import Tenant, User
from tenancy.roles import Role
from tests.partners import build
from tests.tenancy.build import actor

PASSWORD = "correct horse"
CALLS = "/admin/partners/bankcall/"
SignIn = Callable[..., Client]


def person(name: str) -> User:
    return User.objects.create_user(name, PASSWORD, name=name.title())


def employ(user: User, bank: PartnerBank) -> None:
    staff.admit(actor=actor(Role.ADMINISTRATOR), at=timezone.now(), user=user, bank_id=bank.pk)


def browser(user: User, language: str = "en") -> Client:
    client = Client(headers={"Accept-Language": language})
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def called(bank: PartnerBank, path: str, **facts: Any) -> None:
    told = {
        "at": timezone.now(), "method": "GET", "status": 200, "code": "", "milliseconds": 7,
        "source": "192.0.2.7", "request_id": "r",
    }  # fmt: skip
    access.note_call(bank=bank, path=path, **{**told, **facts})


@pytest.fixture
def banks(transactional_db: None) -> tuple[Tenant, PartnerBank, PartnerBank]:
    """A lender with two partner banks."""
    tenant = Tenant.objects.create(slug="riverside", name="Riverside", business_date=build.ON)
    with room.enter(tenant.pk):
        return tenant, build.bank("harbour"), build.bank("coast")


@pytest.fixture
def clerk(banks: tuple[Tenant, PartnerBank, PartnerBank]) -> User:
    """Somebody of Harbour Bank."""
    tenant, harbour, coast = banks
    user = person("clerk")
    with room.enter(tenant.pk):
        employ(user, harbour)
        build.quota(build.agreement(), "1000000")
        build.quota(build.agreement("coast-70", bank_code="coast"), "777777")
        called(harbour, "/bank/v1/health")
        called(coast, "/bank/v1/secret-of-coast", status=409, code="x")
    return user


class TestDesk:
    def test_shows_quota_and_calls_of_the_persons_own_bank(self, clerk: User) -> None:
        page = browser(clerk).get("/admin/").content.decode()
        assert "Harbour Bank" in page
        assert "1,000,000" in page
        assert "/bank/v1/health" in page
        assert "777,777" not in page
        assert "secret-of-coast" not in page

    def test_speaks_chinese(self, clerk: User) -> None:
        page = browser(clerk, "zh-CN").get("/admin/").content.decode()
        assert "等待贵行答复" in page
        assert "Waiting for your answer" not in page

    def test_lists_the_banks_own_calls(self, clerk: User) -> None:
        page = browser(clerk).get(CALLS).content.decode()
        assert "/bank/v1/health" in page
        assert "secret-of-coast" not in page

    def test_opens_no_call_of_another_bank(
        self, clerk: User, banks: tuple[Tenant, PartnerBank, PartnerBank]
    ) -> None:
        tenant, harbour, coast = banks
        with room.enter(tenant.pk):
            own, foreign = harbour.calls.get().pk, coast.calls.get().pk
        visitor = browser(clerk)
        assert visitor.get(f"{CALLS}{own}/change/").status_code == 200
        assert visitor.get(f"{CALLS}{foreign}/change/").status_code in (302, 404)

    @pytest.mark.parametrize(
        "page",
        [
            "lending/application/", "lending/borrower/", "lending/loan/", "ledger/account/",
            "tenancy/auditevent/", "tenancy/membership/", "tenancy/webhooksubscription/",
            "partners/settlement/", "partners/break/", "partners/placement/",
        ],
    )  # fmt: skip
    def test_leads_nowhere_else(self, clerk: User, page: str) -> None:
        assert browser(clerk).get(f"/admin/{page}").status_code == 403

    def test_shows_nothing_to_somebody_of_no_bank(
        self, banks: tuple[Tenant, PartnerBank, PartnerBank]
    ) -> None:
        tenant, harbour, _coast = banks
        user = person("stranger")
        with room.enter(tenant.pk):
            employ(user, harbour)
            harbour.staff.all().delete()
        page = browser(user).get("/admin/").content.decode()
        assert "Harbour" not in page
        assert browser(user).get(CALLS).status_code == 403

    def test_is_not_for_the_houses_own_people(
        self, banks: tuple[Tenant, PartnerBank, PartnerBank]
    ) -> None:
        tenant, _harbour, _coast = banks
        with room.enter(tenant.pk):
            from tenancy.actions import tenants

            user = person("auditor")
            tenants.admit(
                user=user, role=Role.AUDITOR, actor=actor(Role.ADMINISTRATOR), at=timezone.now()
            )
        assert browser(user).get(CALLS).status_code == 200
        reader = f"{CALLS}applications/00000000-0000-7000-8000-000000000000/"
        assert browser(user).get(reader).status_code == 403


class TestStaff:
    def test_work_at_one_bank(self, clerk: User, banks: Any) -> None:
        tenant, harbour, coast = banks
        who = Actor(kind="user", id=str(clerk.pk), name="Clerk", role=Role.BANK)
        with room.enter(tenant.pk):
            assert staff.bank_served(who) == harbour
            employ(clerk, coast)
            assert staff.bank_served(who) == coast

    @pytest.mark.parametrize("role", [role for role in Role if role != Role.BANK])
    def test_are_not_people_of_other_roles(self, clerk: User, banks: Any, role: Role) -> None:
        with room.enter(banks[0].pk), pytest.raises(NotABank):
            staff.bank_served(Actor(kind="user", id=str(clerk.pk), name="Clerk", role=role))

    def test_do_not_decide_for_their_bank(self, clerk: User, banks: Any) -> None:
        from partners.actions import credentials

        with room.enter(banks[0].pk), pytest.raises(NotABank):
            credentials.bank_of(Actor(kind="user", id=str(clerk.pk), name="Clerk", role=Role.BANK))
