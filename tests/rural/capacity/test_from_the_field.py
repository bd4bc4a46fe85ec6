"""What phones send in is what is assessed: the worked example through the real forms."""

from decimal import Decimal
from functools import partial
from typing import Any

import pytest

from rural.actions import applications, generation
from rural.models import Household
from tenancy.roles import Role
from tests.rural import answers
from tests.rural import build as rural
from tests.rural.answers import Files
from tests.rural.capacity import build, households
from tests.rural.capacity.build import MAY, NOON, actor

SHARED = ("members", "household_size", "assets", "no_debts", "debts", "living_year", "gifts_year",
          "tuition_year", "medical_year", "pension_insurance_year", "subsidies", "insurance",
          "consent_satellite")  # fmt: skip


@pytest.fixture
def household(room, settings, tmp_path) -> Household:
    settings.DOCUMENT_ROOT = tmp_path
    rural.field_work()
    build.ready()
    by = rural.person(Role.OFFICER, villages=(rural.VILLAGE,))
    facts = {name: households.F1[name] for name in SHARED}
    parcels = [
        {"right": "contracted", "mu": "10"},
        {"right": "leased_in", "mu": "20", "lease_end": "2028-09-30", "rent_per_mu": "400"},
    ]
    made = rural.household(by, **facts, parcels=parcels)
    for grown in (households.corn(), households.wheat(2025), households.wheat(2026)):
        form, _files = rural.sent(
            "F2",
            partial(_crop, grown),
            subject=str(made.pk),
            base_version=made.version,
        )
        receipt = rural.receive(form, by)
        assert not receipt.errors, receipt.errors
    made.refresh_from_db()
    return made


class TestFromTheField:
    def test_the_forms_give_the_limit_of_the_worked_example(self, household):
        found = build.assess(household)

        assert found.limit == 24_700
        assert found.binding == "T3"
        assert [each["total"] for each in _totals(found.result)] == ["14326.00", "13214.50"]

    def test_it_is_applied_for_with_the_households_own_number(self, household):
        found = build.assess(household)

        application = applications.apply(
            actor=actor(Role.OFFICER), at=NOON, on=MAY, assessment_id=found.pk,
            amount=found.limit, purpose="Seed", opinion="Diligent",
        )  # fmt: skip

        assert application.borrower.id_number == answers.ID_NUMBER
        assert answers.PHONE not in str(application.evidence)
        assert application.plan is not None


def _totals(result) -> list[dict[str, str]]:

    return [
        {"total": str(Decimal(each["principal"]) + Decimal(each["interest"]))}
        for each in result["instalments"]
    ]


class TestGenerated:
    def test_invented_households_come_through_the_door_and_are_assessed(
        self, room, settings, tmp_path
    ):
        settings.DOCUMENT_ROOT = tmp_path
        rural.field_work()
        build.ready()
        facts: dict[str, Any] = {
            "actor": rural.person(Role.OFFICER, villages=(rural.VILLAGE,)),
            "at": NOON, "on": rural.ON, "county": "130929", "count": 3, "seed": 5,
            "colleague": "colleague",
        }  # fmt: skip

        made = generation.generate(**facts)
        again = generation.generate(**facts)

        assert [row.pk for row in made] == [row.pk for row in again]
        assert Household.objects.count() == 3
        for row in made:
            assert "synthetic" in row.values["remarks"]
            keys = [f"{each.crop} {each.season}/yield" for each in row.crops.all()]
            found = build.assess(row, on=rural.ON, comments=dict.fromkeys(keys, "Invented"))
            assert found.result["horizon"] >= 12


def _crop(grown: dict[str, Any], files: Files) -> dict[str, Any]:
    """What the officer types; at a market price nobody is asked for a contract."""
    typed = answers.crop(files, **grown)
    return {name: value for name, value in typed.items() if name != "contract_photo"}
