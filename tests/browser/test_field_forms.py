"""Every form that comes with the house, filled in on a phone by thumb and taken in whole."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, expect

from rural.models import FormDefinition, Submission, SubmissionStatus
from tenancy import room
from tenancy.actors import Actor
from tenancy.models import Tenant
from tenancy.roles import Role
from tests.browser import village
from tests.browser.test_field_app import all_sent, picture
from tests.browser.village import Phone, Village, until
from tests.rural import answers, build
from tests.rural.answers import Files

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]

Fill = Callable[..., dict[str, Any]]
TYPED = frozenset({"text", "phone", "id_number", "integer", "decimal", "date"})
# Kept masked or elsewhere: what was typed does not stand in the submission as it was typed.
PERSONAL = frozenset({"phone", "id_number", "geopoint", "photos", "signature", "repeat"})


@pytest.fixture
def liushu(tenant: Tenant) -> Village:
    return village.settled(tenant, small=False)


class Thumb:
    """Fills in a form page by page from answers as the API takes them; photos are new ones."""

    def __init__(self, phone: Phone, definition: Mapping[str, Any]) -> None:
        self.phone = phone
        self.fields = {
            field["name"]: field for each in definition["sections"] for field in each["fields"]
        }
        self.lists = phone.run(
            'const pack = await import("/static/field/safe/pack.js"); return pack.kept("choices");'
        )
        self.seed = 0

    def fill(self, given: Mapping[str, Any]) -> None:
        """Fill in every page and go on until the last one says that all is filled in."""
        page = self.phone.page
        for _ in range(20):
            for name in page.evaluate(ASKED):
                if name in given and self.phone.field(f"/{name}").is_visible():
                    self.answer(f"/{name}", self.fields[name], given[name])
            count = page.locator(".count").inner_text()
            self.phone.next()
            expect(page.locator(".count")).not_to_have_text(count)
            if page.locator("p.good").is_visible():
                return
        raise AssertionError(page.locator("main").inner_text())

    def answer(self, pointer: str, field: Mapping[str, Any], value: Any) -> None:
        node, kind = self.phone.field(pointer), field["type"]
        if kind in TYPED:
            node.locator("input, textarea").first.fill(value)
        elif kind == "place":
            node.locator("select").last.select_option(value)
        elif kind == "repeat":
            self.rows(pointer, field, value)
        elif kind in ("select", "boolean", "multiselect"):
            self.choose(node, field, value)
        else:
            self.witness(node, kind, value)

    def choose(self, node: Locator, field: Mapping[str, Any], value: Any) -> None:
        """Tap what is offered as buttons, or choose it out of a list."""
        offered: list[Any] = [True, False]
        if field["type"] != "boolean":
            among = field.get("choices") or self.lists[field["choices_from"]]
            offered = [each["value"] for each in among]
        if node.locator("select").count():
            node.locator("select").select_option(value)
            return
        for each in value if isinstance(value, list) else [value]:
            node.locator(".pill").nth(offered.index(each)).click()

    def rows(self, pointer: str, field: Mapping[str, Any], rows: Sequence[Any]) -> None:
        node = self.phone.field(pointer)
        for place, row in enumerate(rows):
            node.locator("> div > .button").click()
            for each in field["fields"]:
                inner = f"{pointer}/{place}/{each['name']}"
                if each["name"] in row and self.phone.field(inner).is_visible():
                    self.answer(inner, each, row[each["name"]])

    def witness(self, node: Locator, kind: str, value: Any) -> None:
        """Take a place, photos or a signature on the spot."""
        if kind == "geopoint":
            node.locator(".button").click()
            expect(node.locator(".gps")).to_contain_text("38.190001")
        elif kind == "photos":
            taken = [
                {"name": f"{n}.jpg", "mimeType": "image/jpeg", "buffer": self.photo()}
                for n in range(len(value))
            ]
            node.locator("input[type=file]").set_input_files(taken)  # type: ignore[arg-type]
            expect(node.locator("img")).to_have_count(len(value))
        elif kind == "signature":
            self.sign(node)
        elif kind == "boundary":
            self.walk(node, value)

    def walk(self, node: Locator, corners: Sequence[Mapping[str, str]]) -> None:
        """Go from corner to corner, and home again."""
        for number, corner in enumerate(corners, start=1):
            self.phone.stand(float(corner["lat"]), float(corner["lon"]))
            node.locator(".button").first.click()
            expect(node.locator(".gps")).to_contain_text(f"{number} 个角")
        self.phone.stand()

    def photo(self) -> bytes:
        self.seed += 1
        return picture(self.seed, (160, 120))

    def sign(self, node: Locator) -> None:
        pad = node.locator("canvas.signature")
        pad.scroll_into_view_if_needed()
        box = pad.bounding_box()
        assert box is not None
        mouse, self.seed = self.phone.page.mouse, self.seed + 1
        mouse.move(box["x"] + 20, box["y"] + 20)
        mouse.down()
        mouse.move(box["x"] + 90 + self.seed * 5, box["y"] + 60)
        mouse.up()
        node.locator(".button.main").click()
        expect(node.locator("img.signed")).to_be_visible()


ASKED = """() => [...document.querySelectorAll(".questions > [data-pointer]")]
    .map((each) => each.dataset.pointer.slice(1))"""


@pytest.mark.parametrize(
    ("code", "role", "fill", "about"),
    [
        ("F1", "officer", answers.household, False),
        ("F2", "officer", answers.crop, True),
        ("F3", "officer", answers.livestock, True),
        ("F4", "agent", answers.recommendation, False),
        ("F5", "officer", answers.visit, False),
        ("F6", "officer", answers.ballot, True),
    ],
    ids=["household", "crop", "livestock", "recommendation", "visit", "ballot"],
)
def test_it_is_filled_in_and_arrives_whole(
    liushu: Village,
    phone_of: Callable[[Any], Phone],
    code: str,
    role: str,
    fill: Fill,
    about: bool,
) -> None:
    user = liushu.agent if role == "agent" else liushu.officers[0]
    given = fill(Files(timezone.now()))
    if "co_officer" in given:
        given["co_officer"] = liushu.officers[1].username
    with room.enter(liushu.tenant.pk):
        definition = FormDefinition.objects.current().get(code=code).definition
        if about:
            known = Actor("user", str(user.pk), user.name, Role.OFFICER)
            build.household(known, co_officer=liushu.officers[1].username)
    phone = phone_of(user)
    title = definition["title"]["zh"]
    if about:
        phone.go("households")
        phone.page.locator(".entry", has_text="王建国").click()
        phone.page.locator(".entry", has_text=title).click()
        phone.page.locator(".form").wait_for()
    else:
        phone.begin(title)
    thumb = Thumb(phone, definition)
    thumb.fill(given)
    phone.next()
    until(all_sent(phone), phone.page, 60)

    with room.enter(liushu.tenant.pk):
        arrived = Submission.objects.filter(form_code=code).latest("received_at")
    assert (arrived.status, arrived.errors) == (SubmissionStatus.COMPLETE, [])
    plain = {
        name: value for name, value in given.items() if thumb.fields[name]["type"] not in PERSONAL
    }
    assert {name: arrived.answers.get(name) for name in plain} == plain
