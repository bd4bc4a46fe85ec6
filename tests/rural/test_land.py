"""Walked land on the household form: what the server makes of it beside other forms."""

from __future__ import annotations

import json
from decimal import Decimal
from functools import partial
from typing import Any

import pytest

from rural.actions import definitions
from rural.models import FormDefinition, Household, Submission
from rural.queries import cases, packs
from tenancy.actors import Actor
from tenancy.models import AuditEvent, Tenant
from tenancy.roles import Role
from tests.rural import answers, build
from tests.rural.answers import Files

pytestmark = pytest.mark.django_db

NORTH, EAST = 38.3, 116.3


@pytest.fixture
def officer(room: Tenant) -> Actor:
    build.field_work()
    return build.person(Role.OFFICER)


def parcel(lat: float = NORTH, lon: float = EAST, **changes: Any) -> dict[str, Any]:
    """A contracted parcel of 21.6 mu, walked."""
    walked = answers.walked(lat, lon)
    return {"right": "contracted", "mu": "21", "boundary": walked, **changes}


def sent_by(officer: Actor, number: int, *parcels: dict[str, Any], **facts: Any) -> Submission:
    """What becomes of the household form of another person with this land."""
    who: dict[str, Any] = {
        "head_name": f"王{'一二三'[number - 1]}",
        "id_no": answers.id_number(number),
        "parcels": [*parcels],
    }
    form, _files = build.sent("F1", partial(answers.household, **who), **facts)
    receipt = build.receive(form, officer)
    assert not receipt.errors, receipt.errors
    return receipt.submission


class TestABoundary:
    def test_is_refused_with_a_pointer_into_its_row(self, officer: Actor) -> None:
        crossed = parcel()
        crossed["boundary"] = [crossed["boundary"][place] for place in (0, 2, 1, 3)]
        form, _files = build.sent("F1", partial(answers.household, parcels=[parcel(), crossed]))

        receipt = build.receive(form, officer)

        [error] = receipt.errors
        assert error.pointer == "/answers/parcels/1/boundary"
        assert error.expected == "a boundary whose sides do not cross"

    def test_far_from_what_is_declared_wants_a_comment(self, officer: Actor) -> None:
        form, _files = build.sent("F1", partial(answers.household, parcels=[parcel(mu="25")]))

        receipt = build.receive(form, officer)

        assert [error.pointer for error in receipt.errors] == ["/answers/parcels/0/area_comment"]

    def test_caps_the_area_that_is_assessed(self, officer: Actor) -> None:
        land = [parcel(), parcel(lat=NORTH + 0.01, mu="40", polygon_mu="20", area_comment="沟")]
        sent_by(officer, 1, *land)
        household = Household.objects.get()
        grown, _files = build.sent(
            "F2", partial(answers.crop, parcel_numbers="1,2", area_mu="60"),
            subject=str(household.pk),
        )  # fmt: skip
        assert not build.receive(grown, officer).errors

        area = cases._area(household.crops.get(), household.values["parcels"], None)

        # 21.62 mu as walked, and 20 by another measurement that is less than was walked.
        walked = Decimal("21.62")
        assert area.polygon is not None
        assert abs(area.polygon - walked - 20) < Decimal("0.1")

    def test_goes_into_the_pack_of_who_fills_it_in_only(self, officer: Actor) -> None:
        sent_by(officer, 1, parcel())
        village = Household.objects.get().village

        [known] = packs.households(village, Role.OFFICER)
        [named] = packs.households(village, Role.AGENT)

        assert known["values"]["parcels"][0]["boundary"] == parcel()["boundary"]
        assert "parcels" not in named["values"]


class TestOverlap:
    def test_with_another_households_land_is_flagged_and_not_whose(self, officer: Actor) -> None:
        first = sent_by(officer, 1, parcel())
        other = sent_by(officer, 2, parcel(lat=NORTH + 0.5), parcel(lon=EAST + 0.0007))

        assert first.flags == []
        assert other.flags == ["overlap:/parcels/1/boundary"]
        told = json.dumps([other.flags, *AuditEvent.objects.values_list("changes", flat=True)])
        assert "王一" not in told

    def test_is_not_flagged_for_neighbours(self, officer: Actor) -> None:
        sent_by(officer, 1, parcel())

        # 120 m wide; they share the last 5 m of it.
        assert sent_by(officer, 2, parcel(lon=EAST + 115 / 87_600)).flags == []

    @pytest.mark.parametrize(("right", "flags"), [
        ("leased_in", ["overlap:/parcels/0/boundary"]),
        ("leased_out", []),
    ])  # fmt: skip
    def test_of_land_that_one_leases_from_the_other_is_right(
        self, officer: Actor, right: str, flags: list[str]
    ) -> None:
        lease: dict[str, Any] = {"lease_end": "2099-12-31", "rent_per_mu": "400"}
        sent_by(officer, 1, parcel(right=right, **lease))

        assert sent_by(officer, 2, parcel(right="leased_in", **lease)).flags == flags

    def test_within_one_household_counts_land_twice(self, officer: Actor) -> None:
        assert sent_by(officer, 1, parcel(), parcel()).flags == ["overlap_own:/parcels/1/boundary"]

    def test_is_not_found_with_its_own_earlier_form(self, officer: Actor) -> None:
        first = sent_by(officer, 1, parcel())

        again = sent_by(officer, 1, parcel(), subject=str(first.household_id), base_version=1)

        assert again.flags == []


