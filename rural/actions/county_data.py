"""A county's data: announced with its schema, taken in, used in the open, deleted with proof."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rural.models import (
    ConsentBasis,
    CountyDataUse,
    CountyImport,
    CountyImportStatus,
    CountyRecord,
    DataSource,
    DeletionCertificate,
    Household,
    Programme,
    ProgrammeAgreement,
)
from rural.rules import county_rows
from rural.rules.county_rows import Record
from tenancy import room
from tenancy.actions import audit, files
from tenancy.actions.rejects import RejectsFile, beside
from tenancy.actors import Actor
from tenancy.errors import FieldError, Invalid, NotFound, Refusal
from tenancy.fields import blind_index
from tenancy.permissions import Permission, require

Clock = Callable[[], datetime]
# Rows compared and written in one transaction.
AT_ONCE = 1_000
HUNDRED = Decimal(100)
# The farmer's yes or no on form F1.
CONSENT = "consent_county_data"


class NoBasis(Refusal):
    """No agreement in force lets us hold or use this data."""

    code = "no_data_basis"


@dataclass(frozen=True, slots=True)
class Report:
    """What became of a department's file; `rejects` is None when every row was good."""

    run: CountyImport
    rejects: Path | None


@room.atomic
def announce(
    *,
    actor: Actor,
    at: datetime,
    code: str,
    department: str,
    department_zh: str,
    programme_id: UUID,
    owner: str,
    columns: Sequence[Mapping[str, Any]],
    consent_basis: str,
    purpose: str,
    refresh_days: int,
) -> DataSource:
    """
    Make a department's data set known, with its schema, owner and basis; again is harmless.

    :raises Invalid: if the schema or the basis does not fit, or names what was not agreed
    """
    require(actor, Permission.PROGRAMME_MANAGE)
    known: DataSource | None = DataSource.objects.filter(code=code).first()
    if known is not None:
        return known
    programme = Programme.objects.filter(pk=programme_id).first()
    if programme is None:
        raise NotFound.of(_("Programme"), programme_id)
    errors = []
    try:
        schema = county_rows.schema(columns)
    except (ValueError, KeyError, ArithmeticError) as fault:
        schema = ()
        errors.append(FieldError("/columns", str(fault)[:80], _("named, typed columns")))
    agreed = {item for each in programme.agreements.all() for item in each.data_items}
    foreign = sorted({column.name for column in schema} - agreed)
    if foreign:
        expected = _("items of the programme's agreement")
        errors.append(FieldError("/columns", ", ".join(foreign)[:80], expected))
    if consent_basis not in ConsentBasis.values:
        expected = _("one of %s") % ", ".join(ConsentBasis.values)
        errors.append(FieldError("/consent_basis", consent_basis[:40], expected))
    if not 0 < refresh_days <= 3660:
        errors.append(FieldError("/refresh_days", str(refresh_days), "1–3660"))
    if not (code.strip() and department.strip() and owner.strip() and purpose.strip()):
        errors.append(FieldError("/department", department[:40], _("not empty")))
    if errors:
        raise Invalid(gettext_lazy("The data source does not fit"), errors=errors)
    source: DataSource = DataSource.objects.create(
        code=code, department=department, department_zh=department_zh, programme=programme,
        owner=owner, columns=list(columns), consent_basis=consent_basis, purpose=purpose,
        refresh_days=refresh_days,
    )  # fmt: skip
    audit.record(
        actor=actor, at=at, action="county_data.announce", subject=source, changes={"code": code}
    )
    return source


def import_records(
    *,
    actor: Actor,
    clock: Clock,
    on: date,
    path: Path,
    source_code: str,
    rejects: Path | None = None,
) -> Report:
    """
    Take a department's CSV or Parquet file in, a block at a time; call it in a room.

    A row that is there with the same content is left; one of the same person and item with other
    content takes its place. Bad rows go beside the file with line, field and reason.

    :raises FileRefused: if the file as a whole can't be read, or lacks columns
    :raises NoBasis: if no agreement of the programme is in force
    """
    require(actor, Permission.COUNTY_IMPORT)
    source = _source_to_fill(source_code, on)
    schema = county_rows.schema(source.columns)
    file = files.opened(path, lambda _stage, _bytes: None)
    if lacking := county_rows.missing(schema, file.columns):
        raise files.FileRefused(
            gettext_lazy("%(path)s lacks columns: %(missing)s")
            % {"path": path.name, "missing": ", ".join(lacking)},
            errors=[FieldError(f"/columns/{name}", "", name) for name in lacking],
        )
    run = _begin(actor=actor, at=clock(), source=source, file=file)
    try:
        with RejectsFile(rejects or beside(path)) as aside:
            for rows in file.rows():
                good, bad = county_rows.checked(rows, schema, on)
                aside.write(bad)
                lines = len({reject.line for reject in bad})
                _count(run, rows_read=len(good) + lines, rows_rejected=lines)
                for start in range(0, len(good), AT_ONCE):
                    _write(run, source, good[start : start + AT_ONCE], at=clock())
    except BaseException:
        _end(actor=actor, at=clock(), on=on, run=run, status=CountyImportStatus.ABANDONED)
        raise
    run = _end(actor=actor, at=clock(), on=on, run=run, status=CountyImportStatus.FINISHED)
    return Report(run, aside.path if aside.count else None)


