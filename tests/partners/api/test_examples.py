"""The guide's own program, run as the guide says: from an application to a reconciled day."""

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from django.utils import timezone

from config.home import ROOT
from partners.actions import daily
from partners.models import Break, PartnerBank, QuotaUse, ReconRun
from tenancy import room
from tenancy.models import Tenant
from tests.lending.servicing import build as servicing
from tests.partners import build
from tests.partners.api.co_lent import drawn
from tests.partners.api.conftest import Connect
from tests.tasks import SentTasks

EXAMPLE = ROOT / "docs" / "examples" / "bank_client.py"
PAID_ON = date(2026, 2, 5)
Round = Callable[[], list[str]]


@pytest.fixture
def a_round(program_of: Connect, riverside: Tenant, harbour: PartnerBank, tmp_path: Path) -> Round:
    """A function that runs the program once and returns what it said after its greeting."""
    program = program_of(riverside, harbour)
    key_file = tmp_path / "private-key.json"
    key_file.write_text(json.dumps({**program.key.as_dict(private=True), "kid": program.kid}))

    def run() -> list[str]:
        done = subprocess.run(
            [sys.executable, str(EXAMPLE), program.url, program.client_id, str(key_file)],
            capture_output=True,
            text=True,
            check=False,
            timeout=100,
        )
        assert done.returncode == 0, done.stderr
        greeting, *said = done.stdout.splitlines()
        assert greeting.startswith("harbour: ok")
        return said

    return run


def test_goes_from_an_application_to_a_reconciled_day(
    a_round: Round, riverside: Tenant, sent_tasks: SentTasks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.partners.build.NOON", timezone.now())
    with room.enter(riverside.pk):
        servicing.books()
        build.quota(build.agreement(), "1000000")
        placement = build.placed()

    left, approved = a_round()
    assert left == "harbour-70 day left: 900000.00"
    assert approved.startswith(f"approved {placement.number} ")

    lent = drawn(riverside)
    assert a_round()[1:] == [f"paid {lent.number} 35000.00"]
    lent.pay_out()
    assert a_round()[1:] == [f"booked {lent.number} 35000.00"]
    assert lent.part.bank_loan_number == f"MY-{lent.number}"
    with room.enter(riverside.pk):
        placement.refresh_from_db()
        assert placement.status == "BOOKED"
        assert QuotaUse.objects.get().status == "CONVERTED"

    lent.repay("1000.00", PAID_ON)
    with room.enter(riverside.pk):
        servicing.close_to(date(2026, 2, 6))
    with room.entered(riverside.pk):
        [settlement] = daily.settle_day(actor=build.SYSTEM, on=PAID_ON, clock=timezone.now)
    name = "harbour_REPAY_DETAIL_20260205_001.csv"
    for _time in range(2):
        assert a_round()[1:] == [
            f"settled 2026-02-05 PUBLISHED {settlement.net:.2f}", f"compared {name} 1 agree 0",
        ]  # fmt: skip
    with room.enter(riverside.pk):
        assert ReconRun.objects.count() == 1
        assert not Break.objects.exists()
