"""A household applies: amount within the limit, harvest due dates, evidence without numbers."""

import json
from datetime import date
from decimal import Decimal

import pytest

from lending.models import Application, Borrower
from lending.rules.stages import Stage
from rural.actions import applications
from rural.actions.applications import AboveCapacity, AssessmentOutdated, NotLendable
from rural.models import Household
from rural.rules.capacity import Cap
from tenancy.errors import Forbidden, Invalid, NotFound
from tenancy.ids import uuid7
from tenancy.models import Document
from tenancy.roles import Role
from tests.lending import build as lending
from tests.rural.capacity import build, households
from tests.rural.capacity.build import MAY, NOON, actor

pytestmark = pytest.mark.usefixtures("ready")


@pytest.fixture
def ready(room, settings, tmp_path) -> None:
    settings.DOCUMENT_ROOT = tmp_path
    build.ready()


def apply(assessed=None, **changes) -> Application:
    if assessed is None and "assessment_id" not in changes:
        assessed = build.assess(households.household())
    facts = {
        "actor": actor(Role.OFFICER),
        "at": NOON,
        "on": MAY,
        "assessment_id": assessed.pk if assessed else None,
        "amount": Decimal(24_700),
        "purpose": "Seed and fertiliser for corn and wheat",
        "opinion": "Diligent, thirty years in the village",
    }
    return applications.apply(**{**facts, **changes})


class TestApply:
    def test_it_goes_to_the_lender_with_the_due_dates_of_the_harvests(self):
        application = apply()

        assert application.stage == Stage.SUBMITTED
        assert application.plan == {
            "due_dates": ["2027-01-20", "2027-08-20"],
            "shares": ["0.50", "0.50"],
        }
        assert application.term == 16

    def test_the_evidence_holds_the_limit_and_what_binds(self):
        capacity = apply().evidence["capacity"]

        assert (capacity["limit"], capacity["binding"]) == ("24700", "T3")
        assert capacity["tests"]["T5"] == "125408.79"
        assert capacity["tightest"] == {"scenario": "S3", "month": 12, "cash": "3915.8900"}
        assert capacity["adjustments"]

    def test_no_personal_number_and_no_name_stands_in_the_evidence(self):
        text = json.dumps(apply().evidence, ensure_ascii=False)

        for secret in (households.ID_NUMBER, households.PHONE, "王建国", "002X", "李秀英"):
            assert secret not in text

    def test_the_head_becomes_a_borrower_once_with_his_numbers_encrypted(self):
        first = apply()
        again = build.assess(Household.objects.get(borrower=first.borrower))

        apply(again, amount=Decimal(20_000))

        borrower = Borrower.objects.get()
        assert (borrower.kind, borrower.name) == ("person", "王建国")
        assert borrower.id_number == households.ID_NUMBER
        assert Household.objects.filter(borrower=borrower).count() == 1

    def test_the_chart_lies_with_the_papers_and_in_the_list(self):
        application = apply()

        chart = Document.objects.get(media_type="image/svg+xml")
        listed = application.evidence["documents"]
        assert {row["sha256"] for row in listed} == {chart.sha256}

    def test_consents_name_each_bank(self):
        consents = apply().evidence["consents"]

        assert {"type": "share_with_bank", "recipient": "Bank A", "agreed": True,
                "version": "2026-1"} in consents  # fmt: skip

    @pytest.mark.parametrize("amount", ["15500", "24700", "20000.50"])
    def test_any_amount_in_the_range_may_be_asked_for(self, amount):
        assert apply(amount=Decimal(amount)).amount == Decimal(amount)


class TestRefusals:
    @pytest.mark.parametrize("amount", ["15499.99", "24700.01", "0", "-1", "NaN"])
    def test_an_amount_out_of_range_is_refused_with_the_range(self, amount):
        with pytest.raises(AboveCapacity) as caught:
            apply(amount=Decimal(amount))

        assert caught.value.errors[0].expected == "15,500 – 24,700"

    def test_a_declined_assessment_leads_nowhere(self):
        assessed = build.assess(
            households.household(), caps=(Cap("funder quota", Decimal(5_000)),)
        )

        with pytest.raises(NotLendable):
            apply(assessed, amount=Decimal(5_000))

    def test_a_record_that_changed_since_must_be_assessed_again(self):
        assessed = build.assess(households.household())
        household = assessed.household
        household.version += 1
        household.save(update_fields=["version"])

        with pytest.raises(AssessmentOutdated):
            apply(assessed)

    @pytest.mark.parametrize(
        ("on", "fits"), [(date(2026, 6, 30), True), (date(2026, 7, 1), False)]
    )
    def test_an_old_assessment_must_be_made_again(self, on, fits):
        assessed = build.assess(households.household())

        if fits:
            apply(assessed, on=on)
        else:
            with pytest.raises(AssessmentOutdated):
                apply(assessed, on=on)

    def test_an_unknown_assessment_is_not_found(self):
        with pytest.raises(NotFound):
            apply(assessment_id=uuid7())

    def test_without_a_purpose_it_is_refused(self):
        with pytest.raises(Invalid):
            apply(purpose=" ")

    def test_a_collector_may_not(self):
        with pytest.raises(Forbidden):
            apply(actor=actor(Role.COLLECTOR))


class TestProduct:
    @pytest.mark.parametrize(
        ("amount", "fits"), [("999", False), ("1000", True), ("200000", True), ("200001", False)]
    )
    def test_the_programmes_bounds_hold(self, amount, fits):
        """The lender's own check, beneath the assessment's."""
        lending.borrower("F-001")
        facts = {
            "product_code": "harvest",
            "amount": Decimal(amount),
            "term": 16,
            "on": MAY,
            "plan": {"due_dates": ["2027-08-20"], "shares": ["1"]},
        }

        if fits:
            lending.submit(**facts)
        else:
            with pytest.raises(Invalid) as caught:
                lending.submit(**facts)
            assert [error.pointer for error in caught.value.errors] == ["/amount"]
