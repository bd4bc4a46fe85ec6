"""The staff's pages on banks, agreements, routings, placements, rules and approvals."""

import json

import pytest
from django.test import Client

from partners.actions import regulation
from partners.admin.rule_words import BOUND, METRICS
from partners.models import Agreement, FundingRule, Placement, Routing
from tenancy import room as rooms
from tenancy.models import ApprovalRequest, Tenant
from tenancy.roles import Role
from tests.backoffice import house
from tests.partners import build
from tests.partners.build import NOON, SYSTEM

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def tenant() -> Tenant:
    tenant = house.tenant()
    house.people(tenant)
    with rooms.enter(tenant.pk):
        regulation.adopt(actor=SYSTEM, at=NOON, jurisdiction="CN")
        build.agreement("coast-60", bank_code="coast", bank_ratio_bp=6_000)
        build.quota(build.agreement())
        build.credential(build.bank("coast"))
        build.decide(build.placed())
    return tenant


def get(browser: Client, page: str) -> str:
    answer = browser.get(f"/admin/{page}")
    assert answer.status_code == 200, page
    return answer.content.decode()


class TestPages:
    def test_show_what_there_is_in_both_languages(self, tenant: Tenant) -> None:
        with rooms.enter(tenant.pk):
            placement, routing = Placement.objects.get(), Routing.objects.get()
            agreement = Agreement.objects.get(code="harbour-70")
            rule = FundingRule.objects.get(code="CN-BANK-2021-30")
        browser = house.signed_in(tenant, Role.ADMINISTRATOR)

        for language in ("en", "zh-hans"):
            browser.post("/language", {"language": language, "next": "/admin/"})
            for model in (
                "partnerbank", "guarantor", "bankcredential", "agreement", "routing",
                "placement", "fundingrule",
            ):  # fmt: skip
                get(browser, f"partners/{model}/")
            get(browser, "tenancy/approvalrequest/")
            get(browser, f"partners/agreement/{agreement.pk}/change/")
            demanded = get(browser, f"partners/fundingrule/{rule.pk}/change/")
            why_not = get(browser, f"partners/routing/{routing.pk}/change/")
            steps = get(browser, f"partners/placement/{placement.pk}/change/")
            asked = get(browser, f"lending/application/{placement.application_id}/change/")
        assert "借款人尚未同意向该银行提供申请资料" in why_not
        assert "<dt>已授权银行</dt><dd>harbour</dd>" in why_not
        assert "银行已批准" in steps
        assert "我方出资比例 ≥ 0.3" in demanded
        assert placement.number in asked

    def test_the_queue_says_that_our_clock_is_paused(self, tenant: Tenant) -> None:
        browser = house.signed_in(tenant, Role.SUPERVISOR)
        with rooms.enter(tenant.pk):
            build.placed()

        assert "paused for" in get(browser, "lending/application/?clock=paused")
        assert "paused for" not in get(browser, "lending/application/?clock=running")
        assert "our clock is paused" in get(browser, "")

    def test_a_rule_is_changed_by_two_people(self, tenant: Tenant) -> None:
        with rooms.enter(tenant.pk):
            rule = FundingRule.objects.get(code="CN-BANK-2021-30")
        page = f"/admin/partners/fundingrule/{rule.pk}/"
        typed = {"effective_from": "2026-02-01", "threshold": "0.35", "reason": "Notice 12"}
        asked = house.signed_in(tenant, Role.RISK_MANAGER).post(f"{page}do/propose/", typed)
        assert asked.status_code == 302

        with rooms.enter(tenant.pk):
            request = ApprovalRequest.objects.get()
        where = f"/admin/tenancy/approvalrequest/{request.pk}/do/approve/"
        again = house.signed_in(tenant, Role.RISK_MANAGER).post(where, {"reason": "Yes"})
        assert again.status_code == 403
        done = house.signed_in(tenant, Role.ADMINISTRATOR).post(where, {"reason": "Read it"})
        assert done.status_code == 302

        with rooms.enter(tenant.pk):
            assert FundingRule.objects.filter(code=rule.code).count() == 2

    def test_a_draft_is_written_and_published(self, tenant: Tenant) -> None:
        with rooms.enter(tenant.pk):
            agreement = Agreement.objects.get(code="harbour-70")
        page = f"/admin/partners/agreement/{agreement.pk}/"
        browser = house.signed_in(tenant, Role.RISK_MANAGER)
        typed = {
            "model": "CO_LEND", "jurisdiction": "CN", "currency": "CNY", "bank_part": "80",
            "max_annual_rate": "24", "min_amount": "1000", "max_amount": "500000",
            "min_term": "30", "max_term": "360", "term_unit": "days", "priority": "10",
            "weight": "1", "declined_days": "30", "collected_by": "own",
            "effective_from": "2026-01-05",
        }  # fmt: skip

        assert browser.post(f"{page}do/draft/", typed).status_code == 302
        forbidden = browser.post(f"{page}do/publish/")
        assert forbidden.status_code == 422
        assert "CN-BANK-2021-30" in forbidden.content.decode()
        assert browser.post(f"{page}do/draft/", {**typed, "bank_part": "65"}).status_code == 302
        assert browser.post(f"{page}do/publish/").status_code == 302


def test_every_bundled_rule_says_in_words_what_it_demands_and_of_whom() -> None:
    for path in sorted(regulation.RULE_SETS.glob("*.json")):
        for rule in json.loads(path.read_text(encoding="utf-8"))["rules"]:
            assert rule["metric"] in METRICS, rule["code"]
            assert rule["applies_to"] in BOUND, rule["code"]
