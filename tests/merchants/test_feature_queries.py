"""Features that the database sums up mean what the pure rules mean."""

import json
import time
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from merchants.actions import generation
from merchants.models import Merchant
from merchants.queries.features import evidence, features
from merchants.rules.features import NAMES
from merchants.rules.features import features as computed
from tenancy import room as rooms
from tenancy.models import Tenant
from tests.merchants.build import AS_OF, csv_file, imported, row

SMALL = generation.Size(labelled=4, applicants=12, scale=0.1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("generated")
    generation.write_folder(made, seed=11, size=SMALL)
    return made


class TestFeatures:
    @pytest.mark.usefixtures("room")
    @pytest.mark.parametrize("as_of", [AS_OF, date(2019, 6, 14), date(2016, 1, 1)])
    def test_agree_with_the_rules(self, folder: Path, as_of: date) -> None:
        for side in ("sales", "purchases"):
            imported(folder / f"applicants_{side}.csv")
        known = generation.firms_of(folder, "applicants", until=date(2020, 12, 31))

        merchants = Merchant.objects.all()

        assert len(merchants) == SMALL.applicants
        for merchant in merchants:
            invoices, _ = known[merchant.code]
            assert features(merchant, as_of) == computed(invoices, as_of)

    @pytest.mark.usefixtures("room")
    def test_of_an_unseen_merchant_are_zero_or_undefined(self, tmp_path: Path) -> None:
        imported(csv_file(tmp_path, [row(1)]))
        merchant = Merchant.objects.get()

        found = features(merchant, date(2015, 1, 1))

        assert tuple(found) == NAMES
        assert found["sales_total"] == 0
        assert found["recency_days"] is None

    def test_are_blind_to_another_tenants_invoices(self, room: Tenant, tmp_path: Path) -> None:
        imported(csv_file(tmp_path, [row(1)]))
        merchant = Merchant.objects.get()
        other = Tenant.objects.create(slug="other", name="Other", business_date=date(2026, 1, 5))

        with rooms.entered(other.pk):
            assert features(merchant, AS_OF)["sales_invoice_count"] == 0

    @pytest.mark.slow
    @pytest.mark.usefixtures("room")
    def test_of_a_real_firm_take_milliseconds(self, shared: Path, tmp_path: Path) -> None:
        for side in ("sales", "purchases"):
            imported(
                shared / "data" / "merchant-invoices" / f"labelled_{side}.parquet",
                rejects=tmp_path / "rejected.csv",
            )
        seconds = []
        for merchant in Merchant.objects.all():
            start = time.perf_counter()
            features(merchant, AS_OF)
            seconds.append(time.perf_counter() - start)

        assert np.median(seconds) < 0.015


class TestEvidence:
    @pytest.mark.usefixtures("room")
    def test_is_plain_json_with_its_sources(self, tmp_path: Path) -> None:
        first = imported(csv_file(tmp_path, [row(1), row(2, status="void")], name="one.csv"))
        imported(csv_file(tmp_path, [row(3, date="2020-02-01")], name="later.csv"))
        credit_note = row(4, net="-5", tax="-1", gross="-6")
        second = imported(csv_file(tmp_path, [row(1), credit_note], name="two.csv"))

        found = evidence(Merchant.objects.get(), AS_OF)

        assert json.loads(json.dumps(found)) == found
        assert found["merchant"] == "E1"
        assert found["as_of"] == "2020-01-31"
        assert found["features"]["sales_total"] == "95.00"
        assert found["features"]["margin_proxy"] == "1.000000"
        assert found["features"]["seasonality"] is not None
        assert found["invoices"] == {
            "sales": 2,
            "void_sales": 1,
            "credit_notes": 1,
            "purchases": 0,
        }
        assert {source["file"]: source for source in found["sources"]} == {
            "one.csv": {"sha256": first.run.sha256, "file": "one.csv", "invoices": 2},
            "two.csv": {"sha256": second.run.sha256, "file": "two.csv", "invoices": 1},
        }
