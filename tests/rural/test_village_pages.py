"""Staff's pages on the villages, and that a village partner sees none of them."""

import re
from datetime import date

import pytest
from django.contrib import admin
from django.urls import reverse

from rural.actions import commission, panels, visits
from rural.models import (
    CommissionStatement,
    Course,
    DataSource,
    Lead,
    PanelSession,
    Programme,
    Recommendation,
    VillagePartner,
    Visit,
)
from tenancy import room
from tenancy.models import Tenant, User
from tenancy.permissions import MATRIX, Permission
from tenancy.roles import Role
from tests.backoffice import house
from tests.rural import test_programmes as counties
from tests.rural import village_build as build

STAFF = (Role.SUPERVISOR, Role.FINANCE, Role.AGENT)
LISTS = (
    "villagepartner", "lead", "recommendation", "reminder", "commissionstatement",
    "commissionentry", "commissiontariff", "panelsession", "panelresult", "panelscale", "visit",
    "visitplan", "signalcode", "calendarday", "programme", "programmeagreement", "datasource",
    "countyimport", "countydatause", "deletioncertificate", "course", "lesson", "villagerule",
)  # fmt: skip


@pytest.fixture
def village(db: None) -> Tenant:
    """A tenant with one of everything of the villages, and people to look at it."""
    tenant = house.tenant()
    house.people(tenant, STAFF)
    with room.enter(tenant.pk):
        partner = build.partner()
        build.recommended_loan(partner)
        commission.accrue(
            actor=build.SYSTEM, at=build.NOON, on=date(2026, 1, 20), partner_id=partner.pk
        )
        commission.prepare(
            actor=build.SYSTEM, at=build.NOON, on=date(2026, 2, 1), partner_id=partner.pk,
            of=date(2026, 1, 1), currency="CNY",
        )  # fmt: skip
        home = build.household()
        panels.open_session(
            actor=build.BOSS, at=build.NOON, on=build.ON, village_id=home.village_id, code="S-1",
            household_ids=[home.pk], evaluators={code: set() for code in ("E001", "E002", "E003")},
        )  # fmt: skip
        visits.fall_due(actor=build.SYSTEM, at=build.NOON, on=build.ON)
        counties.source()
        Course.objects.create(code="C1", name="Poultry diseases", subject="poultry")
    return tenant


def own_pages(tenant: Tenant) -> list[str]:
    """The page of one row of each kind."""
    with room.enter(tenant.pk):
        rows = [
            model.objects.first()
            for model in (
                VillagePartner, Lead, Recommendation, CommissionStatement, PanelSession, Visit,
                Programme, Course, DataSource,
            )
        ]  # fmt: skip
    return [
        reverse(f"admin:rural_{row._meta.model_name}_change", args=[row.pk]) for row in rows if row
    ]


def test_every_page_shows_itself_in_both_languages(village: Tenant) -> None:
    browser = house.signed_in(village, Role.SUPERVISOR)
    pages = [reverse(f"admin:rural_{name}_changelist") for name in LISTS]
    pages += [reverse("admin:rural_coverage"), *own_pages(village)]
    for language in ("en", "zh-hans"):
        browser.post("/language", {"language": language, "next": "/admin/"})

        got = {page: browser.get(page).status_code for page in pages}

        assert {page: status for page, status in got.items() if status != 200} == {}


def test_an_agent_sees_no_page_of_the_back_office(village: Tenant) -> None:
    browser = house.signed_in(village, Role.AGENT)
    lists = [
        reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        for model in admin.site._registry
        if model._meta.app_label != "django_celery_results"
    ]
    pages = [*lists, reverse("admin:rural_coverage"), *own_pages(village)]

    got = {page: browser.get(page).status_code for page in pages}

    assert {page: status for page, status in got.items() if status not in (302, 403)} == {}
    assert len(pages) > 40


