"""Importing files of invoices: nothing lost, nothing twice, nothing half-written."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.db import DatabaseError, connection, transaction

from merchants.actions import imports
from merchants.models import ImportRun, ImportStatus, Invoice, Merchant
from merchants.rules.invoices import check
from tenancy import room as rooms
from tenancy.actions import files
from tenancy.actions.files import FileRefused
from tenancy.errors import Forbidden
from tenancy.models import AuditEvent, Tenant
from tenancy.roles import Role
from tenancy.rules.transitions import InvalidTransition
from tests.merchants.build import CHINESE, ENGLISH, csv_file, imported, rejected, row
from tests.tenancy.build import NOON, actor


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches of a few rows, so that a small file has many."""
    monkeypatch.setattr(files, "BLOCK_BYTES", 300)


def table(count: int) -> pa.Table:
    """Good rows as a table of text columns."""
    cells = zip(*(row(i).split(",") for i in range(count)), strict=True)
    return pa.table(dict(zip(CHINESE.split(","), map(list, cells), strict=True)))


def counts(report: imports.Report) -> tuple[int, int, int]:
    return report.run.rows_new, report.run.rows_known, report.run.rows_rejected


@pytest.mark.usefixtures("room")
class TestImportInvoices:
    def test_keeps_every_cell(self, tmp_path: Path) -> None:
        line = "E7,15212483,2019/5/6,B00585,839350.55,92328.56,931679.11, 作废发票"

        report = imported(csv_file(tmp_path, [line]))

        [invoice] = Invoice.objects.select_related("merchant", "import_run")
        assert invoice.merchant.code == "E7"
        assert invoice.direction == "sale"
        assert invoice.number == "15212483"
        assert invoice.issued_on == date(2019, 5, 6)
        assert invoice.counterparty == "B00585"
        assert (invoice.net, invoice.tax, invoice.gross) == (
            Decimal("839350.55"),
            Decimal("92328.56"),
            Decimal("931679.11"),
        )
        assert invoice.is_void
        assert invoice.import_run == report.run

    @pytest.mark.parametrize(
        ("encoding", "name"),
        [
            ("utf-8", "UTF-8"),
            ("utf-8-sig", "UTF-8 with byte order mark"),
            ("gbk", "GBK"),
            ("utf-16", "UTF-16 little-endian"),
        ],
    )
    def test_recognises_the_encoding(self, tmp_path: Path, encoding: str, name: str) -> None:
        report = imported(csv_file(tmp_path, [row(1), row(2)], encoding=encoding))

        assert report.run.encoding == name
        assert counts(report) == (2, 0, 0)

    def test_reads_english_headers(self, tmp_path: Path) -> None:
        report = imported(csv_file(tmp_path, [row(1, status="valid")], header=ENGLISH))

        assert counts(report) == (1, 0, 0)

    @pytest.mark.usefixtures("small_blocks")
    def test_repeating_it_changes_nothing(self, tmp_path: Path) -> None:
        path = csv_file(tmp_path, [row(i) for i in range(30)])
        imported(path)
        before = list(Invoice.objects.order_by("id").values())

        again = imported(path)

        assert counts(again) == (0, 30, 0)
        assert list(Invoice.objects.order_by("id").values()) == before

    def test_takes_a_row_that_stands_twice_once(self, tmp_path: Path) -> None:
        report = imported(csv_file(tmp_path, [row(1), row(2), row(1)]))

        assert counts(report) == (2, 1, 0)

    def test_sets_a_number_with_other_content_aside(self, tmp_path: Path) -> None:
        imported(csv_file(tmp_path, [row(1)]))

        second = csv_file(tmp_path, [row(1, buyer="B9"), row(2), row(2, net="100.01")])
        report = imported(second)

        assert counts(report) == (1, 0, 2)
        first, other = rejected(report)
        assert first == (
            "2",
            "number",
            "00000001",
            "as already there: 2018-01-02 B00001 116",
            "duplicate number with different content",
        )
        assert other[0] == "4"
        assert Invoice.objects.get(number="00000001").counterparty == "B00001"

    def test_keeps_the_same_number_of_another_firm_or_direction(self, tmp_path: Path) -> None:
        imported(csv_file(tmp_path, [row(1), row(1, firm="E2")]))

        purchases = csv_file(tmp_path, [row(1)], header=CHINESE.replace("购", "销"))
        report = imported(purchases)

        assert counts(report) == (1, 0, 0)
        assert Invoice.objects.count() == 3

    @pytest.mark.usefixtures("small_blocks")
    def test_keeps_good_rows_and_names_bad_ones(self, tmp_path: Path) -> None:
        lines = [row(i) for i in range(20)]
        lines[3] = row(3, date="2999-01-01")
        lines[9] = row(9, number="")
        lines[12] = "E1,1"
        lines[15] = row(15, gross="999")

        report = imported(csv_file(tmp_path, lines))

        assert counts(report) == (16, 0, 4)
        assert report.run.rows_read == 20
        assert [(line, field, reason) for line, field, _, _, reason in rejected(report)] == [
            ("5", "开票日期", "date in the future"),
            ("11", "发票号码", "missing value"),
            ("14", "", "wrong number of columns"),
            ("17", "价税合计", "net plus tax is not gross"),
        ]

    def test_forgets_the_rejects_of_a_file_that_was_put_right(self, tmp_path: Path) -> None:
        first = imported(csv_file(tmp_path, [row(1, net="x")]))
        assert first.rejects is not None

        second = imported(csv_file(tmp_path, [row(1)]))

        assert second.rejects is None
        assert not first.rejects.exists()

    def test_turns_unknown_firms_away_unless_they_may_be_registered(self, tmp_path: Path) -> None:
        path = csv_file(tmp_path, [row(1), row(2, firm="E2")])
        imported(csv_file(tmp_path, [row(9)], name="first.csv"))

        report = imported(path, can_register=False)

        assert counts(report) == (1, 0, 1)
        assert rejected(report) == [
            ("3", "firm", "E2", "the code of a registered merchant", "unknown firm")
        ]
        assert list(Merchant.objects.values_list("code", flat=True)) == ["E1"]

    def test_takes_the_business_date_for_today(self, tmp_path: Path, room: Tenant) -> None:
        path = csv_file(tmp_path, [row(1, date="2026-01-05"), row(2, date="2026-01-06")])

        report = imported(path, on=None)

        assert room.business_date == date(2026, 1, 5)
        assert counts(report) == (1, 0, 1)

    def test_reads_parquet(self, tmp_path: Path) -> None:
        path = tmp_path / "sales.parquet"
        cells = [row(i).split(",") for i in range(5)]
        table = pa.table(
            dict(zip(CHINESE.split(","), map(list, zip(*cells, strict=True)), strict=True))
        )
        pq.write_table(table, path)

        report = imported(path)

        assert report.run.encoding == "Parquet"
        assert counts(report) == (5, 0, 0)

    def test_is_audited(self, tmp_path: Path) -> None:
        report = imported(csv_file(tmp_path, [row(1)]))

        events = AuditEvent.objects.filter(subject_id=str(report.run.pk)).order_by("id")
        assert [event.action for event in events] == [
            "merchant.import",
            "merchant.import.finished",
        ]
        assert events[0].changes["sha256"] == report.run.sha256
        assert events[1].changes == {"new": 1, "known": 0, "rejected": 0}

    def test_is_for_those_who_may(self, tmp_path: Path) -> None:
        with pytest.raises(Forbidden):
            imports.import_invoices(
                actor=actor(Role.AUDITOR),
                at=NOON,
                clock=lambda: NOON,
                path=csv_file(tmp_path, [row(1)]),
            )

    def test_takes_a_killed_import_for_abandoned(self, tmp_path: Path) -> None:
        path = csv_file(tmp_path, [row(1), row(2)])
        killed = imported(path).run
        ImportRun.objects.filter(pk=killed.pk).update(
            status=ImportStatus.RUNNING, finished_at=None
        )

        again = imported(path)

        killed.refresh_from_db()
        assert killed.status == ImportStatus.ABANDONED
        assert counts(again) == (0, 2, 0)

    def test_reports_how_far_it_is(self, tmp_path: Path) -> None:
        path = csv_file(tmp_path, [row(i) for i in range(50)])
        seen: dict[str, int] = {}

        def note(stage: str, size: int) -> None:
            seen[stage] = seen.get(stage, 0) + size

        imported(path, progress=note)

        assert seen == dict.fromkeys(("checking", "reading"), path.stat().st_size)


