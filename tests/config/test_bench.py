"""Each measurement measures real work and says so in one shape; how fast, no test claims."""

import json
import math
from io import StringIO
from typing import Any

import pytest
from django.conf import global_settings
from django.core.management import call_command
from django.db import connection
from pytest_django.fixtures import Settings

from config.benchmarks import (
    apply,
    close,
    decide,
    imports,
    invoice_files,
    lender,
    receipts,
    settle,
)
from config.benchmarks.report import Measured
from config.database import Address
from config.management.commands.verify import prove
from lending.actions.close import STEPS
from lending.models import Application, LoanEvent
from merchants.models import ImportRun
from scoring.models import Decision
from tenancy import room as rooms
from tenancy.models import Tenant

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
SHAPE = {
    "work", "n", "clients", "throughput", "p50_ms", "p99_ms", "floor", "ratio_to_floor",
    "seconds", "peak_rss_mb",
}  # fmt: skip
FEW = lender.Firms(labelled=60, applicants=3, scale=0.05)


@pytest.fixture
def installation(
    database: Address,
    transactional_db: None,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Lead the processes and sessions that a measurement starts to this test's database."""
    monkeypatch.setenv("DATABASE_URL", database.url())
    # They read secrets that are hashed here, and know only the hashers of the real settings.
    settings.PASSWORD_HASHERS = global_settings.PASSWORD_HASHERS


def require_shape(measured: Measured) -> dict[str, Any]:
    shape = measured.shape
    assert set(shape) >= SHAPE
    numbers = [value for value in shape.values() if isinstance(value, float)]
    assert all(math.isfinite(number) and number >= 0 for number in numbers)
    assert shape["throughput"] > 0
    assert shape["floor"] > 0
    assert shape["ratio_to_floor"] > 0
    return shape


def require_proven(slug: str) -> None:
    with rooms.entered(room_of(slug).pk):
        for name, failures in prove(room_of(slug)).items():
            assert not failures, name


def room_of(slug: str) -> Tenant:
    return Tenant.objects.get(slug=slug)


@pytest.mark.usefixtures("installation")
class TestImport:
    def test_takes_every_row_in_as_csv_and_as_parquet(self) -> None:
        shape = require_shape(imports.measure(400))

        assert shape["parquet_throughput"] > 0
        with rooms.enter(room_of("bench-import").pk):
            counts = ImportRun.objects.values_list("rows_new", flat=True)
            assert list(counts) == [400] * (2 * imports.ROUNDS)

    def test_leaves_no_table_of_the_floor_behind(self) -> None:
        imports.measure(50)

        assert "bench_invoice" not in connection.introspection.table_names()

    def test_is_a_work_of_the_command(self) -> None:
        output = StringIO()

        call_command(
            "bench", "import", "--loans", "50", "--json", stdout=output, stderr=StringIO()
        )

        assert set(json.loads(output.getvalue())) >= SHAPE


@pytest.mark.usefixtures("installation")
class TestClose:
    def test_closes_three_days_and_leaves_the_books_proven(self) -> None:
        shape = require_shape(close.measure(120))

        assert set(shape["steps"]) == set(STEPS)
        require_proven("bench-close-120")


@pytest.mark.usefixtures("installation")
class TestReceipts:
    def test_books_every_receipt_once_by_the_action_and_by_hand(self) -> None:
        require_shape(receipts.measure(60))

        with rooms.enter(room_of("bench-repay").pk):
            events = LoanEvent.objects.filter(key__startswith="bench:")
            assert events.count() == 60
        require_proven("bench-repay")


@pytest.mark.usefixtures("installation")
class TestSettle:
    def test_settles_a_receipt_of_every_loan_from_shares_as_the_database_writes_them(self) -> None:
        shape = require_shape(settle.measure(60))

        assert (shape["n"], shape["files"], shape["rows"]) == (60, 4, 121)
        slug = Tenant.objects.get(slug__startswith="bench-settle-60").slug
        require_proven(slug)


class TestInvoices:
    def test_are_as_many_as_asked_for_and_the_same_each_time(self) -> None:
        table = invoice_files.invoices(77)

        assert table.num_rows == 77
        assert table.equals(invoice_files.invoices(77))

    def test_of_new_firms_share_no_firm(self) -> None:
        table = invoice_files.invoices(20)

        one, other = (invoice_files.of_new_firms(table)["企业代号"].to_pylist() for _ in "12")
        assert not set(one) & set(other)


@pytest.mark.usefixtures("installation")
class TestDecide:
    def test_decides_each_application_once_by_a_worker(self) -> None:
        shape = require_shape(decide.measure(4, idle=1, firms=FEW))

        count = 4 + decide.WARM_UP + 4 + 1
        assert sum(shape["stages"].values()) == count
        assert not set(shape["stages"]) & set(decide.UNDECIDED)
        with rooms.enter(room_of("bench-decide").pk):
            subjects = Application.objects.filter(number__startswith="A").values_list("pk")
            keys = [str(key) for (key,) in subjects]
            assert Decision.objects.filter(subject_id__in=keys).count() == count

    def test_by_hand_writes_rows_as_many_as_the_action_does(self) -> None:
        decide.measure(2, idle=0, firms=FEW)

        with rooms.enter(room_of("bench-decide").pk):
            ours = Application.objects.filter(number__startswith="A")
            assert Application.objects.count() - ours.count() == 2
            assert Decision.objects.count() == Application.objects.count()


@pytest.mark.usefixtures("installation")
class TestApply:
    def test_follows_each_application_until_it_is_decided(self) -> None:
        shape = require_shape(apply.measure(4, 2, firms=FEW))

        assert shape["answered_p50_ms"] > 0
        with rooms.enter(room_of("bench-apply").pk):
            decided = Application.objects.filter(number__startswith="A")
            assert decided.count() == 8
            assert not decided.filter(stage__in=decide.UNDECIDED).exists()
