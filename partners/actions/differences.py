"""Differences with a bank in the books: rounding by itself, the rest when it is written off."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from ledger.actions import chart, posting
from ledger.models import JournalEntry
from ledger.rules.entry import Line
from partners.models import Break, ReconRun
from partners.rules.accounts import PARTNER_CHART, rounding_lines, write_off_lines
from partners.rules.files.kinds import REPAY_DETAIL
from tenancy.actors import Actor


def post_rounding(*, run: ReconRun, amount: Decimal, on: date, at: datetime) -> None:
    """
    Post what a run's rounding comes to, signs and all; only receipts are money that is settled.

    Amounts that cancel out post nothing.
    """
    if amount == 0 or run.kind != REPAY_DETAIL.name:
        return
    currency = run.bank.currency
    _post(
        key=f"reconciliation:{run.pk}",
        kind="reconciliation.rounding",
        narrative=run.file_name,
        lines=rounding_lines(amount, currency, run.bank_id),
        on=on,
        at=at,
    )


def take_back_rounding(*, run: ReconRun, on: date, at: datetime) -> None:
    """Undo a run's rounding: another file has superseded it."""
    entry = JournalEntry.objects.filter(key=f"reconciliation:{run.pk}").first()
    if entry is not None:
        posting.reverse(
            entry=entry, key=f"{entry.key}:superseded", on=on, at=at, narrative=run.file_name
        )


def post_write_off(*, found: Break, on: date, at: datetime) -> None:
    """Post a difference that is given up; one without an amount posts nothing."""
    if found.amount == 0:
        return
    _post(
        key=f"break:{found.pk}",
        kind="reconciliation.write_off",
        narrative=found.key,
        lines=write_off_lines(found.amount, found.currency, found.bank_id),
        on=on,
        at=at,
    )


def _post(
    *, key: str, kind: str, narrative: str, lines: Sequence[Line], on: date, at: datetime
) -> None:
    # A lender may have opened its books before it had partner banks.
    chart.open_accounts(
        PARTNER_CHART, currency=lines[0].currency, actor=Actor.system("settlement"), at=at
    )
    posting.post(
        key=key, kind=kind, value_date=on, booked_on=on, at=at, narrative=narrative, lines=lines
    )