@pytest.mark.usefixtures("room")
class TestFileRefused:
    def refusal(self, path: Path) -> str:
        with pytest.raises(FileRefused) as refused:
            imported(path)
        assert not Invoice.objects.exists()
        assert not ImportRun.objects.exists()
        return str(refused.value)

    @pytest.mark.usefixtures("small_blocks")
    def test_for_a_byte_that_fits_no_encoding_however_late(self, tmp_path: Path) -> None:
        path = csv_file(tmp_path, [row(i) for i in range(50)])
        with path.open("ab") as stream:
            stream.write(b"\xff\xff\n")

        position = path.stat().st_size - 3
        assert f"byte 0xff at position {position}" in self.refusal(path)

    @pytest.mark.parametrize(
        ("content", "says"),
        [
            (b"", "header"),
            (b"\n\n", "header"),
            (b"a,b\n1,2\n", "lacks columns: firm, number"),
            (b"PK\x03\x04....", "xlsx"),
            (b"\x1f\x8b....", "gzip"),
            (b"PAR1 and nothing else", "damaged Parquet"),
        ],
    )
    def test_for_what_is_no_table_of_invoices(
        self, tmp_path: Path, content: bytes, says: str
    ) -> None:
        path = tmp_path / "input"
        path.write_bytes(content)

        assert says in self.refusal(path)

    def test_for_what_is_not_there(self, tmp_path: Path) -> None:
        assert "is not a file" in self.refusal(tmp_path / "nothing.csv")

    def test_for_a_damaged_parquet_file_keeps_the_run_as_abandoned(self, tmp_path: Path) -> None:
        path = tmp_path / "sales.parquet"
        pq.write_table(table(2000), path, use_dictionary=False, compression="zstd")
        raw = bytearray(path.read_bytes())
        raw[2000:2600] = b"\0" * 600
        path.write_bytes(raw)

        with pytest.raises(FileRefused, match="damaged Parquet"):
            imported(path)

        assert ImportRun.objects.get().status == ImportStatus.ABANDONED