@room.atomic
def use(
    *, actor: Actor, at: datetime, on: date, household_id: UUID, purpose: str
) -> dict[str, list[dict[str, str]]]:
    """
    Return what the departments say of a household's head, and write down that it was used.

    By source code, each record's values; no personal number is among them. Only sources whose
    programme has an agreement in force are read, and without the farmer's consent on form F1
    only published registers.
    """
    require(actor, Permission.CAPACITY_ASSESS)
    home = Household.objects.filter(pk=household_id).first()
    if home is None:
        raise NotFound.of(_("Household"), household_id)
    if not home.id_number_index:
        return {}
    in_force = ProgrammeAgreement.objects.in_force(on).values("programme")
    rows = CountyRecord.objects.filter(
        id_number_index=blind_index("id_number", home.id_number),
        source__programme__in=in_force,
        source__withdrawn_at__isnull=True,
    ).select_related("source")
    if home.values.get(CONSENT) is not True:
        rows = rows.filter(source__consent_basis=ConsentBasis.PUBLIC)
    found: dict[str, list[dict[str, str]]] = {}
    for row in rows.order_by("source__code", "item"):
        found.setdefault(row.source.code, []).append(row.values)
        CountyDataUse.objects.create(
            source=row.source, household=home, items=sorted(row.values), sha256=row.sha256,
            purpose=purpose, as_of=row.as_of, used_at=at, used_by=actor.name,
        )  # fmt: skip
    if found:
        changes = {"sources": sorted(found), "purpose": purpose}
        audit.record(actor=actor, at=at, action="county_data.use", subject=home, changes=changes)
    return found


@room.atomic
def withdraw(*, actor: Actor, at: datetime, source_id: UUID, reason: str) -> DeletionCertificate:
    """
    Delete all of a department's records, such as at a programme's end, and certify it.

    What was decided keeps its own evidence; who used what stays written down.
    """
    require(actor, Permission.PROGRAMME_MANAGE)
    source = _locked(source_id)
    source.withdrawn_at = source.withdrawn_at or at
    source.save(update_fields=["withdrawn_at"])
    return _delete(actor=actor, at=at, source=source, household=None, reason=reason, whose=None)


@room.atomic
def withdraw_household(
    *, actor: Actor, at: datetime, household_id: UUID, reason: str
) -> list[DeletionCertificate]:
    """Delete what every department said of a household's head, as he may ask, and certify it."""
    require(actor, Permission.HOUSEHOLD_RESOLVE)
    home = Household.objects.filter(pk=household_id).first()
    if home is None:
        raise NotFound.of(_("Household"), household_id)
    index = blind_index("id_number", home.id_number)
    held = CountyRecord.objects.filter(id_number_index=index) if index else None
    sources = [] if held is None else sorted(set(held.values_list("source_id", flat=True)))
    return [
        _delete(
            actor=actor, at=at, source=_locked(source_id), household=home, reason=reason,
            whose=index,
        )
        for source_id in sources
    ]  # fmt: skip


def _delete(
    *,
    actor: Actor,
    at: datetime,
    source: DataSource,
    household: Household | None,
    reason: str,
    whose: str | None,
) -> DeletionCertificate:
    if not reason.strip():
        errors = [FieldError("/reason", reason, _("not empty"))]
        raise Invalid(gettext_lazy("A deletion needs a reason"), errors=errors)
    held = CountyRecord.objects.for_update().filter(source=source)
    if whose is not None:
        held = held.filter(id_number_index=whose)
    hashes = list(held.values_list("sha256", flat=True))
    certificate: DeletionCertificate = DeletionCertificate.objects.create(
        source=source, household=household, rows=len(hashes),
        rows_sha256=county_rows.rows_hash(hashes), reason=reason, deleted_at=at,
        deleted_by=actor.name,
    )  # fmt: skip
    held.delete()
    changes = {"rows": len(hashes), "rows_sha256": certificate.rows_sha256}
    audit.record(
        actor=actor, at=at, action="county_data.delete", subject=certificate, changes=changes,
        reason=reason,
    )  # fmt: skip
    return certificate


