"""The officer's page of an assessment: what it shows, in both languages, and what it does."""

from __future__ import annotations

import json
import re

import pytest

from lending.models import Application
from rural.actions import applications, definitions
from rural.models import Assessment, CapacityPolicy, CountyRecord, DeletionCertificate
from tenancy import room
from tenancy.models import Tenant
from tenancy.roles import Role
from tests.backoffice import house
from tests.rural.capacity import build, households
from tests.rural.capacity import test_grounds as grounds

LIST = "/admin/rural/assessment/"


@pytest.fixture(autouse=True)
def _house_rules(settings, tmp_path) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.DOCUMENT_ROOT = tmp_path


@pytest.fixture
def tenant(db) -> Tenant:
    made = house.tenant()
    made.business_date = build.MAY
    made.save(update_fields=["business_date"])
    house.people(made)
    return made


@pytest.fixture
def assessed(tenant) -> Assessment:
    with room.enter(tenant.pk):
        build.ready()
        return build.assess(households.household())


def shown(tenant, page: str, role: Role = Role.OFFICER, language: str = "en") -> str:
    browser = house.signed_in(tenant, role)
    browser.post("/language", {"language": language, "next": "/admin/"})
    answer = browser.get(page)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


class TestBesideTheApplication:
    def test_the_application_shows_what_the_household_can_repay(self, tenant, assessed) -> None:
        with room.enter(tenant.pk):
            made = applications.apply(
                actor=build.actor(Role.OFFICER), at=build.NOON, on=build.MAY,
                assessment_id=assessed.pk, amount=assessed.limit, purpose="Seed", opinion="Good",
            )  # fmt: skip
        page = shown(tenant, f"/admin/lending/application/{made.pk}/change/")

        assert "24,700.00" in page
        assert "T3 Purpose: part of the cash inputs" in page
        assert "<svg" in page
        assert f"/admin/rural/assessment/{assessed.pk}/change/" in page

    def test_the_household_speaks_the_readers_language(self, tenant, assessed) -> None:
        with room.enter(tenant.pk):
            definitions.adopt(actor=build.actor(Role.ADMINISTRATOR), at=build.NOON)
        address = f"/admin/rural/household/{assessed.household_id}/change/"
        page = shown(tenant, address, language="zh-hans")

        assert "30000 元" in page
        assert "2026年秋" in page
        assert ">玉米</a>" in page


class TestWhatItStandsOn:
    """Panel, programme and county data, as an officer reads them out to the farmer."""

    @pytest.fixture
    def based(self, tenant, tmp_path) -> Assessment:
        with room.enter(tenant.pk):
            build.ready()
            grounds.confirmed(grounds.programme(), "8", tmp_path)
            home = households.household()
            grounds.decided(home, 4)
            return build.assess(home, grade="")

    @pytest.mark.parametrize(
        ("language", "words"),
        [
            ("en", ["AA, decided 2026-05-01, valid until 2027-05-01", "mu, right, as of"]),
            ("zh-hans", ["村评议会", "AA，2026-05-01 评定", "mu, right，截至", "县域项目"]),
        ],
    )
    def test_the_assessment_names_them(self, tenant, based, language, words):
        page = shown(tenant, f"{LIST}{based.pk}/change/", language=language)

        for text in [*words, "JINHE-1: 1,000.00 – 200,000.00"]:
            assert text in page, text

    def test_the_households_page_lists_each_use(self, tenant, based):
        page = shown(tenant, f"/admin/rural/household/{based.household_id}/change/")

        assert "Land office" in page
        assert page.count("for: capacity assessment") == 2

    def test_and_lets_an_officer_delete_what_the_county_said(self, tenant, based):
        browser = house.signed_in(tenant, Role.SUPERVISOR)
        url = f"/admin/rural/household/{based.household_id}/do/forget/"

        answer = browser.post(url, {"reason": "He asked"}, follow=True)

        assert answer.status_code == 200
        with room.enter(tenant.pk):
            assert not CountyRecord.objects.exists()
            assert DeletionCertificate.objects.get().rows == 2


