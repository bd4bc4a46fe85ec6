"""The door of ``manage.py import households``: a county's register."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from rural.actions import household_import
from tenancy import room
from tenancy.actors import Actor
from tenancy.models import Tenant


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of an import of households."""
    parser.add_argument("--on", type=date.fromisoformat, help="default: business date")
    parser.add_argument("--rejects", type=Path, help="file; default: PATH.rejected.csv")


def run(path: Path, options: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Import a register; the room is entered already."""
    counts = household_import.import_households(
        actor=Actor.system("import"),
        at=timezone.now(),
        on=options["on"] or Tenant.objects.get(pk=room.current()).business_date,
        path=path,
        rejects=options["rejects"],
    )
    result = {
        "file": path.name,
        "rows": counts.read,
        "new": counts.new,
        "known": counts.known,
        "rejected": counts.rejected,
        "rejects": str(counts.rejects) if counts.rejects else None,
    }
    line = _("%(file)s: %(new)d new, %(known)d already there, %(rejected)d rejected") % result
    return result, [line + (f" → {counts.rejects}" if counts.rejects else "")]