@room.atomic
def _begin(*, actor: Actor, at: datetime, source: DataSource, file: files.Source) -> CountyImport:
    # A run of the same file that is still "running" was killed; its rows are kept.
    for killed in CountyImport.objects.for_update().filter(
        source=source, sha256=file.sha256, status=CountyImportStatus.RUNNING
    ):
        killed.move_to(CountyImportStatus.ABANDONED, at=at)
    run: CountyImport = CountyImport.objects.create(
        source=source, file_name=file.path.name[-255:], sha256=file.sha256,
        encoding=file.encoding, started_at=at, started_by=actor.name,
    )  # fmt: skip
    changes = {"file": run.file_name, "sha256": run.sha256}
    audit.record(actor=actor, at=at, action="county_data.import", subject=run, changes=changes)
    return run


@room.atomic
def _write(run: CountyImport, source: DataSource, records: Sequence[Record], at: datetime) -> None:
    """Insert what is new and replace what has changed; the last of two equal keys counts."""
    keyed = {(blind_index("id_number", each.id_number), each.item): each for each in records}
    held = {
        (row.id_number_index, row.item): row
        for row in CountyRecord.objects.for_update().filter(
            source=source, id_number_index__in={index for index, _item in keyed}
        )
    }
    new, changed = [], 0
    for (index, item), record in keyed.items():
        row = held.get((index, item))
        if row is None:
            new.append(
                CountyRecord(
                    source=source, county_import=run, id_number=record.id_number,
                    id_number_index=index, item=item, values=record.values,
                    sha256=record.sha256, as_of=record.as_of, received_at=at,
                )
            )  # fmt: skip
        elif row.sha256 != record.sha256:
            row.county_import, row.values, row.sha256 = run, record.values, record.sha256
            row.as_of, row.received_at = record.as_of, at
            row.save(update_fields=["county_import", "values", "sha256", "as_of", "received_at"])
            changed += 1
    CountyRecord.objects.bulk_create(new)
    known = len(records) - len(new) - changed
    CountyImport.objects.filter(pk=run.pk).update(
        rows_new=F("rows_new") + len(new),
        rows_changed=F("rows_changed") + changed,
        rows_known=F("rows_known") + known,
    )


@room.atomic
def _count(run: CountyImport, *, rows_read: int, rows_rejected: int) -> None:
    CountyImport.objects.filter(pk=run.pk).update(
        rows_read=F("rows_read") + rows_read, rows_rejected=F("rows_rejected") + rows_rejected
    )


@room.atomic
def _end(
    *, actor: Actor, at: datetime, on: date, run: CountyImport, status: CountyImportStatus
) -> CountyImport:
    run.refresh_from_db()
    if run.status != CountyImportStatus.RUNNING:
        return run
    run.move_to(status, at=at)
    if status == CountyImportStatus.FINISHED:
        good = run.rows_read - run.rows_rejected
        share = HUNDRED * good / run.rows_read if run.rows_read else Decimal(0)
        DataSource.objects.filter(pk=run.source_id).update(
            refreshed_on=on, quality=round(share, 2)
        )
    changes = {"read": run.rows_read, "rejected": run.rows_rejected}
    audit.record(
        actor=actor, at=at, action=f"county_data.import.{status.value}", subject=run,
        changes=changes,
    )  # fmt: skip
    return run


def _source_to_fill(code: str, on: date) -> DataSource:
    source = DataSource.objects.filter(code=code).first()
    if source is None:
        raise NotFound.of(_("County data source"), code)
    is_agreed = ProgrammeAgreement.objects.in_force(on).filter(programme=source.programme_id)
    if source.withdrawn_at is not None or not is_agreed.exists():
        raise NoBasis(gettext_lazy("No agreement in force lets us hold this data"))
    return source


def _locked(source_id: UUID) -> DataSource:
    source = DataSource.objects.for_update().filter(pk=source_id).first()
    if source is None:
        raise NotFound.of(_("County data source"), source_id)
    return source
