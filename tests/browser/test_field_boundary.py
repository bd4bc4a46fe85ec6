"""Walking around a field with the phone: corner by corner, with its area, without network."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from rural.models import Submission, SubmissionStatus
from rural.rules.forms.boundary import area_of
from tenancy import room
from tenancy.models import Tenant
from tests.browser import village
from tests.browser.test_field_app import all_sent
from tests.browser.test_field_pages import faults
from tests.browser.village import Phone, Server, Village, until

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]

CORNERS = [(38.19, 116.12), (38.191, 116.12), (38.191, 116.1212), (38.19, 116.1212)]


@pytest.fixture
def liushu(tenant: Tenant) -> Village:
    """The village whose small form asks for land, too."""
    made = village.settled(tenant)
    form = village.small_form()
    form["sections"][1]["fields"] = [
        {
            "name": "land", "type": "boundary", "label": {"zh": "走地边", "en": "Boundary"},
            "required": True, "unit": "mu", "min": "0.1", "max": "5000", "max_count": 6,
            "warn_accuracy": "15", "max_accuracy": "30",
        }
    ]  # fmt: skip
    with room.enter(tenant.pk):
        village.publish(form)
    return made


@pytest.fixture
def phone(chromium: Browser, server: Server, liushu: Village) -> Iterator[Phone]:
    """The agent's phone on the page that asks for the boundary."""
    given = village.phone(chromium, server, liushu.agent)
    given.enrol()
    given.begin("农户简表")
    given.fill("王秀兰", "300")
    given.next()
    yield given
    assert given.complaints == []
    given.context.close()


@pytest.fixture
def walk(phone: Phone) -> Callable[..., None]:
    """A function that adds a corner at each place."""

    def to(*places: tuple[float, float], **how: Any) -> None:
        for place in places:
            phone.stand(*place, **how)
            land = phone.field("/land")
            before = land.locator(".gps").inner_text()
            land.get_by_role("button", name="在这里加一个角").click()
            expect(land.locator(".gps")).not_to_have_text(before)
            expect(land.get_by_role("button").first).to_be_enabled()

    return to


def test_it_is_walked_without_network_and_arrives_with_its_area(
    phone: Phone, walk: Callable[..., None], liushu: Village
) -> None:
    land = phone.field("/land")
    phone.context.set_offline(True)
    walk(*CORNERS[:2])
    expect(land.locator(".gps")).to_have_text("2 个角")
    phone.next()
    expect(land.locator(".error")).to_have_text("应有 3–6 个角。")
    walk(*CORNERS[2:])
    expect(land.locator(".gps")).to_have_text("4 个角，17.50 亩")
    expect(land.locator("polygon")).to_have_count(1)
    assert faults(phone) == []
    phone.finish()
    phone.context.set_offline(False)
    until(all_sent(phone), phone.page, 60)

    with room.enter(liushu.tenant.pk):
        arrived = Submission.objects.get()
    assert (arrived.status, arrived.flags) == (SubmissionStatus.COMPLETE, [])
    assert str(area_of(arrived.answers["land"])) == "17.50"
    assert {corner["accuracy"] for corner in arrived.answers["land"]} == {"4"}


def test_what_is_wrong_is_said_while_he_can_still_go_back(
    phone: Phone, walk: Callable[..., None]
) -> None:
    land = phone.field("/land")
    a, b, c, d = CORNERS
    walk(a, c, b, d)
    phone.next()
    expect(land.locator(".error")).to_contain_text("边线交叉了")
    for left in ("3 个角，8.75 亩", "2 个角", "1 个角"):
        land.get_by_role("button", name="撤销上一个角").click()
        expect(land.locator(".gps")).to_have_text(left)
    walk(b, c, d)
    phone.next()

    phone.page.locator("p.good").wait_for()


def test_a_corner_that_is_not_precise_enough_is_not_taken(phone: Phone) -> None:
    phone.stand(*CORNERS[0], radius=31)
    land = phone.field("/land")
    land.get_by_role("button", name="在这里加一个角").click()

    expect(land.locator(".error")).to_have_text(
        "误差大于 30 米，请到开阔处重新定位。", timeout=40_000
    )
    expect(land.locator(".gps")).to_have_text("0 个角")
