"""Making a county's households known from its register, before anybody has visited them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from lending.rules.numbers import human_number
from rural.models import Household, Village
from rural.rules import county_rows
from rural.rules.county_rows import Column, Kind, Record
from rural.rules.forms.identity import MOBILE
from tenancy import room
from tenancy.actions import audit, files
from tenancy.actions.rejects import RejectsFile, beside
from tenancy.actors import Actor
from tenancy.errors import FieldError
from tenancy.fields import blind_index
from tenancy.ids import uuid7
from tenancy.permissions import Permission, require
from tenancy.rules.rejects import Reason, Reject

AT_ONCE = 1_000
SCHEMA = (
    Column("village", Kind.TEXT, is_required=True),
    Column("head_name", Kind.TEXT, is_required=True),
    Column("group", Kind.TEXT),
    Column("phone", Kind.TEXT),
    Column("latitude", Kind.DECIMAL, min=Decimal(-90), max=Decimal(90)),
    Column("longitude", Kind.DECIMAL, min=Decimal(-180), max=Decimal(180)),
)


@dataclass(slots=True)
class Counts:
    """What became of the rows; `rejects` is None when every row was good."""

    read: int = 0
    new: int = 0
    known: int = 0
    rejected: int = 0
    rejects: Path | None = None


def import_households(
    *, actor: Actor, at: datetime, on: date, path: Path, rejects: Path | None = None
) -> Counts:
    """
    Make households of a CSV or Parquet file known; those known by the head's number stay.

    Their records are empty until a form says something of them. Call it in a room.

    :raises FileRefused: if the file as a whole can't be read, or lacks columns
    """
    require(actor, Permission.COUNTY_IMPORT)
    file = files.opened(path, lambda _stage, _bytes: None)
    if lacking := county_rows.missing(SCHEMA, file.columns):
        raise files.FileRefused(
            _("%(path)s lacks columns: %(missing)s")
            % {"path": path.name, "missing": ", ".join(lacking)},
            errors=[FieldError(f"/columns/{name}", "", name) for name in lacking],
        )
    counts = Counts()
    with RejectsFile(rejects or beside(path)) as aside:
        for rows in file.rows():
            good, bad = county_rows.checked(rows, SCHEMA, on)
            places = _places(good)
            faults = [fault for each in good if (fault := _fault(each, places)) is not None]
            wrong = {fault.line for fault in faults}
            aside.write(sorted([*bad, *faults], key=lambda reject: reject.line))
            kept = [each for each in good if each.line not in wrong]
            counts.rejected += len({reject.line for reject in bad} | wrong)
            for start in range(0, len(kept), AT_ONCE):
                _write(kept[start : start + AT_ONCE], places, counts, actor, at, on)
    counts.read = counts.new + counts.known + counts.rejected
    counts.rejects = aside.path if aside.count else None
    return counts


def _places(records: Sequence[Record]) -> dict[str, Village]:
    codes = {record.values["village"] for record in records}
    return {village.code: village for village in Village.objects.filter(code__in=codes)}


def _fault(record: Record, places: dict[str, Village]) -> Reject | None:
    code, phone = record.values["village"], record.values.get("phone", "")
    if code not in places:
        return Reject(record.line, "village", code, "a village's code", Reason.UNKNOWN_PLACE)
    if phone and not MOBILE.fullmatch(phone):
        return Reject(record.line, "phone", "…", "11 digits from 13 on", Reason.NOT_A_NUMBER)
    return None


@room.atomic
def _write(
    records: Sequence[Record],
    places: dict[str, Village],
    counts: Counts,
    actor: Actor,
    at: datetime,
    on: date,
) -> None:
    keyed = {blind_index("id_number", record.id_number): record for record in records}
    held = set(
        Household.objects.filter(id_number_index__in=list(keyed)).values_list(
            "id_number_index", flat=True
        )
    )
    new = []
    for index, record in keyed.items():
        if index in held:
            continue
        values, key = record.values, uuid7()
        home = Household(
            id=key,
            code=human_number("H", on, key),
            village=places[values["village"]],
            group=values.get("group", "")[:40],
            head_name=values["head_name"][:50],
            latitude=values.get("latitude"),
            longitude=values.get("longitude"),
            created_at=at,
            changed_at=at,
        )
        home.set_numbers({"id_number": record.id_number, "phone": values.get("phone", "")})
        new.append(home)
    Household.objects.bulk_create(new)
    counts.new += len(new)
    counts.known += len(records) - len(new)
    if new:
        audit.record(actor=actor, at=at, action="household.import", changes={"new": len(new)})
