"""County programmes, and what counties hand over."""

import hashlib
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.core.management import call_command
from django.db import connection, transaction

from rural.actions import county_data, programmes
from rural.models import (
    CountyDataUse,
    CountyImport,
    CountyRecord,
    DataSource,
    DeletionCertificate,
    Programme,
)
from rural.queries import programmes as queries
from tenancy.actions.files import FileRefused
from tenancy.errors import Forbidden, Invalid
from tenancy.models import Tenant
from tenancy.roles import Role
from tests.rural import village_build as build
from tests.tenancy.build import actor

pytestmark = pytest.mark.usefixtures("room")
BOSS = build.BOSS
WANG, LI = "11010519491231002X", "110105194912310038"
COLUMNS = [
    {"name": "mu", "type": "decimal", "required": True, "min": "0.1", "max": "5000"},
    {"name": "right", "type": "text"},
    {"name": "registered_on", "type": "date"},
]


def founded(**changes: Any) -> Programme:
    build.build.village()
    facts: dict[str, Any] = {
        "code": "JINHE-1", "name": "Jinhe farm loan", "name_zh": "金河农户贷",
        "county_code": "130929", "product_code": "seller", "bank_code": "",
        "min_amount": Decimal(1_000), "max_amount": Decimal(200_000),
        "starts_on": date(2026, 1, 1), "ends_on": date(2026, 12, 31),
        "source": "Agreement Jinhe 2026/1",
    }  # fmt: skip
    return programmes.found(actor=BOSS, at=build.NOON, **{**facts, **changes})


def running() -> Programme:
    programme = founded()
    programmes.agree(
        actor=BOSS, at=build.NOON, programme_id=programme.pk, reference="2026/1",
        data_items=["mu", "right", "registered_on"], purpose="Rating of farm households",
        exit_terms="Deleted within 30 days, with a certificate", signed_on=date(2025, 12, 20),
        starts_on=date(2026, 1, 1), ends_on=date(2026, 12, 31),
    )  # fmt: skip
    return programmes.switch(
        actor=BOSS, at=build.NOON, programme_id=programme.pk, is_on=True, reason="Signed"
    )


class TestProgramme:
    @pytest.mark.parametrize("amount", ["1000", "200000"])
    def test_takes_its_limits(self, amount: str) -> None:
        programmes.require_within(running(), amount=Decimal(amount), on=build.ON)

    @pytest.mark.parametrize(("amount", "expected"), [("999", "≥ 1000"), ("200001", "≤ 200000")])
    def test_refuses_beyond_them_and_names_the_rule(self, amount: str, expected: str) -> None:
        with pytest.raises(programmes.ProgrammeRefused) as refused:
            programmes.require_within(running(), amount=Decimal(amount), on=build.ON)

        assert expected in refused.value.errors[0].expected
        assert refused.value.rule.startswith("JINHE-1")
        assert refused.value.source == "Agreement Jinhe 2026/1"

    def test_the_countys_switch_ends_it_for_new_requests(self) -> None:
        programme = running()
        home = build.household()
        assert queries.cap(home, "seller", build.ON) is not None

        programmes.switch(
            actor=BOSS, at=build.NOON, programme_id=programme.pk, is_on=False, reason="Paused"
        )

        assert queries.cap(home, "seller", build.ON) is None

    def test_without_an_agreement_it_takes_nothing(self) -> None:
        programme = founded()
        programmes.switch(
            actor=BOSS, at=build.NOON, programme_id=programme.pk, is_on=True, reason="Early"
        )
        programme.refresh_from_db()

        with pytest.raises(programmes.ProgrammeRefused, match="agreement"):
            programmes.require_within(programme, amount=Decimal(5_000), on=build.ON)

    def test_an_agreement_that_was_left_binds_no_more(self) -> None:
        programme = running()
        agreement = programme.agreements.get()
        programmes.leave(
            actor=BOSS, at=build.NOON, on=date(2026, 3, 1), agreement_id=agreement.pk, reason="End"
        )

        assert programme.bounds(date(2026, 2, 28)).has_agreement
        assert not programme.bounds(date(2026, 3, 1)).has_agreement

    def test_an_officer_may_not(self) -> None:
        with pytest.raises(Forbidden):
            programmes.switch(
                actor=actor(Role.OFFICER), at=build.NOON, programme_id=running().pk, is_on=False,
                reason="x",
            )  # fmt: skip


