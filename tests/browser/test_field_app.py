"""The field app on a phone, against a real server: what is sent arrives once, whole."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone
from PIL import Image
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from rural.models import (
    Attachment,
    ConflictCase,
    Household,
    Submission,
    SubmissionStatus,
    VillageWorker,
)
from rural.web import files
from tenancy import room
from tenancy.actions import documents
from tenancy.models import Document, Tenant
from tenancy.roles import Role
from tests.browser import village
from tests.browser.village import PIN, Phone, Server, Village, until
from tests.rural import build
from tests.tenancy.build import actor

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(600)]

PATIENCE_MS = 60_000


@pytest.fixture
def liushu(tenant: Tenant) -> Village:
    return village.settled(tenant)


@pytest.fixture
def phone_of(chromium: Browser, server: Server) -> Iterator[Callable[..., Phone]]:
    """A function that gives somebody a phone with the app on it."""
    given: list[Phone] = []

    def give(user: Any, **options: Any) -> Phone:
        given.append(village.phone(chromium, server, user, **options))
        given[-1].enrol()
        return given[-1]

    yield give
    for each in given:
        assert each.complaints == []
        each.context.close()


@pytest.fixture
def agents(phone_of: Callable[..., Phone], liushu: Village) -> Phone:
    """The agent's phone."""
    return phone_of(liushu.agent)


def picture(seed: int, size: tuple[int, int] = (320, 240)) -> bytes:
    """A photo of its own, with noise enough to be some ten kilobytes."""
    made = io.BytesIO()
    noise = Image.effect_noise(size, 60).convert("RGB")
    noise.paste((seed * 7 % 256, seed * 31 % 256, seed * 101 % 256), (0, 0, 40, 40))
    noise.save(made, "JPEG", quality=90)
    return made.getvalue()


def submissions(of: Village) -> list[Submission]:
    with room.enter(of.tenant.pk):
        return list(Submission.objects.order_by("received_at"))


def households(of: Village) -> dict[str, str]:
    """Return the income that is known of each household."""
    with room.enter(of.tenant.pk):
        return {each.head_name: each.values["income"] for each in Household.objects.all()}


def fill_in(phone: Phone, name: str, income: str, *pictures: bytes) -> None:
    """Fill in the small form to the end, as a thumb would."""
    phone.begin("农户简表")
    phone.fill(name, income)
    phone.next()
    if pictures:
        phone.photograph(*pictures)
    phone.finish()


def queued(phone: Phone, name: str, income: str = "1000", subject: str | None = None) -> None:
    """Put one more record into the queue by the app's own functions."""
    phone.run(
        """
        const form = await sync.form("F1", 1);
        const subject = given.subject && { id: given.subject, name: given.name, version: 1 };
        const record = records.started({ form, subject, deviceId: "d", now: new Date() });
        record.answers = { head_name: given.name, village: given.village, income: given.income };
        await records.save(record, new Date());
        await records.finalise(record, new Date());""",
        {"name": name, "income": income, "village": build.VILLAGE, "subject": subject},
    )


def all_sent(phone: Phone) -> Callable[[], bool]:
    return lambda: phone.unsent() == 0


