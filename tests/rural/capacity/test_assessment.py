"""An officer assesses a household from its forms; what he did can be worked out again."""

import copy
from datetime import date
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from rural.actions import assessment
from rural.actions.assessment import CommentMissing, NotAssessable
from rural.models import Assessment, Benchmark, Observation
from rural.rules.capacity import Cap, Verdict
from scoring.rules.canonical import canonical
from tenancy.errors import Forbidden, Invalid, NotFound
from tenancy.ids import uuid7
from tenancy.models import AuditEvent
from tenancy.roles import Role
from tests.rural.capacity import build, households
from tests.rural.capacity.build import MAY, NOON, actor

pytestmark = pytest.mark.usefixtures("room")


@pytest.fixture
def ready(room, settings, tmp_path) -> None:
    settings.DOCUMENT_ROOT = tmp_path
    build.ready()


@pytest.mark.usefixtures("ready")
class TestAssess:
    def test_the_forms_of_the_worked_example_give_its_limit(self):
        row = build.assess(households.household())

        assert (row.verdict, row.binding) == (Verdict.LEND, "T3")
        assert row.limit == 24_700
        assert {t["code"]: t["amount"] for t in row.result["tests"]} == {
            "T1": "93700",
            "T2": "28395.77",
            "T3": "24797.64",
            "T4": "90000.00",
            "T5": "125408.79",
            "T6": "200000",
        }
        assert [each["month"] for each in row.result["dues"]] == [8, 15]

    def test_it_can_be_worked_out_again_byte_by_byte(self):
        row = Assessment.objects.get(pk=build.assess(households.household()).pk)

        assert canonical(assessment.replay(row)) == canonical(row.result)
        assert row.evidence_sha256 == assessment.evidence_hash(
            row.case, row.policy.rules, row.result
        )

    def test_a_policy_that_comes_later_does_not_change_it(self):
        row = build.assess(households.household())
        build.policy(effective_from=date(2026, 6, 1), purpose_rate="0.50")

        assert assessment.replay(Assessment.objects.get(pk=row.pk)) == row.result
        later = build.assess(row.household, on=date(2026, 6, 1))
        assert later.policy.number == 2

    def test_it_is_recorded_who_assessed(self):
        row = build.assess(households.household())

        event = AuditEvent.objects.get(action="capacity.assess")
        assert event.changes["limit"] == "24700"
        assert event.subject_id == str(row.pk)

    def test_a_figure_that_asks_for_a_comment_needs_one(self):
        row = households.household()

        with pytest.raises(CommentMissing) as caught:
            build.assess(row, comments={"corn 2026-autumn/yield": "  "})

        (error,) = caught.value.errors
        assert error.pointer == "/comments/corn 2026-autumn/yield"
        assert "500" in error.value

    def test_unverified_wages_count_half(self):
        verified = build.assess(households.household())

        declared = build.assess(verified.household, wages_verified=False)

        assert _receipts(declared) == _receipts(verified) - Decimal("12600.00")

    def test_leasing_a_parcel_out_lowers_area_and_limit(self):
        parcels = [
            *households.F1["parcels"],
            {"right": "leased_out", "mu": "6", "lease_end": "2028-09-30", "rent_per_mu": "0"},
        ]
        row = households.household(parcels=parcels)
        comments = {**build.COMMENTS}
        for crop in ("corn 2026-autumn", "wheat 2026-summer", "wheat 2027-summer"):
            comments[f"{crop}/area"] = "Six mu are let to his brother"

        less = build.assess(row, comments=comments)

        assert less.limit < 24_700
        used = {a["used"] for a in less.result["adjustments"] if a["item"] == "area"}
        assert used == {"24"}

    def test_a_lease_that_ends_before_the_harvest_does_not_count(self):
        parcels = copy.deepcopy(households.F1["parcels"])
        parcels[1]["lease_end"] = "2026-09-30"
        row = households.household(parcels=parcels)
        keys = ("corn 2026-autumn/area", "wheat 2027-summer/area")

        less = build.assess(row, comments={**build.COMMENTS, **dict.fromkeys(keys, "Lease ends")})

        used = [a["used"] for a in less.result["adjustments"] if a["item"] == "area"]
        assert used == ["10", "10"]

    def test_a_debt_of_1000_a_month_leads_to_a_decline_with_its_reason(self):
        debts = [{"type": "bank", "creditor": "农信社", "balance": "16000", "monthly_due": "1000"}]

        row = build.assess(households.household(no_debts=False, debts=debts))

        assert (row.verdict, row.binding) == (Verdict.ILLIQUID, "T1")
        assert row.limit == 0

    def test_another_cap_may_bind(self):
        row = build.assess(households.household(), caps=(Cap("funder quota", Decimal(9_950)),))

        assert row.binding == "T1"
        assert row.result["ceiling"] == "9900"
        # Below 15,500 the household runs out of cash before the wheat is paid.
        assert row.verdict == Verdict.TOO_SMALL

    def test_pigs_without_insurance_are_pressed_by_disease(self):
        row = households.household()
        households.raise_animals(row, households.pigs())

        assert "S5" in _scenarios(build.assess(row))

    def test_pigs_whose_policy_is_in_the_record_are_not(self):
        insured = [
            {"object": "animal", "insured_qty": "60", "sum_insured": "60000",
             "policy_no": "P-1", "expiry": "2027-12-31"},
        ]  # fmt: skip
        row = households.household(insurance=insured)
        households.raise_animals(row, households.pigs(insurance_policy="P-1"))

        assert "S5" not in _scenarios(build.assess(row))

    @pytest.mark.parametrize("policy", ["P-2", ""])
    def test_a_policy_that_the_record_does_not_know_insures_nothing(self, policy):
        insured = [
            {"object": "animal", "insured_qty": "60", "sum_insured": "60000",
             "policy_no": "P-1", "expiry": "2027-12-31"},
        ]  # fmt: skip
        row = households.household(insurance=insured)
        households.raise_animals(row, households.pigs(insurance_policy=policy))

        assert "S5" in _scenarios(build.assess(row))

    def test_a_hen_house_is_assessed_too(self):
        row = households.household()
        hens = households.pigs(
            species="layer", mode="laying", stock_adult="1000", cycle_days="510",
            production_rate="75", price="8.0",
        )  # fmt: skip
        households.raise_animals(row, hens)

        found = build.assess(row)

        # 1,000 hens × 1.3 kg × 8.0 yuan in each of 16 months or more.
        line = next(ln for ln in found.result["lines"] if ln["name"].startswith("layer"))
        assert line["months"][0] == "10400.00"


