"""The village partner's and the officer's own pages, and what the phone says of a refusal."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Route, expect

from rural.actions import village_partners, visits
from rural.models import (
    Attachment,
    ConflictCase,
    Contact,
    Reminder,
    Submission,
    VillagePartner,
    Visit,
    VisitPlan,
)
from tenancy import room
from tenancy.actors import Actor
from tenancy.models import Document, Tenant
from tenancy.roles import Role
from tests.browser import village
from tests.browser.test_field_app import all_sent, fill_in, picture
from tests.browser.test_field_pages import faults
from tests.browser.village import Phone, Village, until
from tests.rural import village_build as build

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture
def liushu(tenant: Tenant) -> Village:
    return village.settled(tenant)


@pytest.fixture
def partner(liushu: Village) -> VillagePartner:
    """The agent as a partner with a lead, a reminder, a paper to bring and a stated month."""
    with room.enter(liushu.tenant.pk):
        return build.partner_with_a_month(liushu.agent)


class TestThePartner:
    def test_reads_his_months_and_reminds_without_network(
        self, partner: VillagePartner, liushu: Village, phone_of: Callable[[Any], Phone]
    ) -> None:
        phone = phone_of(liushu.agent)
        page = phone.page
        found = {"today": faults(phone)}
        expect(page.locator(".entry", has_text="户主1").last).to_contain_text("已批准")
        page.locator(".entry", has_text="按月查看").click()
        expect(page.locator("main")).to_contain_text("2026-01")
        expect(page.locator(".sums").first).to_contain_text("100.00 CNY")
        found["commission"] = faults(phone)
        phone.go("today")
        phone.context.set_offline(True)
        page.locator(".entry", has_text="2026-02-05").click()
        page.get_by_role("button", name="保存").click()
        expect(page.locator("main").get_by_role("alert")).to_have_text("请选择方式和结果。")
        page.get_by_text("上门").click()
        page.get_by_text("答应还款").click()
        found["reminder"] = faults(phone)
        page.get_by_role("button", name="保存").click()
        expect(page.locator("#errands")).to_have_text("1 条等待发送")
        expect(page.locator("main")).to_contain_text("没有要提醒的农户。")
        expect(page.locator("#unsent")).to_have_text("1 条未上传")
        phone.context.set_offline(False)
        expect(page.locator("#errands")).to_have_count(0)
        expect(page.locator("#unsent")).to_have_text("全部已上传")

        with room.enter(liushu.tenant.pk):
            noted = Contact.objects.get()
            assert (noted.kind, noted.outcome) == ("visit", "will_pay")
            assert Reminder.objects.get().finished_at is not None
        assert {name: each for name, each in found.items() if each} == {}

    def test_is_warned_of_what_he_noted_before_he_signs_out_or_locks(
        self, partner: VillagePartner, liushu: Village, phone_of: Callable[[Any], Phone]
    ) -> None:
        phone = phone_of(liushu.agent)
        page = phone.page
        phone.context.set_offline(True)
        page.locator(".entry", has_text="2026-02-05").click()
        page.get_by_text("上门").click()
        page.get_by_text("答应还款").click()
        page.get_by_role("button", name="保存").click()
        phone.go("more")
        page.get_by_role("button", name="退出登录").click()
        dialog = page.get_by_role("dialog")
        expect(dialog).to_contain_text("还有 1 条未上传")
        dialog.get_by_role("button", name="取消").click()
        page.get_by_role("button", name="立即锁定").click()
        page.get_by_text("忘记密码").click()

        expect(page.locator(".forgotten")).to_contain_text("1 条未上传的记录将永远丢失")
        expect(page.locator("#unsent")).to_have_text("1 条未上传")

    def test_takes_what_he_noted_along_in_a_backup(
        self, partner: VillagePartner, liushu: Village, phone_of: Callable[[Any], Phone]
    ) -> None:
        phone = phone_of(liushu.agent)
        phone.context.set_offline(True)
        moved = phone.run("""
            const errands = await import("/static/field/send/errands.js");
            const backup = await import("/static/field/safe/backup.js");
            await errands.add({ about: "x", path: "reminders/x", body: { kind: "call" } });
            const { blob, count } = await backup.exported("long enough");
            const now = new Date();
            const here = await backup.imported(blob, "long enough", now);
            const pack = await import("/static/field/safe/pack.js");
            await pack.keep("errands", [], 0);
            const elsewhere = await backup.imported(blob, "long enough", now);
            return [count, here, elsewhere, await errands.waiting(), await errands.count()];""")

        assert moved == [
            1, {"added": 0, "same": 1}, {"added": 1, "same": 0},
            [{"about": "x", "path": "reminders/x", "body": {"kind": "call"}}], 1,
        ]  # fmt: skip

    def test_sends_an_appeal_again_whose_answer_was_lost(
        self, partner: VillagePartner, liushu: Village, phone_of: Callable[[Any], Phone]
    ) -> None:
        with room.enter(liushu.tenant.pk):
            village_partners.suspend(
                actor=build.BOSS, at=build.NOON, partner_id=partner.pk, reason="收取了费用"
            )
        phone = phone_of(liushu.agent)
        lost: list[str] = []

        def answer_gets_lost(route: Route) -> None:
            if lost:
                route.continue_()
            else:
                lost.append(str(route.fetch().status))
                route.abort()

        phone.context.route("**/field/api/commission/appeal", answer_gets_lost)
        notice = phone.page.locator("#suspension")
        notice.locator("textarea").fill("没有收过")
        notice.get_by_role("button", name="提交申诉").click()
        until(lambda: bool(lost), phone.page, 60)
        expect(phone.page.locator("#unsent")).to_have_text("1 条未上传")
        phone.go("more")
        phone.page.get_by_role("button", name="更新资料").click()
        expect(phone.page.locator("#unsent")).to_have_text("全部已上传")
        phone.go("today")

        expect(notice.get_by_role("heading")).to_have_text("申诉正在处理")
        expect(phone.page.locator(".notice")).to_have_count(0)
        assert lost == ["200"]
        with room.enter(liushu.tenant.pk):
            assert VillagePartner.objects.get().changes.count() == 2

    def test_is_told_why_he_is_suspended_and_appeals(
        self, partner: VillagePartner, liushu: Village, phone_of: Callable[[Any], Phone]
    ) -> None:
        with room.enter(liushu.tenant.pk):
            village_partners.suspend(
                actor=build.BOSS, at=build.NOON, partner_id=partner.pk, reason="收取了费用"
            )
        phone = phone_of(liushu.agent)
        notice = phone.page.locator("#suspension")
        expect(notice).to_contain_text("2026-01-05 起，原因：收取了费用")
        assert faults(phone) == []
        notice.get_by_role("button", name="提交申诉").click()
        expect(notice.locator("textarea")).to_be_focused()
        notice.locator("textarea").fill("没有收过")
        notice.get_by_role("button", name="提交申诉").click()
        expect(notice.get_by_role("heading")).to_have_text("申诉正在处理")
        until(lambda: status(liushu) == "APPEALING", phone.page, 60)

        with room.enter(liushu.tenant.pk):
            assert VillagePartner.objects.get().changes.latest("pk").reason == "没有收过"


def status(of: Village) -> str:
    with room.enter(of.tenant.pk):
        return str(VillagePartner.objects.get().status)


def test_an_officers_day_is_there_without_network_in_the_order_of_the_way(
    liushu: Village, phone_of: Callable[[Any], Phone]
) -> None:
    officer = liushu.officers[0]
    # Field work goes by the clock: the books may lag behind.
    today = timezone.localdate(timezone.now(), liushu.tenant.zone)
    with room.enter(liushu.tenant.pk):
        homes = {
            name: build.household(name, latitude=Decimal("38.19"), longitude=Decimal(longitude))
            for name, longitude in (("远", "116.18"), ("近", "116.13"), ("中", "116.15"))
        }
        staff = Actor("user", str(officer.pk), officer.name, Role.OFFICER)
        asked = [
            visits.ask_for(
                actor=staff, at=build.NOON, household_id=each.pk, kind="warning",
                due_on=build.ON,
            )
            for each in homes.values()
        ]  # fmt: skip
        visits.plan(
            actor=staff, at=build.NOON, officer=officer, village_id=homes["近"].village_id,
            day=today, visit_ids=[each.pk for each in asked],
        )  # fmt: skip
        assert Visit.objects.filter(plan=VisitPlan.objects.get()).count() == 3
    phone = phone_of(officer)
    expect(phone.page.locator(".entries b").first).to_have_text("1. 近")
    phone.context.set_offline(True)
    phone.page.reload()
    phone.unlock()

    titles = phone.page.locator("main > ul.entries").first.locator("b")
    expect(titles).to_have_text(["1. 近", "2. 中", "3. 远"])
    phone.page.locator(".entry", has_text="2. 中").click()
    expect(phone.page.get_by_role("heading", level=1)).to_have_text("为 中 填表")


class TestARefusal:
    def test_of_a_photo_is_said_where_it_is_taken(
        self, liushu: Village, phone_of: Callable[[Any], Phone], tmp_path: Path
    ) -> None:
        phone = phone_of(liushu.agent)
        phone.begin("农户简表")
        phone.fill("王秀兰", "300")
        phone.next()
        field = phone.field("/photos")
        enormous = picture(1) + bytes(50 * 1024 * 1024)
        for content, words in (
            (b"", "照片是空的"),
            (b"%PDF-1.7", "这个文件不是照片"),
            (enormous, "照片太大，没有保存"),
        ):
            file = tmp_path / "x.jpg"
            file.write_bytes(content)
            field.locator("input[type=file]").set_input_files(file)
            expect(field.locator(".error")).to_contain_text(words)
            expect(field.locator("img")).to_have_count(0)
        phone.photograph(picture(2))
        expect(field.locator(".error")).to_be_hidden()

    def test_by_the_server_stands_at_the_record_that_stays(
        self, liushu: Village, phone_of: Callable[[Any], Phone]
    ) -> None:
        phone = phone_of(liushu.agent)
        hash_ = phone.run(SPOILT, {"village": build.build.VILLAGE})
        fill_in(phone, "李建国", "600")
        phone.go("records")
        record = phone.page.locator(".entry", has_text="王秀兰")

        expect(record).to_contain_text("有一张照片没有被接收：")
        expect(record.locator(".mark.bad")).to_have_text("等待上传")
        until(lambda: phone.unsent() == 1, phone.page, 60)
        with room.enter(liushu.tenant.pk):
            assert Attachment.objects.get(sha256=hash_).problem
            assert Submission.objects.get(answers__head_name="李建国").status == "complete"


# A record with a photo that is none, as a broken phone would leave it.
SPOILT = """
    const canonical = await import("/static/field/rules/canonical.js");
    const form = await sync.form("F1", 1);
    const now = new Date();
    const record = records.started({ form, subject: null, deviceId: "d", now });
    const bytes = crypto.getRandomValues(new Uint8Array(2000)).buffer;
    const sha256 = await canonical.sha256(bytes);
    await records.addPhoto(record.root_uuid, { sha256, bytes, media_type: "image/jpeg" });
    record.answers = { head_name: "王秀兰", village: given.village, income: "300", photos: [{
        sha256, taken_at: now.toISOString(), lat: "38.190001", lon: "116.120001",
        accuracy: "4" }] };
    await records.save(record, now);
    await records.finalise(record, now);
    return sha256;"""

# The same root UUID again with another answer and another photo: a restored backup does that.
AGAIN = """
    const binary = Uint8Array.from(atob(given.picture), (each) => each.charCodeAt(0));
    const [receipt] = await records.list(records.SENT);
    const form = await sync.form("F1", 1);
    const now = new Date();
    const record = records.started({ form, subject: null, deviceId: "d", now });
    record.root_uuid = receipt.root_uuid;
    const made = await photo.shrunk(new Blob([binary]));
    await records.addPhoto(record.root_uuid, made);
    record.answers = { head_name: "王秀兰", village: given.village, income: "999", photos: [{
        sha256: made.sha256, taken_at: now.toISOString(), lat: "38.190001", lon: "116.120001",
        accuracy: "4" }] };
    await records.save(record, now);
    await records.finalise(record, now);
    return made.sha256;"""


def test_a_second_content_arrives_with_its_photos_and_leaves_the_phone(
    liushu: Village, phone_of: Callable[[Any], Phone]
) -> None:
    phone = phone_of(liushu.agent)
    fill_in(phone, "王秀兰", "300", picture(1))
    until(all_sent(phone), phone.page, 60)
    second = phone.run(
        AGAIN, {"village": build.build.VILLAGE, "picture": b64encode(picture(2)).decode()}
    )
    phone.send()
    until(all_sent(phone), phone.page, 60)

    expect(phone.page.locator(".mark.good")).to_have_text("已交信贷员处理")
    with room.enter(liushu.tenant.pk):
        case = ConflictCase.objects.get()
        assert case.kind == "same_uuid_other_hash"
        assert Attachment.objects.get(sha256=second).is_complete
        papers = Document.objects.filter(subject_type="rural.conflictcase", subject_id=case.pk)
        assert [each.sha256 for each in papers] == [second]
