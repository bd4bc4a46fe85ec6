"""Putting a settlement's files out: written once, kept by their hash, corrected by the next."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from partners.models import Settlement, SettlementFile
from partners.rules.day import Day
from partners.rules.files import kinds
from partners.rules.files.names import FileName
from partners.rules.files.rows import Row, SettledStatus, SettleSummary
from partners.rules.files.writing import MEDIA_TYPE, Written, write
from tenancy import room
from tenancy.actions import audit, documents
from tenancy.actors import Actor

# Accounting records (会计档案管理办法, 2015, annex: statements of banks) stay ten years.
KEPT_FOR = timedelta(days=10 * 366)
# What is published even where a day has no rows: the bank must be able to tell "nothing" from
# "not yet".
ALWAYS = (kinds.REPAY_DETAIL, kinds.OUTSTANDING, kinds.DISBURSE)


@room.atomic
def publish(
    *, actor: Actor, at: datetime, settlement: Settlement, day: Day, reason: str = ""
) -> list[SettlementFile]:
    """
    Write the files of a day; those whose content is as published before stay as they are.

    The caller holds the settlement's lock. A file that differs from the one before gets the next
    number and names it.

    :param reason: why the day is published again; empty the first time
    """
    rows: dict[str, list[Row]] = {kind.name: [] for kind in ALWAYS}
    rows |= {name: list(each) for name, each in day.files.items()}
    rows[kinds.REPAY_DETAIL.name] = list(day.repaid)
    rows[kinds.SETTLE_SUMMARY.name] = [_summary(settlement)]
    latest = {file.kind: file for file in settlement.files.order_by("seq")}
    published = []
    for name, each in rows.items():
        before = latest.get(name)
        seq = before.seq if before else 1
        written = write(_name(settlement, name, seq), each)
        if before is not None:
            # The same number gives the same bytes if nothing has changed.
            if written.sha256 == before.sha256:
                continue
            written = write(_name(settlement, name, seq + 1), each)
        file = _keep(settlement, written, before, actor=actor, at=at, reason=reason)
        published.append(file)
    return published


def _name(settlement: Settlement, kind: str, seq: int) -> FileName:
    return FileName(settlement.bank.code, kinds.KINDS[kind], settlement.on, seq)


def _summary(settlement: Settlement) -> SettleSummary:
    return SettleSummary(
        settle_date=settlement.on,
        partner=settlement.bank.code,
        gross_receipts=settlement.gross_receipts,
        partner_share=settlement.partner_share,
        fees_due_to_platform=settlement.fees_due_to_platform,
        fees_due_to_partner=settlement.fees_due_to_partner,
        # What the bank collected is an adjustment to its file, which has no column of its own.
        adjustments=settlement.adjustments - settlement.collected_by_bank,
        compensation=settlement.compensation,
        net_pay_to_partner=settlement.net,
        bank_ref=settlement.bank_ref,
        status=SettledStatus(settlement.status),
    )


def _keep(
    settlement: Settlement,
    written: Written,
    before: SettlementFile | None,
    *,
    actor: Actor,
    at: datetime,
    reason: str,
) -> SettlementFile:
    document = documents.store(
        actor=actor,
        at=at,
        content=written.content,
        media_type=MEDIA_TYPE,
        name=str(written.name),
        subject=settlement,
        retain_until=settlement.on + KEPT_FOR,
    )
    file: SettlementFile = SettlementFile.objects.create(
        settlement=settlement,
        kind=written.name.kind.name,
        seq=written.name.seq,
        name=str(written.name),
        rows=written.rows,
        sum=written.sum,
        sha256=written.sha256,
        size_bytes=len(written.content),
        document=document,
        companion=written.companion(str(before) if before else "").decode(),
        supersedes=before,
        published_at=at,
        reason=reason,
    )
    audit.record(
        actor=actor, at=at, action="settlement.publish", subject=file, changes=_facts(file),
        reason=reason,
    )  # fmt: skip
    return file


def _facts(file: SettlementFile) -> dict[str, Any]:
    facts = {"name": file.name, "rows": file.rows, "sum": str(file.sum), "sha256": file.sha256}
    return facts | {"supersedes": str(file.supersedes) if file.supersedes else None}