@pytest.mark.usefixtures("ready")
class TestSatellite:
    def seen(self, row, **changes) -> None:
        for parcel, mu in (("1", "10"), ("2", "17")):
            facts = {
                "household": row,
                "parcel": parcel,
                "observed_on": date(2026, 8, 1),
                "crop_class": "corn",
                "area_mu": Decimal(mu),
                "confidence": Decimal("0.95"),
                "cloud_pct": Decimal(5),
                "provider": "file",
                "received_at": NOON,
            }
            Observation.objects.create(**{**facts, **changes})

    def area(self, found) -> list[tuple[str, bool, bool]]:
        return [
            (a["used"], a["asks_comment"], a["blocks"])
            for a in found.result["adjustments"]
            if a["subject"].startswith("corn") and a["item"] in ("area", "crop")
        ]

    def test_what_is_seen_for_sure_counts(self):
        row = households.household()
        self.seen(row)

        assert self.area(build.assess(row)) == [("27.00", False, False)]

    def test_what_is_seen_through_clouds_does_not(self):
        row = households.household()
        self.seen(row, confidence=Decimal("0.89"))

        assert self.area(build.assess(row)) == []

    def test_another_crop_blocks(self):
        row = households.household()
        self.seen(row, crop_class="soybean")

        found = build.assess(row)

        assert found.verdict == Verdict.BLOCKED
        assert found.limit == 0

    def test_one_parcel_on_one_day_is_seen_once(self):
        row = households.household()
        self.seen(row)

        with pytest.raises(IntegrityError), transaction.atomic():
            self.seen(row)


