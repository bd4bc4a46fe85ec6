"""What the database itself holds of villages, households and forms."""

import hashlib
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from rural.models import (
    DefinitionStatus,
    FormDefinition,
    Household,
    Submission,
    SubmissionStatus,
    Village,
)
from tenancy.errors import Invalid
from tenancy.models import Tenant
from tenancy.roles import Role
from tests.rural import build

pytestmark = pytest.mark.django_db
HASH = hashlib.sha256(b"one").hexdigest()


def household(**changes: Any) -> Household:
    facts: dict[str, Any] = {
        "id": uuid4(),
        "code": f"H{uuid4().hex[:8]}",
        "village": build.village(),
        "head_name": "王建国",
        "created_at": build.NOON,
        "changed_at": build.NOON,
    }
    row = Household(**{**facts, **changes})
    row.set_numbers({"id_number": changes.get("id_number", "")})
    row.save(force_insert=True)
    return row


def submission(**changes: Any) -> Submission:
    facts: dict[str, Any] = {
        "form_code": "F1",
        "form_version": 1,
        "root_uuid": UUID(int=7),
        "content_sha256": HASH,
        "answers": {"head_name": "王建国"},
        "received_at": build.NOON,
        "agent_id": "1",
        "agent_name": "Wang Fang",
        "agent_role": Role.AGENT,
        "status": SubmissionStatus.WAITING,
        "status_at": build.NOON,
    }
    return Submission.objects.create(**{**facts, **changes})


def definition(**changes: Any) -> FormDefinition:
    facts: dict[str, Any] = {
        "code": "F1",
        "version": 1,
        "definition": {"code": "F1"},
        "sha256": HASH,
        "status": DefinitionStatus.PUBLISHED,
        "drafted_at": build.NOON,
        "drafted_by": "Li",
        "published_at": build.NOON,
        "published_by": "Li",
    }
    return FormDefinition.objects.create(**{**facts, **changes})


class TestPlaces:
    def test_a_village_brings_its_township_and_county(self, room: Tenant) -> None:
        build.village()
        build.village()

        village = Village.objects.get()
        assert village.township.code == "130929203"
        assert village.township.county.name_zh == "金河县"

    def test_a_code_that_does_not_belong_to_the_township_is_refused(self, room: Tenant) -> None:
        with pytest.raises(Invalid) as refused:
            build.village("999929203201")

        assert [error.pointer for error in refused.value.errors] == ["/village/code"]

    def test_an_agent_sees_the_villages_he_is_assigned_to(self, room: Tenant) -> None:
        build.village()
        build.village("130929203202", "杨树村", "Yangshu")
        agent = build.person(Role.AGENT, villages=(build.VILLAGE,))

        assert [v.code for v in Village.objects.assigned_to(agent.id)] == [build.VILLAGE]


class TestHouseholds:
    def test_two_can_not_have_the_same_head(self, room: Tenant) -> None:
        household(id_number="11010519491231002X")

        with pytest.raises(IntegrityError, match="rural_household_per_head"), transaction.atomic():
            household(id_number="11010519491231002x")

    def test_a_number_never_stands_in_the_table(self, room: Tenant) -> None:
        household(id_number="11010519491231002X")

        with connection.cursor() as cursor:
            cursor.execute("SELECT h::text FROM rural_household h")
            (row,) = cursor.fetchone()
        assert "11010519491231002X" not in row

    def test_is_found_by_its_heads_number(self, room: Tenant) -> None:
        known = household(id_number="11010519491231002X")

        assert Household.objects.with_number("id_number", "11010519491231002X").get() == known
        assert not Household.objects.with_number("id_number", "").exists()


class TestForms:
    @pytest.mark.parametrize("change", ["definition = '{}'", "version = 2"])
    def test_a_published_version_can_not_change(self, room: Tenant, change: str) -> None:
        definition()

        refusal = pytest.raises(IntegrityError, match="append-only")
        with refusal, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE rural_formdefinition SET {change}")

    def test_a_version_is_never_used_for_other_content(self, room: Tenant) -> None:
        definition()

        with pytest.raises(IntegrityError, match="rural_form_once"), transaction.atomic():
            definition(definition={"code": "F1", "other": True})

    def test_there_is_one_draft_at_a_time(self, room: Tenant) -> None:
        draft = {"status": DefinitionStatus.DRAFT, "published_at": None, "published_by": ""}
        definition(version=2, **draft)

        with pytest.raises(IntegrityError, match="rural_form_one_draft"), transaction.atomic():
            definition(version=3, **draft)


class TestSubmissions:
    def test_a_form_comes_in_once_however_often_it_is_sent(self, room: Tenant) -> None:
        submission()

        with pytest.raises(IntegrityError, match="rural_submission_once"), transaction.atomic():
            submission(content_sha256=hashlib.sha256(b"two").hexdigest())

    def test_a_rejected_body_is_kept_beside_the_corrected_one(self, room: Tenant) -> None:
        submission(status=SubmissionStatus.REJECTED, errors=[{"pointer": "/head_name"}])

        submission(content_sha256=hashlib.sha256(b"two").hexdigest())

        assert Submission.objects.count() == 2
        assert Submission.objects.accepted().count() == 1

    @pytest.mark.parametrize(
        "change", ["answers = '{}'", "base_version = 9", "agent_id = '2'", "numbers = 'x'"]
    )
    def test_what_was_sent_can_not_change(self, room: Tenant, change: str) -> None:
        submission()

        refusal = pytest.raises(IntegrityError, match="append-only")
        with refusal, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE rural_submission SET {change}")

    def test_its_status_moves(self, room: Tenant) -> None:
        row = submission()

        Submission.objects.filter(pk=row.pk).update(status=SubmissionStatus.COMPLETE)

        assert Submission.objects.get().status == SubmissionStatus.COMPLETE