def test_an_agent_has_no_way_into_the_api(village: Tenant) -> None:
    browser = house.signed_in(village, Role.AGENT)

    for page in ("applications", "loans", "borrowers", "credit-lines"):
        assert browser.get(f"/api/v1/{page}").status_code in (401, 403, 404)


def test_an_agent_holds_these_permissions_and_nothing_more() -> None:
    held = {permission for permission, roles in MATRIX.items() if Role.AGENT in roles}

    assert held == {
        Permission.FIELD_SUBMIT,
        Permission.DOCUMENT_ADD,
        Permission.APPLICATION_SUBMIT,
        Permission.COMMISSION_VIEW,
    }


def test_the_identity_of_a_partner_is_masked(village: Tenant) -> None:
    browser = house.signed_in(village, Role.SUPERVISOR)
    page = browser.get(own_pages(village)[0]).content.decode()

    assert "11010519491231002X" not in page
    assert "6222020200011112222" not in page
    assert "002X" in page


def test_finance_pays_a_statement_from_its_page(village: Tenant) -> None:
    browser = house.signed_in(village, Role.FINANCE)
    page = own_pages(village)[3]

    answer = house.send(browser, page, "pay")

    assert answer.status_code == 302, answer.content
    with room.enter(village.pk):
        assert CommissionStatement.objects.get().status == "PAID"


def test_no_ballot_shows_while_the_session_is_open(village: Tenant) -> None:
    browser = house.signed_in(village, Role.SUPERVISOR)
    page = next(each for each in own_pages(village) if "panelsession" in each)

    shown = browser.get(page).content.decode()

    assert "No ballot is shown" in shown
    assert "Family harmony" not in shown
    house.send(browser, page, "close")
    assert "Family harmony" in browser.get(page).content.decode()


def test_a_programme_is_switched_on_its_page(village: Tenant) -> None:
    browser = house.signed_in(village, Role.SUPERVISOR)
    page = next(each for each in own_pages(village) if "/programme/" in each)

    house.send(browser, page, "off", reason="Paused by the county")

    with room.enter(village.pk):
        assert not Programme.objects.get().is_on


def test_the_coverage_page_draws_every_village_with_a_place(village: Tenant) -> None:
    browser = house.signed_in(village, Role.SUPERVISOR)

    page = browser.get(reverse("admin:rural_coverage")).content.decode()

    assert len(re.findall(r"<circle cx=", page)) >= 1
    assert "Liushu" in page


def test_an_agent_is_made_a_partner_on_the_page(village: Tenant) -> None:
    browser = house.signed_in(village, Role.SUPERVISOR)
    agent = User.objects.get(username=f"{village.slug}-agent")

    answer = house.send(
        browser, reverse("admin:rural_villagepartner_changelist"), "register",
        user=str(agent.pk), code="P9",
    )  # fmt: skip

    assert answer.status_code == 302, answer.content
    with room.enter(village.pk):
        assert VillagePartner.objects.get(code="P9").user == agent


def test_a_data_source_is_announced_on_the_page_within_the_agreement(village: Tenant) -> None:
    browser = house.signed_in(village, Role.SUPERVISOR)
    with room.enter(village.pk):
        programme = Programme.objects.get()
    typed = {
        "code": "agri", "department": "Agriculture", "programme": str(programme.pk),
        "owner": "Ms Qian", "consent_basis": "consent", "purpose": "Rating", "refresh_days": "90",
    }  # fmt: skip
    page = reverse("admin:rural_datasource_changelist")

    refused = house.send(browser, page, "announce", columns="police text -", **typed)
    taken = house.send(browser, page, "announce", columns="mu decimal required 0.1 5000", **typed)

    assert (refused.status_code, taken.status_code) == (422, 302)
    with room.enter(village.pk):
        (column,) = DataSource.objects.get(code="agri").columns
    assert column == {
        "name": "mu", "type": "decimal", "required": True, "min": "0.1", "max": "5000",
    }  # fmt: skip