@pytest.mark.usefixtures("ready")
class TestRefusals:
    def test_an_unknown_household_is_not_found(self):
        with pytest.raises(NotFound):
            build.assess(households.household(), household_id=uuid7())

    def test_a_record_that_only_an_agent_began_is_not_enough(self):
        with pytest.raises(NotAssessable, match="F1"):
            build.assess(households.household(members=[]))

    def test_a_crop_without_benchmark_is_named(self):
        grown = [households.corn(crop="tea")]

        with pytest.raises(NotAssessable, match="tea"):
            build.assess(households.household(crops=grown))

    def test_a_product_that_is_not_on_offer_is_named(self):
        with pytest.raises(NotAssessable, match="product"):
            build.assess(households.household(), product_code="none")

    def test_before_the_policy_begins_nothing_is_assessed(self):
        with pytest.raises(NotAssessable):
            build.assess(households.household(), on=date(2026, 1, 4))

    def test_somebody_without_income_is_not_assessed(self):
        members = [{**households.F1["members"][0]}]

        with pytest.raises(NotAssessable, match="wage"):
            build.assess(households.household(crops=[], members=members, household_size="1"))

    @pytest.mark.parametrize("role", [Role.AGENT, Role.FINANCE, Role.AUDITOR, Role.BANK])
    def test_who_does_not_assess_may_not(self, role):
        with pytest.raises(Forbidden):
            build.assess(households.household(), actor=actor(role))

    @pytest.mark.parametrize(
        ("changes", "pointer"),
        [
            ({"grade": ""}, "/grade"),
            ({"grade": "A" * 11}, "/grade"),
            ({"remitted_rate": Decimal("-0.01")}, "/remitted_rate"),
            ({"remitted_rate": Decimal("1.01")}, "/remitted_rate"),
            ({"remitted_rate": Decimal("NaN")}, "/remitted_rate"),
            ({"caps": (Cap("quota", Decimal(-1)),)}, "/caps/0/amount"),
            ({"caps": (Cap("", Decimal(1)),)}, "/caps/0/name"),
            ({"comments": {"a/b": "x" * 201}}, "/comments/a/b"),
        ],
    )
    def test_a_parameter_that_does_not_fit_is_named(self, changes, pointer):
        with pytest.raises(Invalid) as caught:
            build.assess(households.household(), **changes)

        assert [error.pointer for error in caught.value.errors] == [pointer]

    @pytest.mark.parametrize("rate", ["0", "1"])
    def test_a_remitted_part_may_be_nothing_or_all(self, rate):
        build.assess(households.household(), remitted_rate=Decimal(rate))

    def test_a_grade_without_credit_is_declined(self):
        found = build.assess(households.household(), grade="B")

        assert found.verdict == Verdict.NO_GRADE
        assert found.limit == 0


@pytest.mark.usefixtures("ready")
class TestTable:
    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE rural_assessment SET \"limit\" = 50000",
            "DELETE FROM rural_assessment",
            "UPDATE rural_observation SET area_mu = 50",
        ],
    )  # fmt: skip
    def test_no_row_is_changed(self, statement):
        row = build.assess(households.household())
        Observation.objects.create(
            household=row.household, parcel="1", observed_on=MAY, crop_class="corn",
            area_mu=10, confidence=1, cloud_pct=0, provider="file", received_at=NOON,
        )  # fmt: skip

        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)

    def test_a_limit_without_a_verdict_to_lend_does_not_enter(self):
        row = build.assess(households.household())
        row.pk, row.verdict = uuid7(), Verdict.ILLIQUID

        with pytest.raises(IntegrityError), transaction.atomic():
            row.save(force_insert=True)


@pytest.mark.usefixtures("ready")
class TestTryOut:
    def trial(self, amount: str, months: list[int]):
        row = build.assess(households.household())
        return assessment.try_out(
            actor=actor(Role.OFFICER), assessment=row, amount=Decimal(amount), months=months
        )

    def test_the_limit_on_its_own_dates_passes(self):
        found = self.trial("24700", [8, 15])

        assert found.passes
        assert [each.total for each in found.instalments] == [
            Decimal("14326.00"),
            Decimal("13214.50"),
        ]

    @pytest.mark.parametrize("amount", ["15499", "93800"])
    def test_too_little_and_too_much_fail(self, amount):
        assert not self.trial(amount, [8, 15]).passes

    def test_a_due_date_before_the_harvest_fails(self):
        found = self.trial("24700", [5, 12])

        assert not found.passes
        assert found.tightest.cash < 0

    @pytest.mark.parametrize(
        ("amount", "months", "pointer"),
        [
            ("0", [8], "/amount"),
            ("-1", [8], "/amount"),
            ("NaN", [8], "/amount"),
            ("1000000001", [8], "/amount"),
            ("1000", [], "/months"),
            ("1000", [0], "/months"),
            ("1000", [18], "/months"),
            ("1000", [9, 8], "/months"),
            ("1000", [8, 8], "/months"),
        ],
    )
    def test_what_does_not_fit_is_named(self, amount, months, pointer):
        with pytest.raises(Invalid) as caught:
            self.trial(amount, months)

        assert [error.pointer for error in caught.value.errors] == [pointer]


class TestBenchmarksOfTheRegion:
    def test_the_countys_own_figures_come_before_the_nations(self, ready):
        row = households.household()
        before = build.assess(row)
        corn = Benchmark.objects.get(code="corn")
        Benchmark.objects.create(
            kind="crop", code="corn", name="Corn", name_zh="玉米", region="130929", year=2026,
            figures={**corn.figures, "yield": "300"}, source="County bureau",
            valid_from=date(2026, 1, 1),
        )  # fmt: skip

        after = build.assess(row)

        assert _receipts(after) < _receipts(before)
        assert "County bureau" in str(after.case)


def _receipts(row: Assessment) -> Decimal:
    return Decimal(row.result["scenarios"][0]["receipts"])


def _scenarios(row: Assessment) -> list[str]:
    return [each["code"] for each in row.result["scenarios"]]
