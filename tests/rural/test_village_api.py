"""What the field app asks for a village partner, over HTTP."""

import json
from typing import Any

import pytest
from django.test import Client

from lending.models import Application, Loan
from rural.actions import village_partners
from rural.models import Contact, Lead, Reminder, VillagePartner
from tenancy import room
from tenancy.models import Tenant, User
from tenancy.roles import Role
from tests.backoffice import house
from tests.rural import village_build as build


@pytest.fixture
def village(db: None) -> Tenant:
    """A partner with a lead, a loan, a reminder and a stated month."""
    tenant = house.tenant()
    house.people(tenant, (Role.OFFICER, Role.AGENT))
    with room.enter(tenant.pk):
        build.partner_with_a_month(User.objects.get(username=f"{tenant.slug}-agent"))
    return tenant


def post(browser: Client, path: str, body: Any) -> Any:
    return browser.post(f"/field/api/{path}", json.dumps(body), content_type="application/json")


def test_a_partner_reads_words_days_and_his_own_months(village: Tenant) -> None:
    browser = house.signed_in(village, Role.AGENT)

    (lead,) = browser.get("/field/api/leads").json()["leads"]
    (reminder,) = browser.get("/field/api/reminders").json()["reminders"]
    mine = browser.get("/field/api/commission").json()

    assert (lead["name"], lead["status"], lead["papers"]) == ("户主1", "approved", [])
    assert (reminder["due_on"], reminder["kind"]) == ("2026-02-05", "upcoming")
    assert mine["suspension"] is None
    assert (mine["balance"], mine["statements"][0]["payable"]) == ("100.00", "100.00")


def test_no_path_tells_a_partner_a_score_a_limit_or_a_loan(village: Tenant) -> None:
    browser = house.signed_in(village, Role.AGENT)

    told = "".join(
        browser.get(f"/field/api/{path}").content.decode()
        for path in ("leads", "reminders", "commission", "session", "forms", "choices", "visits")
    )

    with room.enter(village.pk):
        hidden = [Loan.objects.get().number, Application.objects.get().number]
    hidden += ["20000.00", "100000.00", "1833.60", "score", "evidence_hash"]
    assert [secret for secret in hidden if secret in told] == []


def test_a_partner_logs_contacts_and_finishes_reminders(village: Tenant) -> None:
    browser = house.signed_in(village, Role.AGENT)
    with room.enter(village.pk):
        lead, reminder = Lead.objects.get(), Reminder.objects.get()

    logged = post(
        browser, f"leads/{lead.pk}/contacts", {"kind": "call", "outcome": "reached", "key": "1"}
    )
    wrong = post(
        browser, f"leads/{lead.pk}/contacts", {"kind": "dream", "outcome": "reached", "key": "2"}
    )
    done = post(browser, f"reminders/{reminder.pk}", {"kind": "visit", "outcome": "will_pay"})

    assert (logged.status_code, done.status_code, wrong.status_code) == (201, 200, 422)
    assert wrong.json()["errors"][0]["pointer"] == "/kind"
    with room.enter(village.pk):
        assert Contact.objects.count() == 2


def test_a_suspended_partner_may_not_submit_but_finishes_and_appeals(village: Tenant) -> None:
    with room.enter(village.pk):
        partner = VillagePartner.objects.get()
        village_partners.suspend(
            actor=build.BOSS, at=build.NOON, partner_id=partner.pk, reason="Took a fee"
        )
        reminder = Reminder.objects.get()
    browser = house.signed_in(village, Role.AGENT)

    told = browser.get("/field/api/commission").json()["suspension"]
    refused = post(browser, "submissions", {})
    done = post(browser, f"reminders/{reminder.pk}", {"kind": "visit", "outcome": "will_pay"})
    against = {"reason": "I took none", "against": told["id"]}
    appealed = post(browser, "commission/appeal", against)
    again = post(browser, "commission/appeal", against)
    without = post(browser, "commission/appeal", {"reason": "I took none"})

    assert (refused.status_code, refused.json()["code"]) == (403, "partner_suspended")
    assert done.status_code == 200
    assert (told["on"], told["reason"]) == ("2026-01-05", "Took a fee")
    assert browser.get("/field/api/commission").json()["suspension"] == told
    assert (appealed.status_code, appealed.json()["status"]) == (200, "APPEALING")
    assert (again.status_code, again.json()) == (200, appealed.json())
    assert (without.status_code, without.json()["code"]) == (409, "partner_status")


def test_staff_have_no_commission(village: Tenant) -> None:
    browser = house.signed_in(village, Role.OFFICER)

    assert browser.get("/field/api/commission").status_code == 403