class TestAPhotoOfTheCrop:
    @pytest.mark.parametrize(
        ("numbers", "lat", "flags"),
        [
            ("1", answers.LAT, ["off_parcel:/stage_photos/0"]),
            ("1", f"{NORTH + 0.0005}", []),
            ("1", f"{NORTH - 0.0004:.6f}", []),
            ("1", f"{NORTH - 0.0006:.6f}", ["off_parcel:/stage_photos/0"]),
            ("1,2", answers.LAT, []),
        ],
        ids=["elsewhere", "inside", "44 m off", "67 m off", "of land that was not walked too"],
    )
    def test_away_from_the_walked_parcel_is_flagged(
        self, officer: Actor, numbers: str, lat: str, flags: list[str]
    ) -> None:
        not_walked = {"right": "contracted", "mu": "5"}
        known = sent_by(officer, 1, parcel(), not_walked).household_id
        where = {"lat": lat, "lon": f"{EAST + 0.0005}"}

        def fill(files: Files) -> dict[str, Any]:
            grown = answers.crop(files, parcel_numbers=numbers, parcel_gps=files.point(**where))
            return {**grown, "stage_photos": [{**files.shot(), **where}]}

        form, _files = build.sent("F2", fill, subject=str(known))
        receipt = build.receive(form, officer)

        assert receipt.errors == ()
        assert receipt.submission.flags == flags


class TestTheSamePhoto:
    def test_with_two_households_is_flagged(self, officer: Actor) -> None:
        form, _files = build.sent("F1", answers.household)
        build.receive(form, officer)
        other, _files = build.sent(
            "F1", partial(answers.household, head_name="王二", id_no=answers.id_number(2))
        )
        with_it = build.hashed(other, attachments=(*other.attachments, form.attachments[0]))

        assert build.receive(with_it, officer).submission.flags == ["photo_again"]

    def test_with_one_household_is_not(self, officer: Actor) -> None:
        form, _files = build.sent("F1", answers.household)
        known = build.receive(form, officer).submission.household_id
        grown, _files = build.sent("F3", answers.livestock, subject=str(known))
        with_it = build.hashed(grown, attachments=(*grown.attachments, form.attachments[0]))

        assert build.receive(with_it, officer).submission.flags == []


class TestAdopting:
    def bundled_before(self) -> dict[str, Any]:
        """F1 as it was bundled when nobody could walk a boundary."""
        form: dict[str, Any] = json.loads((definitions.FORMS / "F1.json").read_text("utf-8"))
        [parcels] = [
            field for section in form["sections"] for field in section["fields"]
            if field["name"] == "parcels"
        ]  # fmt: skip
        parcels["fields"] = [each for each in parcels["fields"] if each["name"] != "boundary"]
        comment = parcels["fields"][-1]
        comment["required"] = comment["required"][1]
        return form

    def published(self, definition: dict[str, Any]) -> FormDefinition:
        by = build.actor(Role.ADMINISTRATOR)
        row = definitions.draft(actor=by, at=build.NOON, definition=definition)
        return definitions.publish(actor=by, at=build.NOON, definition_id=row.pk)

    def test_puts_the_new_form_after_one_that_stands_as_it_was_bundled(self, room: Tenant) -> None:
        by = build.actor(Role.ADMINISTRATOR)
        first = self.published(self.bundled_before())

        definitions.adopt(actor=by, at=build.NOON)
        definitions.adopt(actor=by, at=build.NOON)

        newest = FormDefinition.objects.current().get(code="F1")
        assert (first.version, newest.version) == (1, 2)
        assert "boundary" in json.dumps(newest.definition)

    def test_leaves_a_form_that_the_lender_made_his_own(self, room: Tenant) -> None:
        own = self.published({**self.bundled_before(), "title": {"zh": "我们的表", "en": "Ours"}})

        definitions.adopt(actor=build.actor(Role.ADMINISTRATOR), at=build.NOON)

        assert FormDefinition.objects.current().get(code="F1") == own

    def test_leaves_a_form_that_he_is_editing(self, room: Tenant) -> None:
        by = build.actor(Role.ADMINISTRATOR)
        published = self.published(self.bundled_before())
        definitions.draft(actor=by, at=build.NOON, definition=self.bundled_before())

        definitions.adopt(actor=by, at=build.NOON)

        assert FormDefinition.objects.current().get(code="F1") == published
