"""What the phone keeps, and how: sealed records, the PIN, photos, backups. In Chromium."""

import io
from base64 import b64decode, b64encode
from collections.abc import Iterator
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]

MODULES = {
    "vault": "safe/vault.js", "store": "safe/store.js", "records": "safe/records.js",
    "backup": "safe/backup.js", "photo": "device/photo.js", "position": "device/position.js",
    "canonical": "rules/canonical.js", "validation": "rules/validation.js",
}  # fmt: skip
# Bytes go to and fro as Base64.
CODING = """
    const coded = (bytes) => {
        const parts = [];
        const all = new Uint8Array(bytes);
        for (let at = 0; at < all.length; at += 30_000)
            parts.push(String.fromCharCode(...all.subarray(at, at + 30_000)));
        return btoa(parts.join(""));
    };
    const decoded = (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
"""
PIN = "246813"
OWNER = {"id": "riverside/1", "name": "Wang"}


class Phone:
    """A page of the app whose modules a test calls by itself."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def run(self, body: str, given: Any = None) -> Any:
        """Run `body` with all modules by name, and `given`."""
        imports = "".join(
            f"const {name} = await import('/static/field/{path}');"
            for name, path in MODULES.items()
        )
        return self.page.evaluate(f"async (given) => {{ {imports} {CODING} {body} }}", given)

    def enrol(self) -> None:
        self.run("await vault.create(given[0], given[1])", [PIN, OWNER])

    def draft(self, name: str = "王秀兰", photos: int = 0) -> str:
        """Save a draft with photos of noise; return its root UUID."""
        body = """
            const form = { code: "F1", version: 1, definition: { sections: [] } };
            const now = new Date();
            const record = records.started({ form, subject: null, deviceId: "d", now });
            record.answers = { head_name: given.name, photos: [] };
            for (let i = 0; i < given.photos; i += 1) {
                const bytes = crypto.getRandomValues(new Uint8Array(40_000)).buffer;
                const sha256 = await canonical.sha256(bytes);
                const picture = { sha256, bytes, media_type: "image/jpeg" };
                await records.addPhoto(record.root_uuid, picture);
                record.answers.photos.push({ sha256 });
            }
            await records.save(record, now);
            return record.root_uuid;"""
        return str(self.run(body, {"name": name, "photos": photos}))

    def everything(self) -> str:
        """Return whatever lies on the phone, as one text."""
        body = """
            const db = await store.database();
            const rows = [];
            for (const name of db.objectStoreNames) rows.push(...await db.getAll(name));
            const text = (value) => value instanceof ArrayBuffer || ArrayBuffer.isView(value)
                ? new TextDecoder("utf-8").decode(value) : value;
            const open = JSON.stringify({ ...localStorage });
            return JSON.stringify(rows, (_, value) => text(value)) + open;
        """
        return str(self.run(body))


@pytest.fixture
def phone(chromium: Browser, live_server: LiveServer) -> Iterator[Phone]:
    context = chromium.new_context(base_url=live_server.url, permissions=["geolocation"])
    page = context.new_page()
    page.goto("/field/")
    yield Phone(page)
    context.close()


class TestVault:
    def test_opens_with_the_pin_and_never_gives_the_key_away(self, phone: Phone) -> None:
        phone.enrol()
        made = phone.run(
            "const key = vault.key(); vault.lock(); return [key.extractable, vault.isOpen()]"
        )
        opened = phone.run("await vault.unlock(given, 0); return vault.key().extractable", PIN)

        assert made == [False, False]
        assert opened is False

    def test_makes_a_wrong_pin_cost_time_that_a_restart_does_not_save(self, phone: Phone) -> None:
        phone.enrol()
        phone.run("vault.lock()")
        attempt = """
            try { await vault.unlock(given[0], given[1]); return "open"; }
            catch (error) { return error.until; }"""
        tries = [phone.run(attempt, ["000000", 1_000]) for _ in range(3)]
        phone.page.reload()
        early = phone.run(attempt, [PIN, 5_999])
        again = phone.run(attempt, ["000000", 6_000])
        right = phone.run(attempt, [PIN, 16_000])
        fresh = phone.run(attempt, ["000000", 16_000])

        assert tries == [0, 0, 6_000]
        assert early == 6_000
        assert again == 16_000
        assert right == "open"
        assert fresh == 0

    def test_waits_no_longer_than_five_minutes(self, phone: Phone) -> None:
        waits = phone.run("return [3, 4, 9, 40].map(vault.waitAfter)")
        assert waits == [5_000, 10_000, 300_000, 300_000]


class TestRecords:
    def test_lie_sealed(self, phone: Phone) -> None:
        phone.enrol()
        phone.draft("王秀兰 11010519491231002X")
        lying = phone.everything()

        assert "王秀兰" not in lying
        assert "11010519491231002X" not in lying
        assert "draft" in lying

    def test_survive_a_restart_and_are_counted_without_the_pin(self, phone: Phone) -> None:
        phone.enrol()
        root = phone.draft("王秀兰")
        phone.page.reload()
        counted = phone.run("return records.counts()")
        phone.run("await vault.unlock(given, 0)", PIN)
        read = phone.run("return (await records.load(given)).answers", root)

        assert counted == {"draft": 1, "queued": 0, "sent": 0}
        assert read == {"head_name": "王秀兰", "photos": []}

    def test_cannot_be_passed_off_as_one_another(self, phone: Phone) -> None:
        phone.enrol()
        one, other = phone.draft("一"), phone.draft("二")
        body = """
            const db = await store.database();
            const row = await db.get("records", given[0]);
            await db.put("records", { ...row, root_uuid: given[1] });
            try { await records.load(given[1]); return "read"; }
            catch (error) { return error.name; }"""
        assert phone.run(body, [one, other]) == "OperationError"

    def test_leave_nothing_but_a_receipt_when_they_are_settled(self, phone: Phone) -> None:
        phone.enrol()
        root = phone.draft("王秀兰", photos=2)
        body = """
            const final = await records.finalise(await records.load(given), new Date());
            const receipt = { outcome: "received", sent_at: new Date().toISOString() };
            await records.settle(final, receipt, new Date());
            const left = await (await store.database()).count("photos");
            const held = await records.load(given);
            return [final.attachments.length, left, held.answers ?? null, held.state];"""
        assert phone.run(body, root) == [2, 0, None, "sent"]


def picture(width: int, height: int) -> bytes:
    """A JPEG of noise, the hardest to shrink, which says where it was taken."""
    made = io.BytesIO()
    exif = Image.Exif()
    exif[0x8825] = {1: "N", 2: (34.0, 7.0, 8.0)}
    exif[0x010F] = "SecretPhone"
    Image.effect_noise((width, height), 90).convert("RGB").save(
        made, "JPEG", quality=95, exif=exif
    )
    return made.getvalue()


SHRINK = """
    try {
        const made = await photo.shrunk(new Blob([decoded(given)]));
        return { type: made.media_type, bytes: coded(made.bytes) };
    } catch (error) { return error.constructor.name; }"""


class TestPhotos:
    def test_shrink_to_600_kb_and_lose_what_the_camera_wrote(self, phone: Phone) -> None:
        original = picture(1800, 1350)
        made = phone.run(SHRINK, b64encode(original).decode())
        content = b64decode(made["bytes"])
        shrunk = Image.open(io.BytesIO(content))

        assert b"SecretPhone" in original
        assert b"SecretPhone" not in content
        assert len(content) <= 600 * 1024
        assert max(shrunk.size) >= 1000
        assert dict(shrunk.getexif()) == {}
        assert made["type"] == "image/jpeg"

    @pytest.mark.parametrize(
        ("content", "refusal"),
        [(b"", "EmptyPicture"), (b"no picture", "NotAPicture"), (b"%PDF-1.7", "NotAPicture")],
    )
    def test_that_are_no_pictures_are_refused(
        self, phone: Phone, content: bytes, refusal: str
    ) -> None:
        assert phone.run(SHRINK, b64encode(content).decode()) == refusal


class TestPosition:
    def test_comes_with_its_radius_and_flags_none(self, phone: Phone) -> None:
        place = {"latitude": 34.1234567, "longitude": 113.5, "accuracy": 0}
        phone.page.context.set_geolocation(place)  # type: ignore[arg-type]
        point = phone.run("return new position.Position().take(() => {}, 10_000)")
        body = """
            const fields = [{ name: "gps", type: "geopoint", label: {}, max_accuracy: "100" }];
            const form = { roles: ["agent"], sections: [{ fields }] };
            const about = { role: "agent", today: "2026-01-05", lists: {} };
            return validation.check(form, { gps: given }, about);"""
        found = phone.run(body, point)

        assert (point["lat"], point["lon"]) == ("34.123457", "113.500000")
        assert point["accuracy"] == "0"
        assert found == {"errors": [], "warnings": [{"pointer": "/gps", "rule": "mock"}]}


EXPORT = """
    const { blob, count } = await backup.exported(given);
    return [count, coded(await blob.arrayBuffer())];"""
IMPORT = """
    const file = new Blob([decoded(given[0])]);
    try { return await backup.imported(file, given[1], new Date()); }
    catch (error) { return error.constructor.name; }"""
PASSWORD = "long enough 密码"


class TestBackup:
    def test_brings_drafts_and_photos_to_another_phone(self, phone: Phone) -> None:
        phone.enrol()
        root = phone.draft("王秀兰", photos=2)
        before = phone.run("return (await records.load(given)).answers", root)
        count, content = phone.run(EXPORT, PASSWORD)
        phone.run("await store.wipe(); vault.lock()")
        phone.run("await vault.create('135791', given)", OWNER)
        added = phone.run(IMPORT, [content, PASSWORD])
        again = phone.run(IMPORT, [content, PASSWORD])
        after = phone.run("return (await records.load(given)).answers", root)
        photos = phone.run(
            """const held = (await records.load(given)).answers.photos;
               const same = async ({ sha256 }) => sha256 ===
                   await canonical.sha256((await records.photo(given, sha256)).bytes);
               return Promise.all(held.map(same));""",
            root,
        )

        assert count == 1
        assert "王秀兰" not in b64decode(content).decode(errors="ignore")
        assert added == {"added": 1, "same": 0}
        assert again == {"added": 0, "same": 1}
        assert after == before
        assert photos == [True, True]

    def test_is_refused_whole_with_a_wrong_password_or_a_wrong_byte(self, phone: Phone) -> None:
        phone.enrol()
        phone.draft(photos=1)
        _, content = phone.run(EXPORT, PASSWORD)
        phone.run("await store.wipe(); vault.lock()")
        phone.enrol()
        whole = b64decode(content)
        bent = whole[:-1] + bytes([whole[-1] ^ 1])
        files = [(whole, "another password"), (bent, PASSWORD), (whole[:-60], PASSWORD)]
        files.append((b"", PASSWORD))
        outcomes = [
            phone.run(IMPORT, [b64encode(held).decode(), password]) for held, password in files
        ]
        left = phone.run("return records.counts()")

        assert outcomes == ["Unreadable"] * 4
        assert left == {"draft": 0, "queued": 0, "sent": 0}