class TestAForm:
    def test_is_filled_in_offline_and_arrives_when_the_network_returns(
        self, agents: Phone, liushu: Village
    ) -> None:
        agents.context.set_offline(True)
        fill_in(agents, "王秀兰", "12000.50", picture(1), picture(2))
        expect(agents.page.locator("#unsent")).to_have_text("1 条未上传")
        assert submissions(liushu) == []

        agents.context.set_offline(False)
        expect(agents.page.locator("#unsent")).to_have_text("全部已上传", timeout=PATIENCE_MS)
        [arrived] = submissions(liushu)

        assert arrived.status == SubmissionStatus.COMPLETE
        assert households(liushu) == {"王秀兰": "12000.50"}
        expect(agents.page.locator(".mark.good")).to_have_text("已收到")

    def test_says_at_the_field_what_is_wrong_and_puts_the_keyboard_there(
        self, agents: Phone
    ) -> None:
        agents.begin("农户简表")
        agents.fill("王", "5000000.01")
        agents.next()
        name = agents.field("/head_name").locator("input")
        described = str(name.get_attribute("aria-describedby"))

        expect(name).to_be_focused()
        expect(name).to_have_attribute("aria-invalid", "true")
        expect(agents.page.locator(f"#{described.split()[-1]}")).to_contain_text("2–50")
        expect(agents.field("/income").locator(".error")).to_contain_text("5000000 元")
        expect(agents.page.locator(".summary")).to_have_text("还有 2 处需要改正")

    def test_left_in_the_middle_is_there_after_a_crash(self, agents: Phone) -> None:
        agents.begin("农户简表")
        agents.fill("李建国", "300")
        expect(agents.page.locator(".saved")).to_contain_text("已保存")
        agents.page.goto("about:blank")
        agents.open()
        agents.unlock()
        agents.go("records")
        agents.page.locator("button.entry").first.click()

        expect(agents.field("/head_name").locator("input")).to_have_value("李建国")
        expect(agents.field("/income").locator("input")).to_have_value("300")

    def test_that_the_server_refuses_comes_back_as_a_draft(
        self, agents: Phone, liushu: Village
    ) -> None:
        agents.context.set_offline(True)
        fill_in(agents, "王秀兰", "300", picture(3))
        # Meanwhile the agent stops working in that village.
        with room.enter(liushu.tenant.pk):
            VillageWorker.objects.update(is_active=False)
        agents.context.set_offline(False)
        agents.send()
        returned = agents.page.locator("button.entry", has=agents.page.locator(".mark.bad"))
        returned.wait_for()
        returned.click()

        expect(agents.page.locator(".summary")).to_be_visible()
        agents.next()
        expect(agents.field("/photos").locator("img")).to_have_count(1)


