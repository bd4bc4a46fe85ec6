"""Satellites' rows come from a file; every field at, below and above its limits."""

import json
from pathlib import Path

import pytest

from rural.actions import observations
from rural.models import Observation
from rural.rails.remote_sensing import FIELDS, FileSensing, SensingUnavailable
from tenancy.errors import Forbidden
from tenancy.roles import Role
from tests.rural.capacity import households
from tests.rural.capacity.build import MAY, NOON, actor

pytestmark = pytest.mark.usefixtures("room")

ROW = {
    "household": "H-0001", "parcel": "1", "observed_on": "2026-04-20", "crop_class": "wheat",
    "area_mu": "9.8", "confidence": "0.95", "stage": "jointing", "cloud_pct": "4",
    "provider": "demo", "evidence_url": "https://example.org/1.png",
}  # fmt: skip


@pytest.fixture
def household(room):
    return households.household()


def taken(path: Path, *rows: dict[str, str]) -> observations.TakenIn:
    path.write_text(json.dumps(rows), encoding="utf-8")
    return take(FileSensing(path))


def take(source: FileSensing, role: Role = Role.RISK_MANAGER) -> observations.TakenIn:
    return observations.take_in(actor=actor(role), at=NOON, on=MAY, source=source)


@pytest.mark.usefixtures("household")
class TestTakeIn:
    def test_json_and_csv_say_the_same(self, tmp_path):
        table = tmp_path / "seen.csv"
        lines = [",".join(FIELDS), ",".join(ROW[name] for name in FIELDS)]
        table.write_text("\n".join(lines), encoding="utf-8-sig")

        assert taken(tmp_path / "seen.json", ROW).new == 1
        assert take(FileSensing(table)) == observations.TakenIn(0, 1, ())
        assert Observation.objects.count() == 1

    def test_a_row_that_does_not_fit_is_told_and_the_others_are_taken(self, tmp_path):
        done = taken(tmp_path / "s.json", {**ROW, "area_mu": "many"}, ROW)

        assert done.new == 1
        assert [(e.pointer, e.value) for e in done.errors] == [("/1/area_mu", "many")]

    @pytest.mark.parametrize(
        ("field", "value", "fits"),
        [
            ("household", "H-9999", False),
            ("parcel", "0", False), ("parcel", "50", True), ("parcel", "51", False),
            ("parcel", "one", False),
            ("observed_on", "2026-05-01", True), ("observed_on", "2026-05-02", False),
            ("observed_on", "May", False),
            ("crop_class", "", False), ("crop_class", "c" * 40, True),
            ("crop_class", "c" * 41, False),
            ("area_mu", "0", False), ("area_mu", "0.01", True), ("area_mu", "5000", True),
            ("area_mu", "5000.01", False), ("area_mu", "NaN", False),
            ("confidence", "0", True), ("confidence", "1", True), ("confidence", "-0.1", False),
            ("confidence", "1.1", False),
            ("cloud_pct", "100", True), ("cloud_pct", "100.1", False),
            ("stage", "s" * 41, False),
            ("provider", "", False),
            ("evidence_url", "u" * 501, False),
        ],
    )  # fmt: skip
    def test_each_field_has_its_limits(self, tmp_path, field, value, fits):
        done = taken(tmp_path / "s.json", {**ROW, field: value})

        assert done.new == int(fits)
        assert {error.pointer for error in done.errors} == (set() if fits else {f"/1/{field}"})

    def test_who_may_not_edit_benchmarks_may_not_take_in(self, tmp_path):
        with pytest.raises(Forbidden):
            take(FileSensing(tmp_path / "s.json"), Role.OFFICER)


class TestConsent:
    def test_without_consent_nothing_is_taken(self, tmp_path):
        households.household(consent_satellite=False)

        done = taken(tmp_path / "s.json", ROW)

        assert done.new == 0
        assert done.errors[0].pointer == "/1/household"


class TestFile:
    @pytest.mark.parametrize(
        ("name", "content"),
        [("s.json", b"{"), ("s.json", b'{"a": 1}'), ("s.json", b"[1]"), ("s.json", b"\xff\xfe"),
         ("s.csv", b"\xd6\xd0\xff")],
    )  # fmt: skip
    def test_what_is_no_table_is_unavailable(self, tmp_path, name, content):
        path = tmp_path / name
        path.write_bytes(content)

        with pytest.raises(SensingUnavailable, match=name):
            take(FileSensing(path))

    def test_a_file_that_is_not_there_is_unavailable(self, tmp_path):
        with pytest.raises(SensingUnavailable):
            take(FileSensing(tmp_path / "none.json"))
