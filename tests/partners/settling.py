"""Days settled with the bank `harbour`, and the files that it sends back."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from partners.actions import paying, reconciliation, settlements
from partners.models import Break, PartnerBank, PartnerPayment, ReconRun, Settlement
from partners.rules.day import Day
from partners.rules.files.kinds import REPAY_DETAIL, FileKind
from partners.rules.files.names import FileName
from partners.rules.files.rows import RepayDetail, Row
from partners.rules.files.writing import write
from tenancy import room
from tenancy.actors import Actor
from tenancy.models import Tenant
from tenancy.roles import Role
from tests.lending.servicing.build import books
from tests.partners import build
from tests.partners.files.build import receipt
from tests.tenancy.build import NOON, actor

ON = date(2026, 1, 5)
SYSTEM = Actor.system("test")


def after(days: int = 1) -> date:
    """Let the business date pass on; returns the open one."""
    Tenant.objects.filter(pk=room.current()).update(business_date=ON + timedelta(days))
    return ON + timedelta(days)


def receipts(count: int = 3, **changes: Any) -> list[RepayDetail]:
    """Receipts of 916.80, of which 641.76 is the bank's."""
    return [
        receipt(f"R-{n}", loan_no=f"L-{n}", value_date=ON, due_date=ON, **changes)
        for n in range(1, count + 1)
    ]


def bank() -> PartnerBank:
    return PartnerBank.objects.filter(code="harbour").first() or build.bank()


def settled(
    rows: Sequence[RepayDetail], *, on: date = ON, at: datetime = NOON, **facts: Any
) -> Settlement:
    """A day that is closed and published."""
    if Tenant.objects.get(pk=room.current()).business_date <= on:
        after((on - ON).days + 1)
    return settlements.settle(
        actor=SYSTEM, at=at, bank_id=bank().pk, on=on, day=Day(repaid=rows, **facts)
    )


def paid(settlement: Settlement, bank_ref: str = "BK-1") -> Settlement:
    # What is paid is booked, so there have to be books.
    books()
    payment = PartnerPayment.objects.get(settlement=settlement, status="PENDING")
    return paying.confirm(
        actor=actor(Role.FINANCE), at=NOON, payment_id=payment.pk, bank_ref=bank_ref,
        value_date=settlement.on + timedelta(1),
    )  # fmt: skip


def file_of(
    rows: Sequence[Row], *, on: date = ON, seq: int = 1, kind: FileKind = REPAY_DETAIL
) -> tuple[str, bytes]:
    """What the bank sends: a file's name and content."""
    written = write(FileName("harbour", kind, on, seq), rows)
    return str(written.name), written.content


def taken(
    rows: Sequence[Row], *, on: date = ON, seq: int = 1, today: date | None = None, **changes: Any
) -> ReconRun:
    """A bank's file, taken in by finance."""
    name, content = file_of(rows, on=on, seq=seq)
    facts: dict[str, Any] = {
        "actor": actor(Role.FINANCE),
        "at": NOON,
        "on": today or Tenant.objects.get(pk=room.current()).business_date,
        "bank_id": bank().pk,
        "file_name": name,
        "content": content,
    }
    return reconciliation.take(**{**facts, **changes})


def off(row: RepayDetail, amount: str) -> RepayDetail:
    """The row with the bank's interest off by an amount."""
    return replace(row, partner_interest=row.partner_interest + Decimal(amount))


def only_break() -> Break:
    [found] = Break.objects.all()
    return found