class TestTheQueue:
    def test_loses_and_doubles_nothing_while_network_and_server_come_and_go(
        self, agents: Phone, liushu: Village, server: Server
    ) -> None:
        """The acceptance of the domain, §3.9: 30 records with 5 photos each."""
        agents.context.set_offline(True)
        for place in range(2):
            large = (1600, 1200) if place == 0 else (320, 240)
            photos = [picture(place * 5 + n, large) for n in range(5)]
            fill_in(agents, f"界面{place}", "1000", *photos)
        hashes = agents.run(BULK, {"count": 28, "village": build.VILLAGE})
        assert agents.unsent() == 30

        kills: list[int] = []

        def flap() -> bool:
            agents.context.set_offline(False)
            agents.page.wait_for_timeout(2_500)
            arrived = len(submissions(liushu))
            if len(kills) < 2 and arrived > 8 * (len(kills) + 1):
                server.kill()
                kills.append(arrived)
                server.start()
            agents.context.set_offline(True)
            return agents.unsent() == 0

        until(flap, agents.page, 400)
        rows = submissions(liushu)
        assert len(kills) == 2
        assert len(rows) == 30
        assert {row.status for row in rows} == {SubmissionStatus.COMPLETE}
        assert len({row.root_uuid for row in rows}) == 30
        with room.enter(liushu.tenant.pk):
            read = partial(documents.read, actor=actor(Role.OFFICER), at=timezone.now())
            stored = [read(document_id=each.pk) for each in Document.objects.all()]
            kept = {each.sha256: sha256(content).hexdigest() for each, content in stored}
            announced = set(Attachment.objects.values_list("sha256", flat=True))
        assert set(hashes) < announced
        assert len(announced) == 150
        assert kept == {each: each for each in announced}
        assert agents.run(LEFT) == {"photos": 0, "answers": 0}

    def test_goes_on_after_the_browser_was_closed_in_the_middle_of_a_photo(
        self, chromium: Browser, server: Server, liushu: Village, tmp_path: Path
    ) -> None:
        def begun() -> Phone:
            context = chromium.browser_type.launch_persistent_context(
                str(tmp_path / "profile"), executable_path="/usr/bin/chromium",
                args=["--disable-gpu", "--no-sandbox"], base_url=server.url,
                viewport=village.NARROW, locale="zh-CN", permissions=["geolocation"],  # type: ignore[arg-type]
                geolocation=village.SPOT,  # type: ignore[arg-type]
            )  # fmt: skip
            return village.signed_in(context, server, liushu.agent)

        before = begun()
        before.enrol()
        before.context.set_offline(True)
        fill_in(before, "王秀兰", "300", picture(1, (2000, 1500)), picture(2, (2000, 1500)))
        chunks: list[str] = []

        def stop_after_the_first_chunk(route: Any) -> None:
            if route.request.method != "PUT":
                route.continue_()
            elif not chunks:
                chunks.append(route.request.url)
                route.continue_()
            else:
                route.abort()

        before.context.route("**/field/api/attachments/**", stop_after_the_first_chunk)
        before.context.set_offline(False)
        until(lambda: half_way(liushu), before.page, 60)
        before.context.close()

        after = begun()
        after.open()
        after.unlock()
        until(all_sent(after), after.page, 60)
        [arrived] = submissions(liushu)
        after.context.close()

        assert arrived.status == SubmissionStatus.COMPLETE
        assert len(chunks) == 1

    def test_a_dropped_answer_makes_no_second_record(self, agents: Phone, liushu: Village) -> None:
        agents.context.set_offline(True)
        fill_in(agents, "王秀兰", "300")
        dropped: list[int] = []

        def answer_gets_lost(route: Any) -> None:
            if len(dropped) < 2:
                dropped.append(route.fetch().status)
                route.abort("connectionreset")
            else:
                route.continue_()

        agents.context.route("**/field/api/submissions", answer_gets_lost)
        agents.context.set_offline(False)
        for _ in range(2):
            until(lambda: not is_sending(agents), agents.page, 60)
            agents.send()
        until(all_sent(agents), agents.page, 60)

        assert dropped == [201, 200]
        assert len(submissions(liushu)) == 1

    def test_two_phones_that_change_the_same_amount_open_one_case(
        self, phone_of: Callable[..., Phone], agents: Phone, liushu: Village
    ) -> None:
        fill_in(agents, "王秀兰", "300")
        until(all_sent(agents), agents.page, 60)
        one, other = (phone_of(officer) for officer in liushu.officers)
        for phone, income in ((one, "400"), (other, "500")):
            phone.context.set_offline(True)
            phone.go("households")
            phone.page.locator(".entry", has_text="王秀兰").click()
            phone.page.locator(".entry", has_text="农户简表").click()
            phone.field("/income").locator("input").fill(income)
            phone.next()
            phone.finish()
        for phone in (one, other):
            phone.context.set_offline(False)
            until(all_sent(phone), phone.page, 60)
        with room.enter(liushu.tenant.pk):
            cases = list(ConflictCase.objects.all())

        assert len(submissions(liushu)) == 3
        assert [list(case.fields) for case in cases] == [["income"]]
        assert households(liushu) == {"王秀兰": "400"}
        expect(other.page.locator(".mark.good")).to_have_text("已交信贷员处理")

    def test_a_form_about_a_household_that_has_not_come_yet_leaves_the_phone(
        self, agents: Phone, liushu: Village
    ) -> None:
        """It waits with the lender for the other phone's record; this one has done its part."""
        queued(agents, "王秀兰", subject=str(uuid4()))
        agents.send()
        until(all_sent(agents), agents.page, 60)
        [arrived] = submissions(liushu)

        assert arrived.status == SubmissionStatus.HELD
        expect(agents.page.locator(".mark.good")).to_have_text("已收到")

    def test_a_draft_of_an_older_version_is_finished_and_sent_as_such(
        self, agents: Phone, liushu: Village
    ) -> None:
        agents.begin("农户简表")
        agents.fill("王秀兰", "300")
        agents.page.get_by_role("button", name="关闭").click()
        with room.enter(liushu.tenant.pk):
            village.publish(village.small_form(label={"zh": "全年收入", "en": "Income"}))
        agents.go("more")
        agents.page.get_by_role("button", name="更新资料").click()
        agents.go("forms")
        expect(agents.page.locator(".entry").first).to_contain_text("v2")
        agents.go("records")
        agents.page.locator("button.entry").first.click()
        expect(agents.field("/income").locator("label")).to_contain_text("年收入")
        agents.next()
        agents.finish()
        fill_in(agents, "李建国", "600")
        until(all_sent(agents), agents.page, 60)

        arrived = {row.answers["head_name"]: row for row in submissions(liushu)}
        assert arrived["王秀兰"].form_version == 1
        assert "old_version" in arrived["王秀兰"].flags
        assert arrived["李建国"].form_version == 2