def source(**changes: Any) -> DataSource:
    facts: dict[str, Any] = {
        "code": "land", "department": "Land office", "department_zh": "自然资源局",
        "programme_id": running().pk, "owner": "Mr Sun", "columns": COLUMNS,
        "consent_basis": "agreement", "purpose": "Rating of farm households", "refresh_days": 365,
    }  # fmt: skip
    return county_data.announce(actor=BOSS, at=build.NOON, **{**facts, **changes})


def written(folder: Path, *lines: str, name: str = "land.csv") -> Path:
    path = folder / name
    path.write_text("\n".join(["id_number,item,mu,right,registered_on", *lines]), "utf-8")
    return path


def take(path: Path) -> county_data.Report:
    return county_data.import_records(
        actor=BOSS, clock=lambda: build.NOON, on=build.ON, path=path, source_code="land"
    )


class TestImport:
    def test_good_rows_are_taken_in_and_bad_ones_set_aside(self, tmp_path: Path) -> None:
        held = source()
        path = written(
            tmp_path,
            f"{WANG},P1,12.50,contracted,2019-03-01",
            f"{WANG},P2,3,leased,",
            "110105194912310021,P1,5,contracted,",
            f"{LI},P1,abc,contracted,2019-13-01",
        )

        report = take(path)

        assert (report.run.rows_read, report.run.rows_new, report.run.rows_rejected) == (4, 2, 2)
        assert report.rejects is not None
        told = report.rejects.read_text("utf-8-sig")
        assert "4,id_number,…" in told
        assert "110105194912310021" not in told
        assert "5,mu,abc,a number,not a number" in told
        assert "5,registered_on,2019-13-01" in told
        held.refresh_from_db()
        assert (held.refreshed_on, held.quality) == (build.ON, Decimal("50.00"))

    def test_repeating_is_harmless_and_a_change_takes_its_place(self, tmp_path: Path) -> None:
        source()
        take(written(tmp_path, f"{WANG},P1,12.5,contracted,", f"{WANG},P2,3,leased,"))
        again = take(written(tmp_path, f"{WANG},P1,12.5,contracted,", f"{WANG},P2,4,leased,"))

        run = again.run
        assert (run.rows_new, run.rows_known, run.rows_changed) == (0, 1, 1)
        assert CountyRecord.objects.count() == 2
        assert CountyRecord.objects.get(item="P2").values["mu"] == "4"

    def test_parquet_is_read_too(self, tmp_path: Path) -> None:
        source()
        table = pa.table({"id_number": [WANG], "mu": [12.5], "registered_on": [date(2019, 3, 1)]})
        pq.write_table(table, tmp_path / "land.parquet")

        take(tmp_path / "land.parquet")

        values = CountyRecord.objects.get().values
        assert values == {"mu": "12.5", "registered_on": "2019-03-01"}

    def test_a_number_never_stands_in_the_table(self, tmp_path: Path) -> None:
        source()
        take(written(tmp_path, f"{WANG},P1,12.5,contracted,"))

        with connection.cursor() as cursor:
            cursor.execute("SELECT r::text FROM rural_countyrecord r")
            (row,) = cursor.fetchone()
        assert WANG not in row

    def test_a_file_without_the_columns_is_refused_whole(self, tmp_path: Path) -> None:
        source()
        path = tmp_path / "land.csv"
        path.write_text(f"id_number,area\n{WANG},3", "utf-8")

        with pytest.raises(FileRefused) as refused:
            take(path)

        assert [error.expected for error in refused.value.errors] == ["mu"]
        assert not CountyImport.objects.exists()

    def test_nothing_is_taken_in_that_was_not_agreed(self, tmp_path: Path) -> None:
        with pytest.raises(Invalid, match="does not fit"), transaction.atomic():
            source(columns=[*COLUMNS, {"name": "police_record", "type": "text"}])
        held = source()
        programmes.leave(
            actor=BOSS, at=build.NOON, on=build.ON,
            agreement_id=held.programme.agreements.get().pk, reason="End",
        )  # fmt: skip

        with pytest.raises(county_data.NoBasis):
            take(written(tmp_path, f"{WANG},P1,12.5,contracted,"))

    def test_the_command_says_what_it_did(
        self, tmp_path: Path, room: Tenant, capsys: pytest.CaptureFixture[str]
    ) -> None:
        source()
        path = written(tmp_path, f"{WANG},P1,12.5,contracted,", "x,P1,1,,")

        call_command("import", "county", str(path), "--tenant", room.slug, "--source", "land")

        assert "land.csv (UTF-8): 1 new, 0 changed, 0 already there, 1 rejected" in (
            capsys.readouterr().out
        )


