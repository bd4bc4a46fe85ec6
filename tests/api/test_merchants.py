"""A merchant applies with nothing but his code: his invoices are the evidence."""

from datetime import date
from pathlib import Path
from urllib.parse import quote

import pytest

from lending.models import Application, Borrower
from tenancy import room
from tenancy.models import Tenant
from tests.api.build import Platform
from tests.api.lender import yuan
from tests.merchants import build

FACTS = {"product": "seller", "amount": yuan("50000.00"), "term": 120, "purpose": "Flour"}


@pytest.fixture
def bakery(lender: Tenant, tmp_path: Path) -> str:
    """A firm of 30 imported invoices."""
    lines = [build.row(n, firm="E-7 坊") for n in range(30)]
    with room.entered(lender.pk):
        build.imported(build.csv_file(tmp_path, lines))
    return "E-7 坊"


class TestApplying:
    def test_takes_the_invoices_as_evidence(
        self, platform: Platform, lender: Tenant, bakery: str
    ) -> None:
        answer = platform.post(f"merchants/{quote(bakery)}/applications", FACTS)
        assert answer.status_code == 201, answer.text
        assert (answer.json()["borrower"], answer.json()["channel"]) == (bakery, "merchants")
        with room.enter(lender.pk):
            evidence = Application.objects.get().evidence
        assert evidence["source"] == "invoices"
        assert evidence["as_of"] == date(2026, 1, 5).isoformat()
        assert evidence["features"]["sales_invoice_count"] == "30"

    def test_again_is_by_the_same_borrower(
        self, platform: Platform, lender: Tenant, bakery: str
    ) -> None:
        for _ in range(2):
            answer = platform.post(f"merchants/{quote(bakery)}/applications", FACTS)
            assert answer.status_code == 201
        with room.enter(lender.pk):
            assert Borrower.objects.count() == 1

    def test_of_an_unknown_firm_is_refused(self, platform: Platform, lender: Tenant) -> None:
        answer = platform.post("merchants/E404/applications", FACTS)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")

    @pytest.mark.parametrize("code", ["%00", "a%2Fb", "x" * 65])
    def test_of_a_code_that_can_not_be_is_refused(
        self, platform: Platform, lender: Tenant, code: str
    ) -> None:
        assert platform.post(f"merchants/{code}/applications", FACTS).status_code == 404

    def test_refused_for_its_amount_leaves_no_borrower(
        self, platform: Platform, lender: Tenant, bakery: str
    ) -> None:
        body = {**FACTS, "amount": yuan("1.00")}
        answer = platform.post(f"merchants/{quote(bakery)}/applications", body)
        assert answer.status_code == 422
        with room.enter(lender.pk):
            assert not Borrower.objects.exists()