BULK = """
    const form = await sync.form("F1", 1);
    const hashes = [];
    for (let i = 0; i < given.count; i += 1) {
        const now = new Date();
        const record = records.started({ form, subject: null, deviceId: "d", now });
        record.answers = { head_name: "农户" + i, village: given.village, income: "1000" };
        record.answers.photos = [];
        for (let n = 0; n < 5; n += 1) {
            const canvas = new OffscreenCanvas(160, 120);
            const pen = canvas.getContext("2d");
            const noise = pen.createImageData(160, 120);
            crypto.getRandomValues(noise.data.subarray(0, 65536));
            for (let at = 3; at < noise.data.length; at += 4) noise.data[at] = 255;
            pen.putImageData(noise, 0, 0);
            const made = await photo.shrunk(await canvas.convertToBlob({ type: "image/png" }));
            await records.addPhoto(record.root_uuid, made);
            record.answers.photos.push({ sha256: made.sha256, taken_at: now.toISOString(),
                lat: "38.190001", lon: "116.120001", accuracy: "4" });
            hashes.push(made.sha256);
        }
        await records.save(record, now);
        await records.finalise(record, now);
    }
    return hashes;
"""
LEFT = """
    const { database } = await import("/static/field/safe/store.js");
    const receipts = await records.list(records.SENT);
    return { photos: await (await database()).count("photos"),
             answers: receipts.filter((each) => "answers" in each).length };
"""


def half_way(of: Village) -> bool:
    """Whether a photo has come in part."""
    with room.enter(of.tenant.pk):
        return Attachment.objects.filter(received_bytes__gt=0, is_complete=False).exists()


def is_sending(phone: Phone) -> bool:
    return bool(phone.page.evaluate("navigator.locks.query().then(({ held }) => held.length > 0)"))


