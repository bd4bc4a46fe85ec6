"""What an assessment stands on beside the forms: panel, county programme, county data."""

import hashlib
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction

from lending.models import Application
from rural.actions import applications, county_data, panels, programmes
from rural.actions.applications import AboveCapacity
from rural.actions.programmes import ProgrammeRefused
from rural.models import (
    Assessment,
    CountyDataUse,
    CountyRecord,
    Household,
    PanelResult,
    Programme,
)
from rural.rules import capacity, origin
from rural.rules.areas import Parcel, Right, within
from rural.rules.capacity import Verdict
from tenancy.errors import Invalid
from tenancy.roles import Role
from tests.rural import village_build as village
from tests.rural.capacity import build, households
from tests.rural.capacity.build import MAY, NOON, actor

pytestmark = pytest.mark.usefixtures("ready")
CODES = ("E001", "E002", "E003")


@pytest.fixture
def ready(room, settings, tmp_path) -> None:
    settings.DOCUMENT_ROOT = tmp_path
    build.ready()


def decided(home: Household, mark: int, *, on: date = MAY, **more: Any) -> PanelResult:
    """What a panel of three says that gives every mark alike, closed on a day."""
    village.ready()
    session = panels.open_session(
        actor=village.BOSS, at=NOON, on=on, village_id=home.village_id, code=f"S-{on}",
        household_ids=[home.pk], evaluators={code: set() for code in CODES},
    )  # fmt: skip
    answers = {
        "panel_session": f"S-{on}", "is_kin": False, "knows": True, "character": str(mark),
        "diligence": str(mark), "family_harmony": str(mark), "debt_rumour": "none",
        "cap_band": "30000", "veto": "none", **more,
    }  # fmt: skip
    for code in CODES:
        form = village.submission(
            "F6", {**answers, "evaluator_code": code}, village.BOSS, household=home
        )
        panels.cast(actor=village.BOSS, at=NOON, submission_id=form.pk)
    (result,) = panels.close(actor=village.BOSS, at=NOON, on=on, session_id=session.pk)
    return result


class TestPanel:
    @pytest.mark.parametrize(
        ("mark", "grade", "t5"),
        [(5, "AAA", "145408.79"), (4, "AA", "125408.79")],
    )
    def test_its_grade_is_the_grade(self, mark, grade, t5):
        home = households.household()
        result = decided(home, mark)

        row = build.assess(home, grade="")

        assert (result.grade, row.case["grade"]) == (grade, grade)
        assert {each["code"]: each["amount"] for each in row.result["tests"]}["T5"] == t5
        kept = capacity.read(row.case).origin.panel
        assert kept == origin.Panel(
            str(result.pk), "graded", grade, result.score, MAY, date(2027, 5, 1)
        )

    def test_an_officer_does_not_overrule_it(self):
        home = households.household()
        decided(home, 4)

        with pytest.raises(Invalid) as refused:
            build.assess(home, grade="AAA")

        (error,) = refused.value.errors
        assert (error.pointer, error.value) == ("/grade", "AAA")
        assert error.expected == "as the village panel decided: AA"

    @pytest.mark.parametrize(
        "word", [{"mark": 1}, {"mark": 5, "veto": "drugs", "veto_evidence": "police notice 7"}]
    )
    def test_whom_it_finds_not_lendable_gets_nothing(self, word):
        home = households.household()
        assert not decided(home, **word).is_lendable

        row = build.assess(home, grade="")

        assert row.verdict == Verdict.NO_GRADE
        assert row.limit == 0

    def test_too_few_who_know_them_leave_what_was_said_before(self):
        home = households.household()
        decided(home, 4, on=date(2026, 3, 2))
        decided(home, 4, knows=False)

        assert build.assess(home, grade="").case["grade"] == "AA"

    def test_without_a_panel_an_officer_answers_for_the_grade(self):
        row = build.assess(households.household(), grade="A")

        assert row.case["grade"] == "A"
        assert capacity.read(row.case).origin.panel is None

    def test_after_twelve_months_it_is_to_be_asked_again(self):
        home = households.household()
        decided(home, 4, on=date(2025, 4, 30))

        with pytest.raises(Invalid) as refused:
            build.assess(home, grade="")

        assert [error.pointer for error in refused.value.errors] == ["/grade"]

    def test_an_open_session_says_nothing(self):
        home = households.household()
        village.ready()
        panels.open_session(
            actor=village.BOSS, at=NOON, on=MAY, village_id=home.village_id, code="S-1",
            household_ids=[home.pk], evaluators={code: set() for code in CODES},
        )  # fmt: skip

        with pytest.raises(Invalid):
            build.assess(home, grade="")


