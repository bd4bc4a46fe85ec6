# ruff: noqa: N999 - the command is called import, as `manage.py import` says
"""``manage.py import {invoices,county,households} PATH --tenant T``: files into a room."""

import json
from pathlib import Path
from typing import Any, Protocol

from django.core.management.base import BaseCommand, CommandError, CommandParser

from merchants.management import invoices
from rural.management import county, households
from tenancy import room
from tenancy.errors import Refusal
from tenancy.models import Tenant


class Kind(Protocol):
    """What each kind of import, a module of its channel, offers to this command."""

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the options that only this kind has."""

    def run(self, path: Path, options: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
        """Import inside the room; return the result for scripts and the lines for people."""


KINDS: dict[str, Kind] = {
    "invoices": invoices,
    "county": county,
    "households": households,
}


class Command(BaseCommand):
    """Dispatch to the channel that knows the kind of file."""

    help = (
        "Streams CSV or Parquet into a tenant. Bad rows go to PATH.rejected.csv with line, field "
        "and reason; repeating an import is harmless."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """One sub-command per kind, so that each has its own options."""
        kinds = parser.add_subparsers(dest="kind", required=True, metavar="KIND")
        for name, kind in KINDS.items():
            options = kinds.add_parser(name)
            options.add_argument("path", type=Path, help="file or folder")
            options.add_argument("--tenant", required=True, help="the tenant's address (slug)")
            options.add_argument("--json", action="store_true", help="last line: one JSON object")
            kind.add_arguments(options)

    def handle(self, *args: Any, **options: Any) -> None:
        """Enter the room, import, report."""
        tenant = Tenant.objects.filter(slug=options["tenant"]).first()
        if tenant is None:
            known = ", ".join(Tenant.objects.order_by("slug").values_list("slug", flat=True))
            raise CommandError(f"no tenant {options['tenant']!r}; there are: {known or 'none'}")
        try:
            with room.entered(tenant.pk):
                result, lines = KINDS[options["kind"]].run(options["path"], options)
        except Refusal as refusal:
            raise CommandError(f"{refusal} ({refusal.code})") from refusal
        for line in lines:
            self.stdout.write(line)
        if options["json"]:
            self.stdout.write(json.dumps(result, ensure_ascii=False))
