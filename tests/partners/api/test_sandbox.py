"""The sandbox bank after its decision: it pays, books, and reconciles; as told, or otherwise."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from partners.actions import daily
from partners.management.sandbox.bank import SandboxBank
from partners.management.sandbox.behaviour import Behaviour, Script
from partners.management.sandbox.book import Book
from partners.management.sandbox.client import BankClient
from partners.management.sandbox.files import FileBehaviour
from partners.models import Break, PartnerBank, ReconRun
from tenancy import room
from tenancy.models import Tenant
from tests.lending.servicing import build as servicing
from tests.partners import build
from tests.partners.api.co_lent import Lent, asked_for
from tests.partners.api.program import Program
from tests.partners.money import SYSTEM
from tests.tasks import SentTasks

Sandbox = Callable[..., SandboxBank]
DUE = build.ON.replace(month=2)
SETTLED = build.ON.replace(month=2, day=6)


@pytest.fixture
def sandbox(program: Program, tmp_path: Path) -> Iterator[Sandbox]:
    """A function that sits a sandbox bank down with the book of this test."""
    client = BankClient(program.url, program.client_id, program.key, program.kid)

    def sit_down(behaviour: Behaviour = Behaviour.APPROVE, **more: Any) -> SandboxBank:
        return SandboxBank(client, Script(behaviour, **more), Book(tmp_path / "book.json"))

    yield sit_down
    client.close()


@pytest.fixture
def lent(riverside: Tenant, harbour: PartnerBank, sent_tasks: SentTasks) -> Lent:
    """10,000, of which Harbour Bank is asked for 7,000; it is told so, as a placement would."""
    from partners.actions import feed

    lent = asked_for(riverside, harbour)
    with room.enter(riverside.pk):
        told = {"funding_id": lent.leg_id, "number": "P-1", "value_date": build.ON.isoformat()}
        feed.tell(harbour, "funding.requested", told, at=timezone.now())
    return lent


def repaid(lent: Lent) -> None:
    """The first instalment comes, is closed, and is settled."""
    lent.repay("916.80", DUE)
    with room.enter(lent.tenant.pk):
        servicing.close_to(SETTLED)
    with room.entered(lent.tenant.pk):
        daily.settle_day(actor=SYSTEM, on=DUE, clock=timezone.now)


class TestMoney:
    @pytest.mark.parametrize(
        ("behaviour", "funded", "booked"),
        [
            (Behaviour.APPROVE, [201], [201]),
            (Behaviour.DUPLICATE, [201, 201], [201, 201]),
            (Behaviour.CONTRADICTORY, [201, 409], [201, 409]),
        ],
    )
    def test_is_paid_and_booked(
        self, sandbox: Sandbox, lent: Lent, behaviour: Behaviour,
        funded: list[int], booked: list[int],
    ) -> None:  # fmt: skip
        bank = sandbox(behaviour)
        bank.work(timezone.now())
        lent.pay_out()
        bank.work(timezone.now())
        bank.work(timezone.now())

        [held] = Book(bank.book.path).loans.values()
        assert [each["status"] for each in held["funded"]] == funded
        assert [each["status"] for each in held["booked"]] == booked
        assert lent.part.bank_loan_number.startswith("SB-L")

    def test_does_not_come_if_the_script_says_so(self, sandbox: Sandbox, lent: Lent) -> None:
        sandbox(Behaviour.DECLINE).work(timezone.now())
        assert lent.part.status == "CANCELLED"


class TestFiles:
    @pytest.mark.parametrize(
        ("behaviour", "statuses", "breaks"),
        [
            (FileBehaviour.EXACT, [201], []),
            (FileBehaviour.CENT_OFF, [201], ["ROUNDING"]),
            (FileBehaviour.MISSING_ROW, [201], ["MISSING_THEIRS"]),
            (FileBehaviour.AMOUNT_OFF, [201], ["AMOUNT"]),
            (FileBehaviour.DUPLICATE, [201], ["DUPLICATE"]),
            (FileBehaviour.CONTRADICTORY, [201, 409], []),
            (FileBehaviour.SILENT, [], []),
        ],
    )
    def test_differ_as_the_script_says(
        self, sandbox: Sandbox, lent: Lent, behaviour: FileBehaviour,
        statuses: list[int], breaks: list[str],
    ) -> None:  # fmt: skip
        bank = sandbox(files=behaviour)
        bank.work(timezone.now())
        lent.pay_out()
        bank.work(timezone.now())
        repaid(lent)
        bank.work(timezone.now())

        [held] = bank.book.files.values()
        assert [run["status"] for run in held.get("runs", [])] == statuses
        with room.enter(lent.tenant.pk):
            assert list(Break.objects.values_list("type", flat=True)) == breaks

    def test_may_come_late(self, sandbox: Sandbox, lent: Lent) -> None:
        bank = sandbox(
            exceptions=[{"date": DUE.isoformat(), "files": "late"}], files=FileBehaviour.EXACT
        )
        bank.work(timezone.now())
        lent.pay_out()
        repaid(lent)
        bank.work(timezone.now())
        with room.enter(lent.tenant.pk):
            assert not ReconRun.objects.exists()
            servicing.close_to(SETTLED.replace(day=7))

        bank.work(timezone.now())

        with room.enter(lent.tenant.pk):
            assert ReconRun.objects.get().rows_matched == 1