def programme(code: str = "JINHE-1", low: int = 1_000, high: int = 200_000) -> Programme:
    """A programme of Jinhe county for the harvest loan, agreed and switched on."""
    village.build.village()
    made = programmes.found(
        actor=village.BOSS, at=NOON, code=code, name="Jinhe farm loan", name_zh="金河农户贷",
        county_code="130929", product_code="harvest", bank_code="", min_amount=Decimal(low),
        max_amount=Decimal(high), starts_on=date(2026, 1, 1), ends_on=date(2026, 12, 31),
        source="Agreement Jinhe 2026/1",
    )  # fmt: skip
    programmes.agree(
        actor=village.BOSS, at=NOON, programme_id=made.pk, reference="2026/1",
        data_items=["mu", "right"], purpose="Rating of farm households",
        exit_terms="Deleted within 30 days, with a certificate", signed_on=date(2025, 12, 20),
        starts_on=date(2026, 1, 1), ends_on=date(2026, 12, 31),
    )  # fmt: skip
    return switched(made, is_on=True)


def switched(made: Programme, *, is_on: bool) -> Programme:
    return programmes.switch(
        actor=village.BOSS, at=NOON, programme_id=made.pk, is_on=is_on, reason="As agreed"
    )


def rich() -> Household:
    """Ten times the worked example's land and savings, so that only the caps bind."""
    tenfold = {"area_mu": "300"}
    parcels = [
        {"right": "contracted", "mu": "100"},
        {"right": "leased_in", "mu": "200", "lease_end": "2028-09-30", "rent_per_mu": "400"},
    ]
    assets = [
        {"category": "deposit", "qty": "1", "value": "900000", "evidence": "statement"},
        {"category": "house", "qty": "1", "value": "600000", "evidence": "certificate"},
    ]
    crops = [households.corn(**tenfold), households.wheat(2025, **tenfold)]
    return households.household(
        crops=[*crops, households.wheat(2026, **tenfold)], parcels=parcels, assets=assets
    )


def apply(assessed: Assessment, amount: str, **changes: Any) -> Application:
    facts: dict[str, Any] = {
        "actor": actor(Role.OFFICER), "at": NOON, "on": MAY, "assessment_id": assessed.pk,
        "amount": Decimal(amount), "purpose": "Seed and fertiliser", "opinion": "Diligent",
    }  # fmt: skip
    return applications.apply(**{**facts, **changes})


class TestProgramme:
    def test_its_largest_amount_is_one_of_the_caps(self):
        programme(high=20_000)

        row = build.assess(households.household())

        assert (row.limit, row.binding) == (Decimal(20_000), "T6")
        tests = {each["code"]: (each["amount"], each["detail"]) for each in row.result["tests"]}
        assert tests["T6"] == ("20000", "JINHE-1")
        kept = capacity.read(row.case).origin.programme
        assert kept == origin.Programme("JINHE-1", Decimal(1_000), Decimal(20_000))

    def test_a_limit_below_its_smallest_amount_is_a_no(self):
        programme(low=25_000)

        row = build.assess(households.household())

        assert row.verdict == Verdict.BELOW_MINIMUM

    @pytest.mark.parametrize("amount", ["1000", "200000"])
    def test_both_ends_of_the_agreement_are_lent(self, amount):
        programme()
        assessed = build.assess(rich())
        assert (assessed.limit, assessed.result["feasible_from"]) == (Decimal(200_000), "0")

        assert apply(assessed, amount).amount == Decimal(amount)

    @pytest.mark.parametrize(("amount", "expected"), [("999", "≥ 1000"), ("200001", "≤ 200000")])
    def test_a_yuan_beyond_is_refused_by_the_programmes_rule(self, amount, expected):
        programme()
        assessed = build.assess(rich())

        with pytest.raises(ProgrammeRefused) as refused, transaction.atomic():
            apply(assessed, amount)

        assert [error.expected for error in refused.value.errors] == [expected]
        assert refused.value.source == "Agreement Jinhe 2026/1"
        assert not Application.objects.exists()

    def test_within_the_programme_the_assessment_still_bounds(self):
        programme()
        assessed = build.assess(households.household())

        for amount in ("24700.01", "NaN"):
            with pytest.raises(AboveCapacity), transaction.atomic():
                apply(assessed, amount)

    def test_of_two_programmes_the_one_that_lends_more_counts(self):
        programme("SMALL", high=5_000)
        programme("LARGE", high=200_000)
        assessed = build.assess(rich())

        assert apply(assessed, "150000").amount == 150_000

    def test_switched_off_by_the_county_nobody_is_assessed_and_nobody_applies(self):
        made = programme()
        assessed = build.assess(households.household())
        switched(made, is_on=False)

        with pytest.raises(ProgrammeRefused, match="switched"), transaction.atomic():
            build.assess(Household.objects.get())
        with pytest.raises(ProgrammeRefused, match="switched"), transaction.atomic():
            apply(assessed, "20000")

    def test_the_refusal_is_of_the_programme_that_is_open(self):
        switched(programme("A-CLOSED", high=500_000), is_on=False)
        programme("B-OPEN")
        assessed = build.assess(rich())

        with pytest.raises(ProgrammeRefused) as refused:
            apply(assessed, "200001")

        assert refused.value.rule.startswith("B-OPEN")