class TestAssessmentPage:
    @pytest.mark.parametrize(
        ("language", "words"),
        [
            ("en", ["Six tests", "Binding test", "Tightest month", "As expected", "What if"]),
            ("zh-hans", ["六项测试", "约束测试", "最紧月份", "正常", "假设试算"]),
        ],
    )
    def test_it_shows_the_six_numbers_and_what_binds(self, tenant, assessed, language, words):
        page = shown(tenant, f"{LIST}{assessed.pk}/change/", language=language)

        for text in [*words, "24,700.00", "93,700.00", "28,395.77", "24,797.64", "90,000.00",
                     "125,408.79", "200,000.00", "14,326.00", "13,214.50"]:  # fmt: skip
            assert text in page, text

    def test_the_chart_has_a_title_a_description_and_a_table(self, tenant, assessed):
        page = shown(tenant, f"{LIST}{assessed.pk}/change/")

        assert re.search(r'<svg [^>]*role="img"', page)
        assert "<title id=" in page
        assert "<desc id=" in page
        assert page.count("2027-05") >= 3  # the mark, the table, the form

    def test_each_adjustment_stands_with_its_comment(self, tenant, assessed):
        page = shown(tenant, f"{LIST}{assessed.pk}/change/")

        assert "470.558" in page
        assert build.COMMENTS["corn 2026-autumn/yield"] in page

    @pytest.mark.parametrize(
        ("query", "says"),
        [
            ("amount=24700&due0=8&due1=15&due2=0", "passes the liquidity test"),
            ("amount=24700&due0=5&due1=12&due2=0", "fails the liquidity test"),
            ("amount=zero&due0=8", "Not possible"),
            ("amount=0&due0=8", "Not possible"),
            ("amount=1000", "Not possible"),
            ("amount=1000&due0=8&due1=8", "Not possible"),
            ("amount=1000&due0=99&due1=x", "Not possible"),
        ],
    )
    def test_what_if_is_answered_and_keeps_nothing(self, tenant, assessed, query, says):
        assert says in shown(tenant, f"{LIST}{assessed.pk}/change/?{query}")

        with room.enter(tenant.pk):
            assert Assessment.objects.count() == 1

    def test_an_auditor_sees_it_without_the_form(self, tenant, assessed):
        assert "What if" not in shown(tenant, f"{LIST}{assessed.pk}/change/", Role.AUDITOR)

    def test_finance_does_not_see_it(self, tenant, assessed):
        browser = house.signed_in(tenant, Role.FINANCE)

        assert browser.get(f"{LIST}{assessed.pk}/change/").status_code == 403

    def test_another_room_does_not_have_it(self, tenant, assessed):
        other = house.tenant("hillside")
        house.people(other, (Role.OFFICER,))

        browser = house.signed_in(other, Role.OFFICER)

        assert browser.get(f"{LIST}{assessed.pk}/change/").status_code == 404


class TestVerbs:
    def test_an_officer_assesses_and_applies(self, tenant, assessed):
        browser = house.signed_in(tenant, Role.OFFICER)
        typed = {
            "household": assessed.household.code,
            "product_code": "harvest",
            "grade": "AA",
            "wages_verified": "on",
            "comments": "corn 2026-autumn/yield: Seen in the field",
        }

        answer = house.send(browser, LIST, "assess", **typed)

        assert answer.status_code == 302
        page = answer.headers["Location"]
        typed = {"amount": "24700", "purpose": "Seed", "opinion": "Diligent"}
        answer = house.send(browser, page, "apply", **typed)
        assert answer.status_code == 302
        with room.enter(tenant.pk):
            assert Application.objects.get().amount == 24_700
            assert Assessment.objects.count() == 2

    def test_a_missing_comment_is_asked_for_on_the_page(self, tenant, assessed):
        browser = house.signed_in(tenant, Role.OFFICER)
        typed = {"household": assessed.household.code, "product_code": "harvest", "grade": "AA"}

        answer = house.send(browser, LIST, "assess", **typed)

        assert answer.status_code == 422
        assert "corn 2026-autumn/yield" in answer.content.decode()

    def test_more_than_the_limit_is_refused_on_the_page(self, tenant, assessed):
        browser = house.signed_in(tenant, Role.OFFICER)
        typed = {"amount": "24701", "purpose": "Seed", "opinion": "Diligent"}

        answer = house.send(browser, f"{LIST}{assessed.pk}/change/", "apply", **typed)

        assert answer.status_code == 422
        assert "15,500 – 24,700" in answer.content.decode()

    def test_a_risk_manager_drafts_and_publishes_thresholds(self, tenant, assessed):
        browser = house.signed_in(tenant, Role.RISK_MANAGER)
        rules = assessed.policy.policy.to_json() | {"purpose_rate": "0.60"}
        typed = {"rules": _json(rules), "note": "Dry year", "effective_from": "2026-05-01"}

        answer = house.send(browser, "/admin/rural/capacitypolicy/", "draft", **typed)

        assert answer.status_code == 302
        answer = house.send(browser, answer.headers["Location"], "publish")
        assert answer.status_code == 302
        with room.enter(tenant.pk):
            assert CapacityPolicy.objects.in_force(build.MAY)[0].number == 2

    def test_a_benchmark_is_recorded_with_its_source(self, tenant, assessed):
        browser = house.signed_in(tenant, Role.RISK_MANAGER)
        typed = {
            "kind": "crop", "code": "rice", "name": "Rice", "name_zh": "水稻", "region": "130929",
            "year": "2026", "figures": "yield: 520\nprice：2.8\ncost: 600", "lines": "",
            "source": "County bureau", "valid_from": "2026-05-01",
        }  # fmt: skip

        answer = house.send(browser, "/admin/rural/benchmark/", "record", **typed)
        assert answer.status_code == 302

        answer = house.send(
            browser, "/admin/rural/benchmark/", "record",
            **{**typed, "figures": "yield: 9\nprice: 2.8\ncost: 600", "valid_from": "2026-06-01"},
        )  # fmt: skip
        assert answer.status_code == 422
        assert "10 to 8000 kg/mu" in answer.content.decode()


class TestLists:
    @pytest.mark.parametrize("model", ["assessment", "benchmark", "capacitypolicy", "observation"])
    def test_they_open(self, tenant, assessed, model):
        shown(tenant, f"/admin/rural/{model}/")


def _json(rules) -> str:

    return json.dumps(rules)
