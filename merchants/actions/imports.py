"""Importing a file of invoices, however large."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from ledger.rules.money import exponent as exponent_of
from merchants.actions import batches, firms
from merchants.models import ImportRun, ImportStatus
from merchants.rules.cells import mapped, text
from merchants.rules.columns import UnknownColumns, invoice_columns, label_columns
from merchants.rules.invoices import Expectation, check
from tenancy import room
from tenancy.actions import audit, files
from tenancy.actions.files import READING, FileRefused, Progress
from tenancy.actions.rejects import RejectsFile, beside
from tenancy.actors import Actor
from tenancy.errors import FieldError
from tenancy.models import Tenant
from tenancy.permissions import Permission, require


@dataclass(frozen=True, slots=True)
class Report:
    """What became of a file; `rejects` is None when every row was good."""

    run: ImportRun
    rejects: Path | None


def import_invoices(
    *,
    actor: Actor,
    at: datetime,
    clock: Callable[[], datetime],
    path: Path,
    direction: str | None = None,
    on: date | None = None,
    can_register: bool = False,
    rejects: Path | None = None,
    progress: Progress = lambda _stage, _bytes: None,
) -> Report:
    """
    Take a file of invoices in, a transaction per batch; repeating it is harmless.

    Not one transaction: a file may be larger than memory, and what was taken in before a crash
    stays and is found "already there" by the next run. Call it inside `room.entered`.

    :param clock: tells when the import is over; a file may take hours
    :param direction: of all rows; None where the columns' names or a column say it
    :param on: the last day that is not in the future; None for the tenant's business date
    :param can_register: whether unknown firms become merchants, or their rows are set aside
    :param rejects: where rows go that are set aside; None for beside the file
    :raises FileRefused: when the file as a whole can't be read; nothing was taken in
    """
    require(actor, Permission.MERCHANT_IMPORT)
    tenant = Tenant.objects.get(pk=room.current())
    source = files.opened(path, progress)
    columns, direction = _columns(source, direction)
    exponent = exponent_of(tenant.currency)
    expectation = Expectation(
        columns, direction, on or tenant.business_date, tenant.currency, exponent
    )
    run = _start(actor=actor, at=at, source=source)
    book = batches.FirmBook(actor, at, can_register, {})
    try:
        with RejectsFile(rejects or beside(path)) as aside:
            for rows in source.rows():
                checked = check(rows, expectation)
                taken = batches.take_in(run=run, checked=checked, book=book, exponent=exponent)
                aside.write(taken.rejects)
                progress(READING, rows.consumed)
    except FileRefused:
        _end(actor=actor, at=clock(), run=run, status=ImportStatus.ABANDONED)
        raise
    _end(actor=actor, at=clock(), run=run, status=ImportStatus.FINISHED)
    return Report(run, aside.path if aside.count else None)


def import_labels(*, actor: Actor, at: datetime, path: Path) -> int:
    """
    Take in a small file of firms' credit histories (firm, rating, defaulted 0/1).

    :return: how many labels are new or other than before
    :raises FileRefused: when a row is wrong: half the labels would train a wrong scorecard
    """
    source = files.opened(path, lambda _stage, _bytes: None)
    try:
        columns = label_columns(source.columns)
    except UnknownColumns as fault:
        raise _unknown_columns(source, fault) from fault
    labels: dict[str, firms.Label] = {}
    for rows in source.rows():
        codes = text(rows.columns[columns["firm"]]).to_pylist()
        ratings = text(rows.columns[columns["rating"]]).to_pylist()
        meanings, index = mapped(rows.columns[columns["defaulted"]], _FLAGS.get)
        flags = [meanings[i] for i in index.tolist()]
        bad = [f"{r.line}: {r.reason.value}" for r in rows.rejects]
        bad += [
            f"{line}: {code!r}"
            for line, code, flag in zip(rows.lines.tolist(), codes, flags, strict=True)
            if flag is None or not code
        ]
        if bad:
            message = _("%(path)s: not a label in line %(lines)s")
            raise FileRefused(message % {"path": path.name, "lines": ", ".join(bad[:5])})
        for code, rating, flag in zip(codes, ratings, flags, strict=True):
            labels[code] = firms.Label(rating, bool(flag))
    return firms.label(actor=actor, at=at, labels=labels)


_FLAGS: dict[str, bool] = {
    **dict.fromkeys(("1", "是", "true", "yes"), True),
    **dict.fromkeys(("0", "否", "false", "no"), False),
}


def _columns(source: files.Source, direction: str | None) -> tuple[dict[str, str], str]:
    try:
        return invoice_columns(source.columns, direction)
    except UnknownColumns as fault:
        raise _unknown_columns(source, fault) from fault


def _unknown_columns(source: files.Source, fault: UnknownColumns) -> FileRefused:
    message = _("%(path)s (%(encoding)s) lacks columns: %(missing)s. It has: %(found)s")
    return FileRefused(
        message
        % {
            "path": source.path.name,
            "encoding": source.encoding,
            "missing": ", ".join(fault.missing),
            "found": ", ".join(fault.found)[:500],
        },
        errors=[FieldError(f"/columns/{name}", "", name) for name in fault.missing],
    )


@room.atomic
def _start(*, actor: Actor, at: datetime, source: files.Source) -> ImportRun:
    # A run of the same file that is still "running" was killed; its rows are kept.
    for killed in ImportRun.objects.for_update().filter(
        sha256=source.sha256, status=ImportStatus.RUNNING
    ):
        _end(actor=actor, at=at, run=killed, status=ImportStatus.ABANDONED)
    run: ImportRun = ImportRun.objects.create(
        file_name=source.path.name[-255:],
        sha256=source.sha256,
        size_bytes=source.size_bytes,
        encoding=source.encoding,
        started_at=at,
        started_by=actor.name,
    )
    audit.record(
        actor=actor, at=at, action="merchant.import", subject=run,
        changes={"file": run.file_name, "sha256": run.sha256, "encoding": run.encoding},
    )  # fmt: skip
    return run


@room.atomic
def _end(*, actor: Actor, at: datetime, run: ImportRun, status: ImportStatus) -> None:
    # The counts were made in the database, batch by batch.
    run.refresh_from_db()
    if run.status != ImportStatus.RUNNING:
        # Another import of the same file took this one for dead; it sees the rest through.
        return
    run.move_to(status, at=at)
    audit.record(
        actor=actor, at=at, action=f"merchant.import.{status.value}", subject=run,
        changes={
            "new": run.rows_new, "known": run.rows_known, "rejected": run.rows_rejected,
        },
    )  # fmt: skip