class TestThePhone:
    def test_that_is_full_says_so_and_keeps_the_draft(
        self, chromium: Browser, server: Server, liushu: Village
    ) -> None:
        held = village.phone(chromium, server, liushu.agent)
        devtools = held.context.new_cdp_session(held.page)
        quota = {"origin": server.url, "quotaSize": 2_500_000}
        devtools.send("Storage.overrideQuotaForOrigin", quota)
        held.enrol()
        held.begin("农户简表")
        held.fill("王秀兰", "300")
        held.next()
        taken = [
            {"name": f"{n}.jpg", "mimeType": "image/jpeg", "buffer": picture(n, (1600, 1200))}
            for n in range(5)
        ]
        field = held.field("/photos")
        field.locator("input[type=file]").set_input_files(taken)
        expect(field.locator(".error")).to_contain_text("存储空间已满")
        expect(held.page.locator("#urgent")).to_contain_text("存储空间已满")
        expect(field.locator(".hint")).to_have_text(re.compile("^[1-4] 张$"))
        kept = field.locator("img").count()
        expect(held.page.locator(".saved")).to_contain_text("已保存")

        devtools.send("Storage.overrideQuotaForOrigin", {"origin": server.url})
        held.page.reload()
        held.unlock()
        expect(held.field("/head_name").locator("input")).to_have_value("王秀兰")
        held.next()
        expect(field.locator("img")).to_have_count(kept)
        held.context.close()

    def test_warns_before_signing_out_with_unsent_records(self, agents: Phone) -> None:
        agents.context.set_offline(True)
        fill_in(agents, "王秀兰", "300")
        agents.go("more")
        agents.page.get_by_role("button", name="退出登录").click()
        dialog = agents.page.get_by_role("dialog")
        expect(dialog).to_contain_text("还有 1 条未上传")
        dialog.get_by_role("button", name="取消").click()

        expect(agents.page.get_by_role("heading", level=1)).to_have_text("设置与帮助")
        expect(agents.page.locator("#unsent")).to_have_text("1 条未上传")

    def test_warns_before_it_is_closed_with_unsent_records(self, agents: Phone) -> None:
        asked: list[str] = []

        def stay(dialog: Any) -> None:
            asked.append(dialog.type)
            dialog.dismiss()

        agents.page.on("dialog", stay)
        agents.context.set_offline(True)
        fill_in(agents, "王秀兰", "300")
        agents.page.close(run_before_unload=True)
        until(lambda: bool(asked), agents.context.pages[0], 30)

        assert asked == ["beforeunload"]
        assert agents.unsent() == 1

    def test_opens_only_with_the_right_pin_and_can_be_wiped(self, agents: Phone) -> None:
        agents.context.set_offline(True)
        fill_in(agents, "王秀兰", "300")
        agents.go("more")
        agents.page.get_by_role("button", name="立即锁定").click()
        for _ in range(3):
            agents.unlock("000000")
            expect(agents.page.locator(".error")).to_contain_text("密码不对")
        agents.unlock(PIN)
        expect(agents.page.locator(".error")).to_contain_text("秒再试")
        expect(agents.page.locator("#unsent")).to_have_text("1 条未上传")
        agents.page.get_by_text("忘记密码").click()
        wipe = agents.page.get_by_role("button", name="清除")
        expect(wipe).to_be_disabled()
        agents.page.get_by_label("我知道未上传的记录会丢失").check()
        wipe.click()

        expect(agents.page.locator("#unsent")).to_have_text("全部已上传")
        expect(agents.page.locator("main")).to_contain_text("需要网络")

    def test_locks_itself_after_five_minutes(self, agents: Phone) -> None:
        agents.page.clock.install()
        agents.page.reload()
        agents.unlock()
        agents.page.locator(".tabs").wait_for()
        agents.page.clock.fast_forward("05:30")

        expect(agents.page.get_by_role("heading", level=1)).to_have_text("已锁定")

    def test_carries_unsent_records_over_in_a_backup_file(
        self, agents: Phone, phone_of: Callable[..., Phone], liushu: Village, tmp_path: Path
    ) -> None:
        agents.context.set_offline(True)
        fill_in(agents, "王秀兰", "300", picture(1))
        agents.go("more")
        agents.page.fill("#backup-password", "短")
        agents.page.get_by_role("button", name="导出备份文件").click()
        expect(agents.page.locator("#backup-status")).to_contain_text("至少 10 个字符")
        agents.page.fill("#backup-password", "long enough 密码")
        with agents.page.expect_download() as download:
            agents.page.get_by_role("button", name="导出备份文件").click()
        file = tmp_path / download.value.suggested_filename
        download.value.save_as(file)
        other = phone_of(liushu.agent)
        other.go("more")
        other.page.fill("#backup-password", "long enough 密码")
        other.page.set_input_files("#backup-file", file)
        other.page.get_by_role("button", name="导入备份文件").click()
        expect(other.page.locator("#backup-status")).to_contain_text("已导入 1 条记录")
        other.send()
        until(all_sent(other), other.page, 60)
        agents.context.set_offline(False)
        agents.send()
        until(all_sent(agents), agents.page, 60)

        assert file.suffix == ".granary"
        assert "王秀兰".encode() not in file.read_bytes()
        assert len(submissions(liushu)) == 1

    def test_takes_a_new_version_of_the_app_when_told_to(
        self,
        chromium: Browser,
        live_server: LiveServer,
        liushu: Village,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        held = village.phone(chromium, live_server, liushu.agent)
        held.enrol()
        held.begin("农户简表")
        held.fill("王秀兰", "300")
        monkeypatch.setattr(files, "version", lambda: "next")
        held.page.evaluate(
            "navigator.serviceWorker.getRegistration('/field/').then((found) => found.update())"
        )
        held.page.get_by_role("button", name="更新", exact=True).click()
        held.page.locator("#pin").wait_for()
        held.unlock()

        expect(held.field("/head_name").locator("input")).to_have_value("王秀兰")
        held.page.wait_for_function(
            "caches.keys().then((names) => names.join() === 'granary-field-next')"
        )
        held.context.close()
