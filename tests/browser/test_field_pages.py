"""Every page of the field app and every form on a narrow phone: readable, reachable, fast."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from rural.models import FormDefinition
from tenancy import room
from tenancy.models import Tenant
from tests.browser import village
from tests.browser.village import PIN, Phone, Server, Village

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(600)]

# What a screen reader, a thumb and a narrow screen would stumble over on the page as it is.
FAULTS = """() => {
    const found = [];
    const named = (e) => (e.getAttribute("aria-label") || e.textContent || "").trim()
        || [...(e.labels ?? [])].some((label) => label.textContent.trim());
    const shown = (e) => e.offsetParent !== null || getComputedStyle(e).position === "fixed";
    const says = (e) => e.outerHTML.slice(0, 90);
    for (const e of document.querySelectorAll("input, select, textarea, button, a, summary")) {
        if (!shown(e) || e.classList.contains("unseen")) continue;
        if (!named(e)) found.push("no name: " + says(e));
        const target = (e.matches("[type=radio], [type=checkbox]") && e.closest("label")) || e;
        const { width, height } = target.getBoundingClientRect();
        if (width < 44 || height < 44) found.push("small: " + says(target));
    }
    for (const e of document.querySelectorAll("fieldset"))
        if (shown(e) && !e.querySelector("legend")?.textContent.trim())
            found.push("no legend: " + says(e));
    for (const e of document.querySelectorAll("[aria-describedby]"))
        for (const id of e.getAttribute("aria-describedby").split(" "))
            if (!document.getElementById(id)) found.push("describes nothing: " + says(e));
    const ids = [...document.querySelectorAll("[id]")].map((e) => e.id);
    for (const id of new Set(ids.filter((id, at) => ids.indexOf(id) < at)))
        found.push("twice: " + id);
    if (document.querySelectorAll("h1").length !== 1) found.push("headings of the first level");
    const { scrollWidth, clientWidth } = document.documentElement;
    const over = scrollWidth - clientWidth;
    if (over > 0) found.push("wider than the screen by " + over);
    if (!document.documentElement.lang) found.push("no language");
    return found;
}"""


@pytest.fixture
def liushu(tenant: Tenant) -> Village:
    return village.settled(tenant, small=False)


@pytest.fixture
def phone(chromium: Browser, server: Server, liushu: Village) -> Iterator[Phone]:
    """An officer's phone, because he fills in most forms."""
    held = village.phone(chromium, server, liushu.officers[0])
    held.page.on("console", lambda said: heard(held, said.type, said.text))
    held.enrol()
    yield held
    assert held.complaints == []
    held.context.close()


def heard(phone: Phone, kind: str, text: str) -> None:
    """Note what the console complains of; that there is no network is no complaint."""
    if kind == "error" and "ERR_INTERNET_DISCONNECTED" not in text:
        phone.complaints.append(text)


def faults(phone: Phone) -> list[str]:
    return list(phone.page.evaluate(FAULTS))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_page_makes_anybody_stumble(phone: Phone, language: str) -> None:
    found: dict[str, list[str]] = {}
    if language == "en":
        phone.go("more")
        phone.page.get_by_role("button", name="English").click()
        expect(phone.page.locator("html")).to_have_attribute("lang", "en")
    for tab in ("today", "households", "forms", "records", "more"):
        phone.go(tab)
        phone.page.locator(f'.tabs a[href="#/{tab}"][aria-current]').wait_for()
        found[tab] = faults(phone)
    phone.page.locator("button", has_text={"zh": "立即锁定", "en": "Lock now"}[language]).click()
    phone.page.locator("#pin").wait_for()
    found["lock"] = faults(phone)

    assert {page: each for page, each in found.items() if each} == {}


def test_every_form_shows_all_its_questions_and_lets_nothing_empty_pass(
    phone: Phone, liushu: Village
) -> None:
    with room.enter(liushu.tenant.pk):
        forms = [row.definition for row in FormDefinition.objects.current()]
    found: dict[str, list[str]] = {}
    for form in forms:
        if "officer" not in form["roles"]:
            continue
        start(phone, form)
        sections = [s for s in form["sections"] if "officer" in s.get("roles", form["roles"])]
        for place, section in enumerate(sections):
            where = f"{form['code']} {section['name']}"
            options = phone.page.locator(".contents option")
            if place >= options.count() - 1:
                break  # a section that is not relevant yet
            phone.page.locator(".contents").select_option(str(place))
            questions = phone.page.locator(".questions > *")
            expect(questions.first).to_be_attached()
            for add in phone.page.locator(".questions .repeat > div > .button:visible").all():
                add.click()
            found[where] = faults(phone)
        last = phone.page.locator(".contents option").count() - 1
        phone.page.locator(".contents").select_option(index=last)
        phone.next()
        expect(phone.page.locator(".questions .warning")).to_be_visible()
        phone.page.get_by_role("button", name="关闭").click()

    assert {page: each for page, each in found.items() if each} == {}


def start(phone: Phone, form: dict[str, Any]) -> None:
    """Open a form, about a household that the phone is told of where it needs one."""
    phone.run(
        """
        const found = await sync.form(given, 1);
        const subject = { id: crypto.randomUUID(), name: "王", version: 0 };
        const record = records.started({ form: found, subject, deviceId: "d", now: new Date() });
        record.answers.remarks = record.answers.remarks ?? "";
        await records.save(record, new Date());
        location.hash = `#/form/${record.root_uuid}`;""",
        form["code"],
    )
    phone.page.locator(".form").wait_for()
    expect(phone.page.locator(".count")).to_contain_text(form["title"]["zh"])


def test_a_form_can_be_filled_in_by_keyboard(phone: Phone) -> None:
    phone.begin("农户调查表")
    phone.page.keyboard.press("Tab")
    focused = phone.page.evaluate("document.activeElement.closest('.field') !== null")
    phone.page.locator('[data-pointer="/consent_collect"] input').first.focus()
    phone.page.keyboard.press("Space")
    heard = phone.page.evaluate("document.activeElement.checked")
    phone.page.locator(".bottom .main").focus()
    phone.page.keyboard.press("Enter")

    assert focused
    assert heard is True
    expect(phone.page.get_by_role("alert").filter(has_text="需要改正")).to_be_visible()


# Measured 2026-11-22; see docs/performance.md. Four times slower than this is a defect.
SLOWEST_OPENING_MS = 4_000


def test_the_form_opens_offline_on_a_slow_phone(phone: Phone) -> None:
    """From the tap on a form to its first question, and from the address to the PIN."""
    devtools = phone.context.new_cdp_session(phone.page)
    phone.context.set_offline(True)
    devtools.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    phone.page.reload()
    phone.page.locator("#pin").wait_for()
    shell = phone.page.evaluate(
        "performance.now() - performance.getEntriesByType('navigation')[0].startTime"
    )
    phone.unlock(PIN)
    phone.go("forms")
    phone.page.locator(".entry").first.wait_for()
    took = phone.page.evaluate(
        """() => new Promise((resolve) => {
            const begun = performance.now();
            const look = () => document.querySelector(".questions input, .questions button")
                ? resolve(performance.now() - begun) : requestAnimationFrame(look);
            document.querySelector("button.entry").click();
            look();
        })"""
    )
    print(f"offline, 4x slower: to the PIN {shell:.0f} ms, to the form {took:.0f} ms")  # noqa: T201

    assert took < SLOWEST_OPENING_MS
    assert shell < SLOWEST_OPENING_MS
