"""What comes in from the field: once, whole, and nothing is lost."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from rural.actions import definitions, places
from rural.actions.submissions import Arrival
from rural.models import (
    ConflictCase,
    CropEnterprise,
    FormDefinition,
    Household,
    LivestockEnterprise,
    Submission,
    SubmissionStatus,
)
from rural.queries.intake import NotSetUp
from tenancy.actors import Actor
from tenancy.errors import Forbidden, Invalid
from tenancy.models import AuditEvent, Document, Tenant
from tenancy.roles import Role
from tests.rural import answers, build

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(room: Tenant) -> Actor:
    build.field_work()
    return build.person(Role.OFFICER)


@pytest.fixture
def agent(officer: Actor) -> Actor:
    return build.person(Role.AGENT, "Zhao Min", villages=(build.VILLAGE,))


def pointers(receipt: Any) -> list[str]:
    return [error.pointer for error in receipt.errors]


class TestEveryForm:
    @pytest.mark.parametrize(
        ("code", "fill"),
        [
            ("F2", answers.crop),
            ("F3", answers.livestock),
            ("F3", answers.laying),
            ("F5", answers.visit),
            ("F5", answers.barn_visit),
            ("F5", answers.shop_visit),
            ("F6", answers.ballot),
        ],
    )
    def test_is_accepted_as_a_careful_officer_fills_it_in(
        self, officer: Actor, code: str, fill: build.Fill
    ) -> None:
        known = build.household(officer)
        form, files = build.sent(code, fill, subject=str(known.pk))

        receipt = build.receive(form, officer)
        build.upload(files, officer)

        assert receipt.errors == ()
        assert receipt.arrival is Arrival.NEW
        assert Submission.objects.get(pk=receipt.submission.pk).status == "complete"

    def test_the_agents_recommendation_too(self, agent: Actor) -> None:
        form, _files = build.sent("F4", answers.recommendation)

        receipt = build.receive(form, agent)

        assert receipt.errors == ()
        assert receipt.submission.answers["new_phone"] == "139****9000"


class TestReceiving:
    def test_a_household_form_makes_a_household(self, officer: Actor) -> None:
        form, _files = build.sent("F1", answers.household)

        receipt = build.receive(form, officer)

        known = Household.objects.get(pk=form.root_uuid)
        assert receipt.submission.status == SubmissionStatus.WAITING
        assert (known.head_name, known.version, known.group) == ("王建国", 1, "三组")
        assert known.id_number == answers.ID_NUMBER
        assert known.values["living_year"] == "30000"
        assert str(known.latitude) == answers.LAT

    def test_is_complete_when_its_last_photo_is(self, officer: Actor) -> None:
        form, files = build.sent("F1", answers.household)
        receipt = build.receive(form, officer)

        build.upload(files, officer)

        row = Submission.objects.get(pk=receipt.submission.pk)
        assert row.status == SubmissionStatus.COMPLETE
        assert Document.objects.filter(subject_id=str(row.pk)).count() == len(files.contents)

    def test_the_same_again_is_known(self, officer: Actor) -> None:
        form, _files = build.sent("F1", answers.household)
        first = build.receive(form, officer)

        again = build.receive(form, officer)

        assert (again.arrival, again.submission) == (Arrival.KNOWN, first.submission)
        assert Submission.objects.count() == Household.objects.count() == 1

    def test_another_content_under_its_name_is_a_conflict_with_both_kept(
        self, officer: Actor
    ) -> None:
        form, _files = build.sent("F1", answers.household)
        build.receive(form, officer)
        other = build.hashed(form, answers={**form.answers, "living_year": "99999"})

        receipt = build.receive(other, officer)
        build.receive(other, officer)

        case = ConflictCase.objects.get()
        assert receipt.arrival is Arrival.CONFLICT
        assert case.fields == {
            "living_year": {"base": None, "current": "30000", "incoming": "99999"}
        }
        assert case.incoming["answers"]["living_year"] == "99999"
        assert Submission.objects.get().answers["living_year"] == "30000"

    def test_content_that_was_damaged_on_the_way_is_refused(self, officer: Actor) -> None:
        form, _files = build.sent("F1", answers.household)
        damaged = replace(form, answers={**form.answers, "living_year": "1"})

        with pytest.raises(Invalid) as refused:
            build.receive(damaged, officer)

        assert [error.pointer for error in refused.value.errors] == ["/content_sha256"]

    def test_personal_numbers_are_nowhere_in_the_clear(self, officer: Actor) -> None:
        form, _files = build.sent("F1", answers.household)
        build.receive(form, officer)
        build.receive(
            build.hashed(form, answers={**form.answers, "id_no": answers.id_number(9)}), officer
        )
        wrong = build.hashed(
            form,
            root_uuid=uuid4(),
            answers={**form.answers, "remarks": 1, "idcard": "110105194912310028"},
        )
        build.receive(wrong, officer)

        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT string_agg(row::text, '') FROM (SELECT to_jsonb(s) row FROM "
                "rural_submission s UNION ALL SELECT to_jsonb(h) FROM rural_household h "
                "UNION ALL SELECT to_jsonb(r) FROM rural_householdrevision r "
                "UNION ALL SELECT to_jsonb(c) FROM rural_conflictcase c "
                "UNION ALL SELECT to_jsonb(a) FROM tenancy_auditevent a) rows"
            )
            (stored,) = cursor.fetchone()
        numbers = (answers.ID_NUMBER, answers.id_number(7), answers.id_number(9), answers.PHONE)
        assert not [number for number in (*numbers, "110105194912310028") if number in stored]

    def test_a_rejected_form_is_kept_with_its_reasons(self, officer: Actor) -> None:
        form, _files = build.sent("F1", lambda f: answers.household(f, living_year="-1"))

        receipt = build.receive(form, officer)
        again = build.receive(form, officer)

        row = Submission.objects.get()
        assert (receipt.arrival, again.arrival) == (Arrival.REJECTED, Arrival.REJECTED)
        assert pointers(receipt) == pointers(again) == ["/answers/living_year"]
        assert receipt.errors[0].expected == "at least 0 yuan"
        assert json.loads(row.numbers)[""]["living_year"] == "-1"
        assert not Household.objects.exists()

    def test_the_corrected_one_is_accepted_beside_it(self, officer: Actor) -> None:
        form, _files = build.sent("F1", lambda f: answers.household(f, living_year="-1"))
        build.receive(form, officer)

        right = build.hashed(form, answers={**form.answers, "living_year": "1"})
        receipt = build.receive(right, officer)

        assert receipt.arrival is Arrival.NEW
        assert Household.objects.get().values["living_year"] == "1"

    def test_is_written_into_the_audit_trail(self, officer: Actor) -> None:
        form, _files = build.sent("F1", answers.household)
        receipt = build.receive(form, officer)

        event = AuditEvent.objects.get(action="submission.receive")
        assert event.subject_id == str(receipt.submission.pk)
        assert event.changes["form"] == "F1 v1"

    def test_without_rules_field_work_is_not_set_up(self, room: Tenant) -> None:
        form, _files = build.sent("F1", answers.household)

        with pytest.raises(NotSetUp, match="old_version_days"):
            build.receive(form, build.person(Role.OFFICER))

    @pytest.mark.parametrize("role", [Role.COLLECTOR, Role.BANK, Role.PLATFORM, Role.AUDITOR])
    def test_not_everybody_may(self, officer: Actor, role: Role) -> None:
        form, _files = build.sent("F1", answers.household)

        with pytest.raises(Forbidden):
            build.receive(form, build.actor(role))


class TestOddities:
    @pytest.mark.parametrize(
        ("changes", "flag"),
        [
            ({"finalized_at": build.NOON + timedelta(days=2)}, "clock"),
            ({"sent_at": build.NOON - timedelta(days=2)}, "clock"),
            ({"sent_at": build.NOON + timedelta(days=2)}, "clock"),
            ({"started_at": build.NOON}, "clock"),
            ({"finalized_at": build.NOON - timedelta(hours=73)}, "late"),
            ({"start_gps": {"lat": "38.1", "lon": "116.1", "accuracy": "0"}}, "mock_gps"),
        ],
    )
    def test_are_accepted_and_flagged(
        self, officer: Actor, changes: dict[str, Any], flag: str
    ) -> None:
        form, _files = build.sent("F1", answers.household, **changes)

        receipt = build.receive(form, officer)

        assert receipt.errors == ()
        assert flag in receipt.submission.flags

    def test_a_form_within_its_time_has_none(self, officer: Actor) -> None:
        form, _files = build.sent("F1", lambda f: answers.household(f, id_no=answers.id_number(3)))

        assert build.receive(form, officer).submission.flags == []

    def test_a_made_up_place_in_the_answers_is_flagged(self, officer: Actor) -> None:
        def fill(files: answers.Files) -> dict[str, Any]:
            return answers.household(files, dwelling_gps=files.point(accuracy="0"))

        form, _files = build.sent("F1", fill)

        assert "mock_gps" in build.receive(form, officer).submission.flags


class TestVersions:
    def next_version(self, at: Any) -> FormDefinition:
        current = FormDefinition.objects.get(code="F1", version=1)
        risk = build.actor(Role.RISK_MANAGER)
        draft = definitions.draft(actor=risk, at=at, definition=current.definition)
        return definitions.publish(actor=risk, at=at, definition_id=draft.pk)

    @pytest.mark.parametrize(("days", "accepted"), [(90, True), (91, False)])
    def test_an_old_one_counts_for_ninety_days(
        self, officer: Actor, days: int, accepted: bool
    ) -> None:
        self.next_version(build.NOON)
        form, _files = build.sent("F1", answers.household)

        receipt = build.receive(form, officer, at=build.NOON + timedelta(days=days))

        assert ("old_version" in receipt.submission.flags) is True
        assert (receipt.arrival is Arrival.NEW) is accepted
        assert pointers(receipt) == ([] if accepted else ["/form_version"])

    def test_both_are_kept_as_what_they_were_filled_in_by(self, officer: Actor) -> None:
        self.next_version(build.NOON)
        for version, name in ((1, "王一"), (2, "王二")):
            number = answers.id_number(version)
            fill = partial(answers.household, id_no=number, head_name=name)
            form, _files = build.sent("F1", fill, form_version=version)
            build.receive(form, officer)

        versions = Submission.objects.values_list("definition__version", flat=True)
        assert sorted(versions) == [1, 2]

    @pytest.mark.parametrize(("code", "version"), [("F1", 9), ("F99", 1)])
    def test_one_that_was_never_published_is_rejected_and_kept(
        self, officer: Actor, code: str, version: int
    ) -> None:
        form, _files = build.sent(code, answers.household, form_version=version)

        receipt = build.receive(form, officer)

        assert pointers(receipt) == ["/form_version"]
        assert json.loads(Submission.objects.get().numbers)[""] == form.answers


class TestAgents:
    def test_fill_in_their_part_of_the_household_form(self, agent: Actor) -> None:
        form, _files = build.sent("F1", answers.identity)

        receipt = build.receive(form, agent)

        assert receipt.errors == ()
        assert Household.objects.get().version == 1

    def test_but_not_the_officers_part(self, agent: Actor) -> None:
        form, _files = build.sent("F1", lambda f: answers.identity(f, living_year="1"))

        receipt = build.receive(form, agent)

        assert [(e.pointer, e.value) for e in receipt.errors] == [("/answers/living_year", "1")]

    def test_nor_alter_what_was_sent_in(self, agent: Actor) -> None:
        first, _files = build.sent("F1", answers.identity)
        build.receive(first, agent)
        form, _files = build.sent("F1", answers.identity, subject=str(first.root_uuid))

        assert pointers(build.receive(form, agent)) == ["/subject"]

    def test_nor_send_from_another_village(self, agent: Actor) -> None:
        build.village("130929203202", "杨树村", "Yangshu")
        form, _files = build.sent("F1", lambda f: answers.identity(f, village="130929203202"))

        receipt = build.receive(form, agent)

        assert pointers(receipt) == ["/subject"]
        assert not Household.objects.exists()

    def test_nor_one_that_was_theirs(self, agent: Actor) -> None:
        from tenancy.models import User

        places.release(
            actor=build.actor(Role.SUPERVISOR),
            at=build.NOON,
            user=User.objects.get(pk=agent.id),
            village_code=build.VILLAGE,
            reason="moved away",
        )
        form, _files = build.sent("F1", answers.identity)

        assert pointers(build.receive(form, agent)) == ["/subject"]

    def test_do_not_send_forms_of_officers(self, agent: Actor) -> None:
        form, _files = build.sent("F5", answers.visit)

        assert pointers(build.receive(form, agent)) == ["/form_code"]

    def test_an_officer_completes_what_they_began(self, agent: Actor, officer: Actor) -> None:
        begun, _files = build.sent("F1", answers.identity)
        build.receive(begun, agent)
        form, _files = build.sent(
            "F1", answers.household, subject=str(begun.root_uuid), base_version=1, device_id="pad"
        )

        receipt = build.receive(form, officer)

        known = Household.objects.get()
        assert (known.version, known.values["living_year"]) == (2, "30000")
        assert receipt.submission.status == SubmissionStatus.WAITING


class TestEnterprises:
    def test_are_kept_per_season(self, officer: Actor) -> None:
        known = build.household(officer)
        for code, fill in (("F2", answers.crop), ("F3", answers.livestock)):
            form, _files = build.sent(code, fill, subject=str(known.pk))
            build.receive(form, officer)

        wheat, pigs = CropEnterprise.objects.get(), LivestockEnterprise.objects.get()
        assert (wheat.crop, wheat.season, wheat.values["area_mu"]) == (
            "wheat",
            "2026-spring",
            "30",
        )
        assert (pigs.species, pigs.mode, pigs.household) == ("pig", "fattening", known)

    @pytest.mark.parametrize("order", [(0, 1), (1, 0)])
    def test_the_one_finished_last_counts_in_whatever_order_they_come(
        self, officer: Actor, order: tuple[int, int]
    ) -> None:
        known = build.household(officer)
        forms = [
            build.sent(
                "F2",
                partial(answers.crop, area_mu=area),
                subject=str(known.pk),
                finalized_at=build.NOON - timedelta(hours=3 - hour),
            )[0]
            for hour, area in enumerate(("10", "20"))
        ]

        for place in order:
            build.receive(forms[place], officer)

        assert CropEnterprise.objects.get().values["area_mu"] == "20"

    def test_need_a_household(self, officer: Actor) -> None:
        form, _files = build.sent("F2", answers.crop)

        assert pointers(build.receive(form, officer)) == ["/subject"]

    def test_wait_for_a_household_that_is_still_to_come(self, officer: Actor) -> None:
        first, _files = build.sent("F1", answers.household)
        form, files = build.sent("F2", answers.crop, subject=str(first.root_uuid))

        held = build.receive(form, officer)
        build.upload(files, officer)
        assert (held.submission.status, CropEnterprise.objects.count()) == ("held", 0)
        build.receive(first, officer)

        assert CropEnterprise.objects.get().household_id == first.root_uuid
        assert Submission.objects.get(form_code="F2").status == SubmissionStatus.COMPLETE


def test_the_clock_of_the_device_says_which_day_it_is(officer: Actor) -> None:
    """A lease that had not ended when the form was finished is no error when it arrives."""

    def fill(files: answers.Files) -> dict[str, Any]:
        parcel = answers.household(files)["parcels"][0]
        return answers.household(files, parcels=[{**parcel, "lease_end": "2026-01-03"}])

    form, _files = build.sent("F1", fill, finalized_at=build.NOON - timedelta(days=2, hours=1))
    assert form.finalized_at is not None
    assert form.finalized_at.date() == date(2026, 1, 3)

    assert build.receive(form, officer).errors == ()
