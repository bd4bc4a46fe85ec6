"""The assessment's page as people see it: a chart that fits a phone, a trial by keyboard."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from rural.models import Assessment
from tenancy import room
from tenancy.models import Tenant
from tests.backoffice.house import PASSWORD
from tests.browser.conftest import DESK, PHONE, Open
from tests.rural.capacity import build, households

pytestmark = pytest.mark.browser


@pytest.fixture
def assessed(tenant: Tenant) -> Assessment:
    Tenant.objects.filter(pk=tenant.pk).update(business_date=build.MAY)
    with room.enter(tenant.pk):
        build.ready()
        return build.assess(households.household())


@pytest.mark.parametrize(
    ("size", "language", "verdict"),
    [(DESK, "en", "passes"), (PHONE, "zh-hans", "通过流动性测试")],
    ids=["desk", "phone"],
)
def test_an_officer_reads_and_tries(
    open_page: Open, assessed: Assessment, complaints: list[str], size, language, verdict
) -> None:
    page = open_page(size, language)
    page.goto("/")
    page.fill("[name=username]", "riverside-officer")
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url("**/admin/**")
    page.goto(f"/admin/rural/assessment/{assessed.pk}/change/")

    chart = page.locator("svg[role=img]").first
    box = chart.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= size["width"]
    overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(overflow) <= 0
    _picture(page, f"assessment-{language}-{size['width']}")

    page.fill("#try-amount", "20000")
    page.press("#try-amount", "Enter")
    page.wait_for_url("**amount=20000**")
    assert verdict in page.locator("#what-if [role=status]").inner_text()
    assert page.locator("svg[role=img]").count() == 2
    _picture(page, f"trial-{language}-{size['width']}")
    assert complaints == []


def _picture(page, name: str) -> None:
    """Keep a screenshot where one was asked for."""
    folder = os.environ.get("GRANARY_SCREENSHOTS")
    if folder:
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