class TestUseAndWithdrawal:
    def test_the_farmer_can_be_told_what_was_used(self, tmp_path: Path) -> None:
        source()
        take(written(tmp_path, f"{WANG},P1,12.5,contracted,", f"{LI},P1,9,contracted,"))
        home = known(WANG)

        told = county_data.use(
            actor=BOSS, at=build.NOON, on=build.ON, household_id=home.pk, purpose="Capacity"
        )

        assert told == {"land": [{"mu": "12.5", "right": "contracted"}]}
        use = CountyDataUse.objects.get()
        assert (use.household_id, use.items) == (home.pk, ["mu", "right"])

    def test_withdrawal_deletes_and_certifies_and_keeps_who_used_what(
        self, tmp_path: Path
    ) -> None:
        held = source()
        take(written(tmp_path, f"{WANG},P1,12.5,contracted,", f"{LI},P1,9,contracted,"))
        home = known(WANG)
        use_it(home.pk)
        hashes = sorted(CountyRecord.objects.values_list("sha256", flat=True))

        proof = county_data.withdraw(
            actor=BOSS, at=build.NOON, source_id=held.pk, reason="Programme over"
        )

        assert not CountyRecord.objects.exists()
        assert proof.rows == 2
        expected = hashlib.sha256("".join(f"{each}\n" for each in hashes).encode()).hexdigest()
        assert (proof.rows_sha256, proof.deleted_by) == (expected, BOSS.name)
        assert CountyDataUse.objects.count() == 1
        with pytest.raises(county_data.NoBasis):
            take(written(tmp_path, f"{WANG},P1,12.5,contracted,"))

    def test_one_farmer_may_have_his_deleted(self, tmp_path: Path) -> None:
        source()
        take(written(tmp_path, f"{WANG},P1,12.5,contracted,", f"{LI},P1,9,contracted,"))

        (proof,) = county_data.withdraw_household(
            actor=BOSS, at=build.NOON, household_id=known(WANG).pk, reason="Asked to"
        )

        assert proof.rows == 1
        assert CountyRecord.objects.get().id_number == LI
        assert use_it(known(WANG, code="H-2").pk) == {}

    def test_a_certificate_never_changes(self, tmp_path: Path) -> None:
        held = source()
        county_data.withdraw(actor=BOSS, at=build.NOON, source_id=held.pk, reason="Over")

        with pytest.raises(Exception, match="rural_deletioncertificate"), transaction.atomic():
            DeletionCertificate.objects.update(rows=0)


def known(id_number: str, code: str = "H-1") -> Any:
    """A household whose head has a number and has agreed to county data."""
    home = build.household(code=code, values={"consent_county_data": True})
    if not type(home).objects.with_number("id_number", id_number).exists():
        columns = home.set_numbers({"id_number": id_number})
        home.save(update_fields=columns)
        return home
    return type(home).objects.with_number("id_number", id_number).get()


def use_it(household_id: Any) -> dict[str, Any]:
    return county_data.use(
        actor=BOSS, at=datetime(2026, 1, 5, 5, tzinfo=build.NOON.tzinfo), on=build.ON,
        household_id=household_id, purpose="Capacity",
    )  # fmt: skip
