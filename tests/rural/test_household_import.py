"""A county's register makes households known, once."""

from pathlib import Path

import pytest

from rural.actions import household_import
from rural.models import Household
from tests.rural import village_build as build

pytestmark = pytest.mark.usefixtures("room")
HEADER = "id_number,village,head_name,group,phone,latitude,longitude"
WANG = f"11010519491231002X,{build.build.VILLAGE},王建国,3组,13800138000,38.19,116.12"


def take(folder: Path, *lines: str) -> household_import.Counts:
    path = folder / "register.csv"
    path.write_text("\n".join([HEADER, *lines]), "gbk")
    return household_import.import_households(
        actor=build.SYSTEM, at=build.NOON, on=build.ON, path=path
    )


def test_makes_households_known_once(tmp_path: Path) -> None:
    build.build.village()

    first, again = take(tmp_path, WANG), take(tmp_path, WANG)

    assert (first.new, again.new, again.known) == (1, 0, 1)
    home = Household.objects.get()
    assert (home.head_name, home.version, home.values) == ("王建国", 0, {})
    assert home.masked["id_number"] == "110***********002X"


def test_sets_aside_what_does_not_fit(tmp_path: Path) -> None:
    build.build.village()

    found = take(
        tmp_path,
        WANG.replace(build.build.VILLAGE, "999999999999"),
        WANG.replace("13800138000", "12800138000"),
        WANG.replace("38.19", "98.19"),
    )

    assert (found.read, found.rejected, Household.objects.count()) == (3, 3, 0)
    assert found.rejects is not None
    told = found.rejects.read_text("utf-8-sig")
    assert "unknown village" in told
    assert "12800138000" not in told
    assert "4,latitude,98.19" in told