class TestBatches:
    @pytest.mark.usefixtures("transactional_db", "small_blocks")
    def test_stay_when_a_later_one_fails_and_the_next_import_completes_them(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        tenant = Tenant.objects.create(slug="t", name="T", business_date=date(2026, 1, 5))
        good: list[int] = []

        def spoiling(rows: Any, expectation: Any) -> Any:
            checked = check(rows, expectation)
            if len(good) == 2:
                return replace(checked, gross=checked.gross + 100)
            good.append(len(checked.lines))
            return checked

        path = csv_file(tmp_path, [row(i) for i in range(40)])
        with rooms.entered(tenant.pk):
            monkeypatch.setattr(imports, "check", spoiling)
            with pytest.raises(DatabaseError):
                imported(path)
            monkeypatch.setattr(imports, "check", check)
            with rooms.enter(tenant.pk):
                assert Invoice.objects.count() == sum(good)
                assert ImportRun.objects.get().rows_new == sum(good)

            report = imported(path)

            assert counts(report) == (40 - sum(good), sum(good), 0)


@pytest.mark.usefixtures("room")
class TestImportLabels:
    def labelled(self, folder: Path, *lines: str) -> int:
        path = csv_file(folder, lines, name="labels.csv", header="企业代号,信誉评级,是否违约")
        return imports.import_labels(actor=actor(Role.OFFICER), at=NOON, path=path)

    def test_registers_the_firms_with_their_history(self, tmp_path: Path) -> None:
        assert self.labelled(tmp_path, "E1,A,0", "E2,D,1") == 2

        good, bad = Merchant.objects.order_by("code")
        assert (good.is_labelled, good.rating, good.is_defaulted) == (True, "A", False)
        assert (bad.is_labelled, bad.rating, bad.is_defaulted) == (True, "D", True)

    def test_repeating_it_changes_nothing(self, tmp_path: Path) -> None:
        self.labelled(tmp_path, "E1,A,0")

        assert self.labelled(tmp_path, "E1,A,0") == 0
        assert self.labelled(tmp_path, "E1,B,0") == 1

    @pytest.mark.parametrize("line", ["E1,A,2", "E1,A,", ",A,0", "E1,A"])
    def test_refuses_the_file_for_one_bad_line(self, tmp_path: Path, line: str) -> None:
        with pytest.raises(FileRefused, match="line 3"):
            self.labelled(tmp_path, "E2,A,0", line)

        assert not Merchant.objects.exists()


class TestDatabase:
    def test_shows_another_tenant_nothing(self, room: Tenant, tmp_path: Path) -> None:
        imported(csv_file(tmp_path, [row(1)]))
        other = Tenant.objects.create(slug="other", name="Other", business_date=date(2026, 1, 5))

        with rooms.entered(other.pk):
            assert not Invoice.objects.exists()
            assert not Merchant.objects.exists()
            assert not ImportRun.objects.exists()
            # The same file is new to the other room.
            assert counts(imported(csv_file(tmp_path, [row(1)]))) == (1, 0, 0)
        with rooms.entered(room.pk):
            assert Invoice.objects.count() == 1

    @pytest.mark.usefixtures("room")
    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE merchants_invoice SET net = 1",
            "DELETE FROM merchants_invoice",
            "DELETE FROM merchants_importrun",
            "UPDATE merchants_importrun SET sha256 = 'x'",
            "UPDATE merchants_importrun SET finished_at = NULL",
            "UPDATE merchants_merchant SET code = ''",
            "UPDATE merchants_merchant SET is_labelled = true",
            "UPDATE merchants_merchant SET tenant_id = tenant_id + 1",
            "INSERT INTO merchants_invoice (merchant_id, direction, number, issued_on, "
            "counterparty, net, tax, gross, is_void, import_run_id) SELECT merchant_id, "
            "direction, number || 'x', issued_on, counterparty, net, tax, gross + 1, is_void, "
            "import_run_id FROM merchants_invoice",
            "COPY merchants_invoice (merchant_id) FROM STDIN",
        ],
    )
    def test_refuses(self, tmp_path: Path, statement: str, commits: Callable[[], None]) -> None:
        imported(csv_file(tmp_path, [row(1)]))

        def attempt() -> None:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement)
                commits()

        with pytest.raises((DatabaseError, psycopg.Error)):
            attempt()

    @pytest.mark.usefixtures("room")
    def test_an_import_that_is_over_stays_over(self, tmp_path: Path) -> None:
        run = imported(csv_file(tmp_path, [row(1)])).run

        for status in ImportStatus:
            with pytest.raises(InvalidTransition):
                run.move_to(status, at=NOON)
