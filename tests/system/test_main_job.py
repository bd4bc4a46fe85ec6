"""
The main job as a stranger runs it: from nothing, in a process and an installation of its own.

On the real firms where they lie beside the checkout, else on the invented ones.
"""

import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from config.home import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1500)]

APPLICANTS = 302
# The owner's and the embedded server's variables would lead to another installation.
OURS = {"DATABASE_URL", "CELERY_BROKER_URL", "GRANARY_DB_ROLE", "GRANARY_DB_PREFIX"}


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    home = tmp_path_factory.mktemp("installation")
    # An embedded server that runs as another account must be able to pass through.
    for folder in (home, *home.parents[:2]):
        folder.chmod(0o711)
    yield home
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="module")
def firms() -> list[str]:
    folder = Path(os.environ.get("GRANARY_SHARED") or ROOT.parent / "shared")
    real = folder / "data" / "merchant-invoices"
    return ["--input", str(real)] if real.is_dir() else []


@pytest.fixture(scope="module")
def figures(installation: Path, firms: list[str]) -> dict[str, Any]:
    return _run(installation, "demo", "--once", "--json", *firms)


def _run(installation: Path, *arguments: str) -> dict[str, Any]:
    environment = {name: value for name, value in os.environ.items() if name not in OURS}
    done = subprocess.run(
        [str(ROOT / "run"), *arguments],
        env={**environment, "GRANARY_HOME": str(installation)},
        capture_output=True,
        text=True,
        check=False,
        cwd=installation,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    found: dict[str, Any] = json.loads(done.stdout.rstrip().rsplit("\n", 1)[-1])
    return found


class TestMainJob:
    def test_decides_every_applicant(self, figures: dict[str, Any]) -> None:
        outcomes = figures["applications"]

        assert sum(outcomes.values()) == APPLICANTS
        assert min(outcomes["approved"], outcomes["referred"], outcomes["declined"]) > 0

    def test_lends_and_collects(self, figures: dict[str, Any]) -> None:
        disbursed, repaid, outstanding = (
            Decimal(figures[name]) for name in ("disbursed", "repaid", "outstanding")
        )

        assert outstanding < disbursed < repaid + outstanding
        assert figures["loans"]["closed"] > 0
        assert figures["loans"]["active"] > 0

    def test_proves_the_books_and_replays_every_decision(self, figures: dict[str, Any]) -> None:
        assert "decisions_replay" in figures["proofs"]
        assert [name for name, holds in figures["proofs"].items() if not holds] == []

    def test_lends_to_farmers_with_two_banks(self, figures: dict[str, Any]) -> None:
        county = figures["county"]

        assert county["assessments"]["lend"] > county["households"] / 2
        assert sum(county["assessments"].values()) == county["households"]
        # What the banks' scripts say, and what is left for the visitor: an offer, three to decide.
        assert county["decisions"]["counter"] == county["decisions"]["decline"] == 1
        assert county["decisions"]["approve"] >= 6
        assert county["applications"]["referred"] == 3
        assert county["applications"]["approved"] == 1
        # The silent bank's and the one whose farmer has not said yes.
        assert county["applications"]["funding"] == 2
        assert county["placements"]["booked"] == county["loans"]["active"] >= 6

    def test_shares_with_the_banks_to_the_cent(self, figures: dict[str, Any]) -> None:
        county = figures["county"]

        for side in ("disbursed", "received"):
            bank, own = (Decimal(county[side][name]) for name in ("bank", "own"))
            assert bank > own > 0
        assert county["bank_files"] == county["settlements"] > 40
        # A cent resolved itself; the row that the bank's file lacks waits for somebody.
        assert county["breaks"] == {"assigned": 1, "resolved": 1}
        assert county["visits"]["planned"] >= county["loans"]["active"]

    def test_knows_what_the_villages_say(self, figures: dict[str, Any]) -> None:
        county = figures["county"]

        assert county["recommendations"]["made"] == 8
        assert 0 < county["recommendations"]["applied"] <= 8
        assert county["panel"] == {"graded": 3, "too_few": 1, "vetoed": 1}

    def test_a_second_start_resumes(
        self, installation: Path, firms: list[str], figures: dict[str, Any]
    ) -> None:
        began = time.monotonic()
        again = _run(installation, "demo", "--once", "--json", *firms)

        changing = {"close_seconds", "stages_seconds"}
        assert {k: v for k, v in again.items() if k not in changing} == {
            k: v for k, v in figures.items() if k not in changing
        }
        assert time.monotonic() - began < 60

    def test_the_other_lender_sees_nothing(
        self, installation: Path, figures: dict[str, Any]
    ) -> None:
        proofs = _run(installation, "manage", "verify", "--tenant", "hillside", "--json")
        assert proofs["failures"] == []
        assert figures["tenants"] == ["riverside", "hillside", "jinhe"]
