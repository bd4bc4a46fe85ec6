"""Two people change one household; somebody chooses."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from rural.actions import conflicts
from rural.actions.conflicts import AlreadyResolved, SameHead
from rural.models import ConflictCase, CropEnterprise, Household, Submission
from tenancy.actors import Actor
from tenancy.errors import Forbidden, Invalid
from tenancy.models import Tenant
from tenancy.roles import Role
from tests.rural import answers, build
from tests.rural.answers import Files

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(room: Tenant) -> Actor:
    build.field_work()
    return build.person(Role.OFFICER)


@pytest.fixture
def known(officer: Actor) -> Household:
    return build.household(officer)


def edit(
    known: Household, by: Actor, device: str, base: int = 1, minutes: int = 60, **changes: Any
) -> Submission:
    """A second form about a household, from some device that had some version of it."""

    def fill(files: Files) -> dict[str, Any]:
        return answers.household(files, **changes)

    form, _files = build.sent(
        "F1",
        fill,
        subject=str(known.pk),
        base_version=base,
        device_id=device,
        finalized_at=build.NOON - timedelta(minutes=minutes),
        # The places in the form are measured anew; only what is named is changed.
    )
    same = {
        name: known.values[name]
        for name in ("dwelling_gps", "site_gps", "parcels")
        if name in known.values and name not in changes
    }
    receipt = build.receive(build.hashed(form, answers={**form.answers, **same}), by)
    assert not receipt.errors, receipt.errors
    return Submission.objects.get(pk=receipt.submission.pk)


def choose(case: ConflictCase, by: Actor, **choices: str) -> ConflictCase:
    return conflicts.resolve(
        actor=by, at=build.NOON, case_id=case.pk, choices=choices, reason="Asked the farmer"
    )


class TestMerging:
    def test_different_fields_are_put_together_and_it_is_said(
        self, officer: Actor, known: Household
    ) -> None:
        edit(known, officer, "a", living_year="40000")
        second = edit(known, officer, "b", gifts_year="9000")

        values = Household.objects.get().values
        assert (values["living_year"], values["gifts_year"]) == ("40000", "9000")
        assert "merged" in second.flags
        assert second.merged_fields == ["living_year"]
        assert not ConflictCase.objects.exists()

    def test_the_same_money_field_stays_until_an_officer_chooses(
        self, officer: Actor, known: Household
    ) -> None:
        edit(known, officer, "a", living_year="40000")
        second = edit(known, officer, "b", living_year="50000", remarks="另一条")

        values = Household.objects.get().values
        case = ConflictCase.objects.get()
        assert (values["living_year"], values["remarks"]) == ("40000", "另一条")
        assert case.fields == {
            "living_year": {"base": "30000", "current": "40000", "incoming": "50000"}
        }
        assert second.status == "conflict"

    def test_the_same_other_field_is_written_and_shown_to_an_officer(
        self, officer: Actor, known: Household
    ) -> None:
        edit(known, officer, "a", group="四组")
        edit(known, officer, "b", group="五组")

        assert Household.objects.get().group == "五组"
        assert list(ConflictCase.objects.get().fields) == ["group"]

    def test_two_who_say_the_same_do_not_clash(self, officer: Actor, known: Household) -> None:
        edit(known, officer, "a", living_year="40000")
        edit(known, officer, "b", living_year="40000")

        assert not ConflictCase.objects.exists()

    def test_a_devices_own_chain_does_not_clash(self, officer: Actor, known: Household) -> None:
        edit(known, officer, "a", minutes=50, living_year="40000")
        edit(known, officer, "a", minutes=40, living_year="50000")

        assert Household.objects.get().values["living_year"] == "50000"
        assert not ConflictCase.objects.exists()

    def test_nor_when_its_forms_arrive_in_the_wrong_order(
        self, officer: Actor, known: Household
    ) -> None:
        edit(known, officer, "a", minutes=40, living_year="50000")
        edit(known, officer, "a", minutes=50, living_year="40000")

        assert Household.objects.get().values["living_year"] == "50000"
        assert not ConflictCase.objects.exists()

    def test_a_masked_number_stays_what_it_was(self, officer: Actor, known: Household) -> None:
        edit(known, officer, "a", id_no="110***********002X", phone="138****8000")

        after = Household.objects.get()
        assert (after.id_number, after.phone) == (answers.ID_NUMBER, answers.PHONE)

    def test_another_households_head_is_a_clash(self, officer: Actor, known: Household) -> None:
        other = build.household(officer, id_no=answers.id_number(4), head_name="李四")

        edit(other, officer, "a", id_no=answers.ID_NUMBER, head_name="李四")

        assert Household.objects.get(pk=other.pk).id_number == answers.id_number(4)
        assert "id_no" in ConflictCase.objects.get().fields

    def test_every_version_says_which_form_made_it(self, officer: Actor, known: Household) -> None:
        second = edit(known, officer, "a", living_year="40000")

        after = Household.objects.get()
        assert after.version == 2
        assert after.field_versions["living_year"] == 2
        assert after.field_versions["gifts_year"] == 1
        assert after.revisions.get(number=2).submission == second


class TestChoosing:
    @pytest.mark.parametrize(("side", "value"), [("current", "40000"), ("incoming", "50000")])
    def test_decides_a_money_field(
        self, officer: Actor, known: Household, side: str, value: str
    ) -> None:
        edit(known, officer, "a", living_year="40000")
        second = edit(known, officer, "b", living_year="50000")

        case = choose(ConflictCase.objects.get(), officer, living_year=side)

        assert Household.objects.get().values["living_year"] == value
        assert (case.resolved_by, case.resolution) == (officer.name, {"living_year": side})
        assert Submission.objects.get(pk=second.pk).status == "waiting"

    def test_can_go_back_to_what_was_written_over(self, officer: Actor, known: Household) -> None:
        edit(known, officer, "a", group="四组")
        edit(known, officer, "b", group="五组")

        choose(ConflictCase.objects.get(), officer, group="current")

        assert Household.objects.get().group == "四组"

    @pytest.mark.parametrize(
        ("choices", "pointer"),
        [
            ({}, "/choices/living_year"),
            ({"living_year": "both"}, "/choices/living_year"),
            ({"living_year": "current", "gifts_year": "current"}, "/choices/gifts_year"),
        ],
    )
    def test_has_to_be_complete(
        self, officer: Actor, known: Household, choices: dict[str, str], pointer: str
    ) -> None:
        edit(known, officer, "a", living_year="40000")
        edit(known, officer, "b", living_year="50000")

        with pytest.raises(Invalid) as refused:
            choose(ConflictCase.objects.get(), officer, **choices)

        assert [error.pointer for error in refused.value.errors] == [pointer]

    def test_is_made_once(self, officer: Actor, known: Household) -> None:
        edit(known, officer, "a", living_year="40000")
        edit(known, officer, "b", living_year="50000")
        case = choose(ConflictCase.objects.get(), officer, living_year="current")

        with pytest.raises(AlreadyResolved):
            choose(case, officer, living_year="incoming")

    def test_is_not_an_agents(self, officer: Actor, known: Household) -> None:
        edit(known, officer, "a", living_year="40000")
        edit(known, officer, "b", living_year="50000")

        with pytest.raises(Forbidden):
            choose(ConflictCase.objects.get(), build.actor(Role.AGENT), living_year="current")

    @pytest.mark.parametrize(("side", "value"), [("current", "30000"), ("incoming", "7")])
    def test_decides_between_two_contents_of_one_form(
        self, officer: Actor, side: str, value: str
    ) -> None:
        form, _files = build.sent("F1", answers.household)
        build.receive(form, officer)
        build.receive(build.hashed(form, answers={**form.answers, "living_year": "7"}), officer)

        choose(ConflictCase.objects.get(), officer, content=side)

        assert Household.objects.get().values["living_year"] == value


class TestPerhapsTheSame:
    def second(self, officer: Actor, **changes: Any) -> ConflictCase:
        """Another first form about the household that is known, and a crop form behind it."""
        form, _files = build.sent("F1", lambda f: answers.household(f, **changes))
        crop, _files = build.sent("F2", answers.crop, subject=str(form.root_uuid))
        build.receive(form, officer)
        build.receive(crop, officer)
        return ConflictCase.objects.get()

    def test_the_same_head_makes_no_second_household(
        self, officer: Actor, known: Household
    ) -> None:
        case = self.second(officer, head_name="王建", living_year="44")

        assert Household.objects.get() == known
        assert (case.kind, case.household) == ("near_duplicate", known)
        assert {"head_name", "living_year"} <= set(case.fields)
        assert not CropEnterprise.objects.exists()

    def test_it_is_the_same_and_each_field_is_chosen(
        self, officer: Actor, known: Household
    ) -> None:
        case = self.second(officer, living_year="44")
        sides = dict.fromkeys(case.fields, "current") | {"living_year": "incoming"}

        choose(case, officer, household="same", **sides)

        assert Household.objects.get().values["living_year"] == "44"
        assert CropEnterprise.objects.get().household == known

    def test_a_namesake_is_another_one(self, officer: Actor, known: Household) -> None:
        case = self.second(officer, id_no=answers.id_number(6))

        choose(case, officer, household="other")

        assert Household.objects.count() == 2
        assert CropEnterprise.objects.get().household != known

    def test_but_never_with_the_same_head(self, officer: Actor, known: Household) -> None:
        case = self.second(officer, living_year="44")

        with pytest.raises(SameHead):
            choose(case, officer, household="other")

    def test_a_namesake_of_long_ago_is_not_asked_about(
        self, officer: Actor, known: Household
    ) -> None:
        Household.objects.filter(pk=known.pk).update(created_at=build.NOON - timedelta(days=31))
        form, _files = build.sent(
            "F1",
            lambda f: answers.household(f, id_no=answers.id_number(6)),
            root_uuid=uuid4(),
        )
        build.receive(form, officer)

        assert Household.objects.count() == 2
