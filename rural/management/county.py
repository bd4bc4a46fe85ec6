"""The door of ``manage.py import county``: one department's file."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from rural.actions import county_data
from tenancy import room
from tenancy.actors import Actor
from tenancy.models import Tenant


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of an import of county data."""
    parser.add_argument("--source", required=True, help="the data source's code")
    parser.add_argument(
        "--on", type=date.fromisoformat, help="last day not in the future; default: business date"
    )
    parser.add_argument("--rejects", type=Path, help="file; default: PATH.rejected.csv")


def run(path: Path, options: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Import a department's file; the room is entered already."""
    started = time.perf_counter()
    report = county_data.import_records(
        actor=Actor.system("import"),
        clock=timezone.now,
        on=options["on"] or Tenant.objects.get(pk=room.current()).business_date,
        path=path,
        source_code=options["source"],
        rejects=options["rejects"],
    )
    held = report.run
    result = {
        "file": held.file_name,
        "sha256": held.sha256,
        "encoding": held.encoding,
        "rows": held.rows_read,
        "new": held.rows_new,
        "changed": held.rows_changed,
        "known": held.rows_known,
        "rejected": held.rows_rejected,
        "rejects": str(report.rejects) if report.rejects else None,
        "seconds": round(time.perf_counter() - started, 3),
    }
    line = _(
        "%(file)s (%(encoding)s): %(new)d new, %(changed)d changed, %(known)d already there, "
        "%(rejected)d rejected"
    )
    tail = f" → {report.rejects}" if report.rejects else ""
    return result, [line % result + tail]