def confirmed(made: Programme, mu: str, tmp_path: Any, basis: str = "agreement") -> None:
    """The land office confirms contracted land of the head of the worked example."""
    county_data.announce(
        actor=village.BOSS, at=NOON, code="land", department="Land office",
        department_zh="自然资源局", programme_id=made.pk, owner="Mr Sun",
        columns=[{"name": "mu", "type": "decimal"}, {"name": "right", "type": "text"}],
        consent_basis=basis, purpose="Rating of farm households", refresh_days=365,
    )  # fmt: skip
    path = tmp_path / "land.csv"
    lines = [f"{households.ID_NUMBER},P1,{mu},contracted", f"{households.ID_NUMBER},P2,9,forest"]
    path.write_text("\n".join(["id_number,item,mu,right", *lines]), "utf-8")
    county_data.import_records(
        actor=village.BOSS, clock=lambda: NOON, on=MAY, path=path, source_code="land"
    )


def area(row: Assessment) -> list[tuple[str, str]]:
    return [
        (each["used"], each["why"])
        for each in row.result["adjustments"]
        if each["item"] == "area" and each["subject"].startswith("corn")
    ]


class TestCountyData:
    def test_land_that_the_county_does_not_confirm_is_not_counted(self, tmp_path):
        confirmed(programme(), "8", tmp_path)

        row = build.assess(households.household())

        # Ten are declared as contracted, twenty are leased in.
        assert area(row) == [("28", "area_smallest")]

    def test_what_was_used_is_written_down_with_what_it_decided(self, tmp_path):
        confirmed(programme(), "8", tmp_path)

        row = build.assess(households.household())

        uses = CountyDataUse.objects.order_by("pk")
        assert [each.items for each in uses] == [["mu", "right"], ["mu", "right"]]
        assert {each.used_at for each in uses} == {row.assessed_at}
        kept = capacity.read(row.case).origin.county
        assert [each.sha256 for each in kept] == [each.sha256 for each in uses]

    def test_the_bank_is_told_where_the_figures_come_from(self, tmp_path):
        confirmed(programme(), "10", tmp_path)

        evidence = apply(build.assess(households.household()), "24700").evidence

        told = evidence["rural"]["origin"]
        assert told["programme"]["code"] == "JINHE-1"
        assert {each["source"] for each in told["county"]} == {"land"}

    @pytest.mark.parametrize(
        ("basis", "read"), [("consent", False), ("agreement", False), ("public", True)]
    )
    def test_without_his_consent_only_registers_are_read(self, basis, read, tmp_path):
        confirmed(programme(), "8", tmp_path, basis)

        row = build.assess(households.household(consent_county_data=False))

        assert bool(area(row)) is read
        assert CountyDataUse.objects.exists() is read

    def test_withdrawn_it_is_deleted_with_proof_and_the_next_assessment_does_without(
        self, tmp_path
    ):
        confirmed(programme(), "8", tmp_path)
        first = build.assess(households.household())
        hashes = sorted(CountyRecord.objects.values_list("sha256", flat=True))

        (proof,) = county_data.withdraw_household(
            actor=village.BOSS, at=NOON, household_id=first.household_id, reason="He asked"
        )
        again = build.assess(first.household)

        expected = hashlib.sha256("".join(f"{each}\n" for each in hashes).encode()).hexdigest()
        assert (proof.rows, proof.rows_sha256) == (2, expected)
        assert area(again) == []
        # What was decided keeps its evidence, and the same number comes of it.
        assert area(Assessment.objects.get(pk=first.pk)) == [("28", "area_smallest")]


class TestLandConfirmed:
    @pytest.mark.parametrize(
        ("records", "mu"),
        [
            ([], None),
            ([{"subsidy": "120"}], None),
            ([{"mu": "3.5"}, {"mu": "4"}], "7.5"),
            ([{"mu": "3.5", "right": "contracted"}, {"mu": "4", "right": "forest"}], "3.5"),
            ([{"mu": "4", "right": "forest"}], None),
        ],
    )
    def test_contracted_land_of_every_department(self, records, mu):
        assert origin.land_confirmed(records) == (None if mu is None else Decimal(mu))

    @pytest.mark.parametrize(
        ("confirmed", "kept"),
        [(None, "6 4"), ("12", "6 4"), ("10", "6 4"), ("7", "6 1"), ("5", "5 0"), ("0", "0 0")],
    )
    def test_what_exceeds_it_is_taken_from_the_last_parcel(self, confirmed, kept):
        parcels = [
            Parcel(Right.CONTRACTED, Decimal(6)),
            Parcel(Right.LEASED_IN, Decimal(20)),
            Parcel(Right.CONTRACTED, Decimal(4)),
        ]

        found = within(parcels, None if confirmed is None else Decimal(confirmed))

        assert " ".join(str(found[at].mu) for at in (0, 2)) == kept
        assert found[1].mu == 20
