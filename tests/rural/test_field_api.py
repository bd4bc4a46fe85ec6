"""`/field/api/` as the field app calls it: a page session, JSON, problems."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone, translation

from rural.models import Attachment, ConflictCase, Submission
from rural.rules.forms.sent import Announced, Sent
from tenancy.models import Document, Tenant, User
from tenancy.roles import Role
from tenancy.wording import said
from tests.rural import answers, build
from tests.rural.answers import Files

pytestmark = pytest.mark.django_db

CHUNK = 262_144


def now() -> datetime:
    return timezone.now().replace(microsecond=0)


def client_of(user_id: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=user_id), "django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def officer(room: Tenant) -> Client:
    build.field_work()
    return client_of(build.person(Role.OFFICER).id)


@pytest.fixture
def agent(officer: Client) -> Client:
    build.village("130929203202", "杨树村", "Yangshu")
    person = build.person(Role.AGENT, "Zhao Min", villages=(build.VILLAGE,))
    return client_of(person.id)


def fresh(
    fill: build.Fill = answers.household, code: str = "F1", **more: Any
) -> tuple[Sent, Files]:
    return build.sent(code, fill, finalized_at=now() - timedelta(minutes=5), **more)


def body(form: Sent) -> dict[str, Any]:
    return {
        "root_uuid": str(form.root_uuid),
        "instance_id": "uuid:1",
        "form_code": form.form_code,
        "form_version": form.form_version,
        "base_version": form.base_version,
        "subject": form.subject,
        "device_id": form.device_id,
        "started_at": form.started_at.isoformat() if form.started_at else "",
        "finalized_at": form.finalized_at.isoformat() if form.finalized_at else "",
        "start_gps": {"lat": "38.19", "lon": "116.12", "accuracy": "9", "at": now().isoformat()},
        "answers": form.answers,
        "attachments": [
            {"sha256": a.sha256, "size": a.size, "media_type": a.media_type}
            for a in form.attachments
        ],
        "content_sha256": form.content_sha256,
    }


def post(client: Client, form: Sent, **changes: Any) -> Any:
    return client.post(
        "/field/api/submissions",
        json.dumps(body(form) | changes),
        content_type="application/json",
    )


def put(client: Client, sha256: str, content: bytes, offset: int = 0, size: int = 0) -> Any:
    return client.put(
        f"/field/api/attachments/{sha256}?offset={offset}&size={size or len(content)}",
        content,
        content_type="application/octet-stream",
    )


class TestSession:
    def test_says_who_is_here_and_which_villages_are_his(self, agent: Client) -> None:
        told = agent.get("/field/api/session").json()

        assert (told["role"], told["name"]) == ("agent", "Zhao Min")
        assert [v["code"] for v in told["villages"]] == [build.VILLAGE]
        assert told["tenant"]["slug"] == "riverside"
        assert told["csrf"]

    def test_nobody_without_one_gets_in(self, room: Tenant) -> None:
        answer = Client().get("/field/api/session")

        assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")
        assert answer.headers["Content-Type"] == "application/problem+json"

    def test_nor_whoever_does_no_field_work(self, officer: Client) -> None:
        collector = client_of(build.person(Role.COLLECTOR, "Qian Yi").id)

        assert collector.get("/field/api/forms").status_code == 403

    def test_a_write_needs_the_sessions_token(self, officer: Client, agent: Client) -> None:
        strict = Client(enforce_csrf_checks=True)
        strict.cookies = officer.cookies
        form, _files = fresh()

        answer = post(strict, form)

        assert (answer.status_code, answer.json()["code"]) == (403, "csrf_failed")
        assert not Submission.objects.exists()

    def test_another_verb_is_a_problem(self, officer: Client) -> None:
        answer = officer.delete("/field/api/session")

        assert (answer.status_code, answer.headers["Allow"]) == (405, "GET")


class TestPacks:
    def test_each_role_gets_its_forms(self, officer: Client, agent: Client) -> None:
        codes = {
            who: [form["code"] for form in client.get("/field/api/forms").json()["forms"]]
            for who, client in (("officer", officer), ("agent", agent))
        }

        assert codes == {"officer": ["F1", "F2", "F3", "F5", "F6"], "agent": ["F1", "F4"]}

    def test_lists_hold_what_a_form_can_choose(self, agent: Client) -> None:
        lists = agent.get("/field/api/choices").json()

        assert {"villages", "crops", "species", "seasons", "signals", "colleagues"} <= set(lists)
        assert [v["value"] for v in lists["villages"]] == [build.VILLAGE]

    def test_households_come_without_personal_numbers(
        self, officer: Client, agent: Client
    ) -> None:
        form, _files = fresh()
        assert post(officer, form).status_code == 201

        for client, sees in ((officer, True), (agent, False)):
            answer = client.get(f"/field/api/households?village={build.VILLAGE}")
            (row,) = answer.json()["households"]
            assert ("living_year" in row["values"]) is sees
            assert row["values"]["head_name"] == "王建国"
            assert not [n for n in (answers.ID_NUMBER, answers.PHONE, "*") if n in answer.text]

    def test_an_agent_takes_no_other_village_along(self, agent: Client) -> None:
        answer = agent.get("/field/api/households?village=130929203202")

        assert answer.status_code == 403

    def test_a_form_that_was_not_accepted_is_a_task(self, officer: Client) -> None:
        form, _files = fresh(lambda f: answers.household(f, living_year="-1"))
        post(officer, form)

        (task,) = officer.get("/field/api/visits").json()["tasks"]

        assert (task["kind"], task["root_uuid"]) == ("rejected", str(form.root_uuid))


class TestSubmissions:
    def test_come_in_with_their_photos(self, officer: Client) -> None:
        form, files = fresh()

        first = post(officer, form)
        assert (first.status_code, first.json()["status"]) == (201, "waiting")
        assert first.json()["missing"] == sorted(files.contents)
        for sha256, content in files.contents.items():
            assert put(officer, sha256, content).json()["complete"] is True

        state = officer.get(f"/field/api/submissions/{form.root_uuid}").json()
        assert (state["status"], state["missing"]) == ("complete", [])
        assert state["content_sha256"] == form.content_sha256
        assert state["state_words"] == "received"

    def test_again_are_known(self, officer: Client) -> None:
        form, _files = fresh()

        assert [post(officer, form).status_code for _ in range(3)] == [201, 200, 200]

    def test_with_other_content_clash_and_say_that_both_are_kept(self, officer: Client) -> None:
        form, _files = fresh()
        post(officer, form)
        other = build.hashed(form, answers={**form.answers, "living_year": "5"})

        answer = post(officer, other)

        told = answer.json()
        assert (answer.status_code, told["code"]) == (409, "submission_conflict")
        assert (told["kept"], told["content_sha256"]) == (True, other.content_sha256)
        assert told["case"] == str(ConflictCase.objects.get().pk)

    def test_with_other_photos_keep_those_too(self, officer: Client) -> None:
        form, _files = fresh()
        post(officer, form)
        content = answers.photo_file(99_999)
        sha256 = hashlib.sha256(content).hexdigest()
        shot = {**form.answers["photo_house"][0], "sha256": sha256}
        more = (*form.attachments, Announced(sha256, len(content), "image/jpeg"))
        changed = {**form.answers, "photo_house": [shot]}

        told = post(officer, build.hashed(form, answers=changed, attachments=more)).json()
        assert put(officer, sha256, content).json()["complete"] is True

        assert Document.objects.get(sha256=sha256).subject_id == told["case"]
        state = officer.get(f"/field/api/submissions/{form.root_uuid}").json()
        assert state["missing"] == sorted(a.sha256 for a in form.attachments)

    def test_that_do_not_fit_are_kept_and_say_where(self, officer: Client) -> None:
        form, _files = fresh(lambda f: answers.household(f, living_year="-1"))

        answer = post(officer, form)

        told = answer.json()
        assert (answer.status_code, told["kept"]) == (422, True)
        assert told["errors"] == [
            {"pointer": "/answers/living_year", "value": "-1", "expected": "at least 0 yuan"}
        ]
        assert Submission.objects.count() == 1

    def test_speak_the_readers_language(self, officer: Client) -> None:
        officer.cookies["django_language"] = "zh-hans"
        form, _files = fresh(lambda f: answers.household(f, living_year="-1"))

        told = post(officer, form).json()

        assert told["errors"][0]["expected"] == "不小于 0 yuan"

    @pytest.mark.parametrize(
        ("changes", "pointer"),
        [
            ({"root_uuid": None}, "/root_uuid"),
            ({"root_uuid": "7"}, "/root_uuid"),
            ({"form_code": ""}, "/form_code"),
            ({"form_version": "1"}, "/form_version"),
            ({"form_version": 10**9}, "/form_version"),
            ({"answers": []}, None),
            ({"answers": [1]}, "/answers"),
            ({"base_version": -1}, "/base_version"),
            ({"subject": "x" * 81}, "/subject"),
            ({"device_id": "a\u0000b"}, "/device_id"),
            ({"finalized_at": "yesterday"}, "/finalized_at"),
            ({"attachments": [{"sha256": "x"}]}, "/attachments/0"),
            ({"content_sha256": "x"}, "/content_sha256"),
        ],
    )
    def test_of_the_wrong_shape_are_refused_by_name(
        self, officer: Client, changes: dict[str, Any], pointer: str | None
    ) -> None:
        form, _files = fresh()

        answer = post(officer, form, **changes)

        assert answer.status_code == 422
        found = [error["pointer"] for error in answer.json()["errors"]]
        assert pointer is None or found == [pointer]

    @pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"a": NaN}', b"\xff", b"null"])
    def test_that_are_no_json_object_are_refused(self, officer: Client, content: bytes) -> None:
        answer = officer.post("/field/api/submissions", content, content_type="application/json")

        assert answer.status_code in (400, 422)
        assert answer.headers["Content-Type"] == "application/problem+json"

    def test_of_somebody_else_are_nobodys_business(self, officer: Client, agent: Client) -> None:
        form, _files = fresh()
        post(officer, form)

        assert agent.get(f"/field/api/submissions/{form.root_uuid}").status_code == 404


class TestAttachments:
    def announced(self, client: Client, content: bytes, **changes: Any) -> tuple[str, Any]:
        """One photo of a recommendation, replaced by the given content."""
        form, files = fresh()
        sha256 = next(iter(files.contents))
        own = hashlib.sha256(content).hexdigest()
        text = json.dumps(form.answers).replace(sha256, own)
        attachments = tuple(
            Announced(own, changes.get("size", len(content)), "image/jpeg")
            if each.sha256 == sha256
            else each
            for each in form.attachments
        )
        changed = build.hashed(form, answers=json.loads(text), attachments=attachments)
        return own, post(client, changed)

    def test_resume_where_they_stopped(self, officer: Client) -> None:
        form, files = fresh()
        post(officer, form)
        sha256, content = next(iter(files.contents.items()))
        half, size = len(content) // 2, len(content)

        assert put(officer, sha256, content[:half], 0, size).json()["received"] == half
        again = put(officer, sha256, content[:half], 0, size)
        assert (again.status_code, again.json()["received"]) == (409, half)
        assert officer.get(f"/field/api/attachments/{sha256}").json()["received"] == half
        rest = put(officer, sha256, content[half:], half, size)

        assert rest.json() == {"received": size, "size": size, "complete": True, "problem": ""}
        assert put(officer, sha256, content).json()["complete"] is True

    def test_that_nobody_announced_are_not_there(self, officer: Client) -> None:
        assert put(officer, "0" * 64, b"x").status_code == 404
        assert officer.get(f"/field/api/attachments/{'0' * 64}").json()["received"] == 0

    @pytest.mark.parametrize(
        "content",
        [b"not a picture at all", b"%PDF-1.7 ...", b"\xff\xd8\xff\xe0 broken", b"GIF89a"],
    )
    def test_that_are_no_pictures_are_refused_and_begin_anew(
        self, officer: Client, content: bytes
    ) -> None:
        sha256, posted = self.announced(officer, content)
        assert posted.status_code == 201

        answer = put(officer, sha256, content)

        assert answer.status_code == 422
        assert answer.json()["problem"] == "The file is not a picture that can be opened"
        with translation.override("zh-hans"):
            told = said(Attachment.objects.get(sha256=sha256).problem)
        assert told == "文件不是可打开的图片"
        assert Attachment.objects.get(sha256=sha256).received_bytes == 0

    def test_with_another_hash_are_refused_and_begin_anew(self, officer: Client) -> None:
        form, files = fresh()
        post(officer, form)
        sha256, content = next(iter(files.contents.items()))

        answer = put(officer, sha256, content[:-1] + b"x")

        assert "hash" in answer.json()["problem"]
        assert put(officer, sha256, content).json()["complete"] is True

    @pytest.mark.parametrize("size", [0, -1, 2_000_001, 50_000_000])
    def test_of_no_or_too_many_bytes_are_refused_before_they_come(
        self, officer: Client, size: int
    ) -> None:
        _sha256, posted = self.announced(officer, b"x", size=size)

        assert posted.status_code == 422
        (error,) = posted.json()["errors"]
        assert error["pointer"].endswith("/size")
        assert error["expected"] == "1 to 2000000 bytes"

    def test_a_chunk_of_fifty_megabytes_is_refused(self, officer: Client) -> None:
        form, files = fresh()
        post(officer, form)
        sha256 = next(iter(files.contents))

        answer = put(officer, sha256, b"x" * 50_000_000)

        assert (answer.status_code, answer.json()["code"]) == (413, "chunk_too_large")

    @pytest.mark.parametrize(
        ("content", "offset", "size"), [(b"", 0, 10), (b"x", 0, 10), (b"x", -1, 1)]
    )
    def test_chunks_that_do_not_fit_are_refused(
        self, officer: Client, content: bytes, offset: int, size: int
    ) -> None:
        form, files = fresh()
        post(officer, form)

        answer = put(officer, next(iter(files.contents)), content, offset, size)

        assert answer.status_code == 422

    def test_of_two_submissions_belong_to_both(self, officer: Client) -> None:
        form, files = fresh()
        post(officer, form)
        for sha256, content in files.contents.items():
            put(officer, sha256, content)
        second = build.hashed(
            form,
            root_uuid=uuid4(),
            answers={**form.answers, "id_no": answers.id_number(5), "head_name": "王小明"},
        )

        answer = post(officer, second)

        assert (answer.status_code, answer.json()["status"]) == (201, "complete")
