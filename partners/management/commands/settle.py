"""`manage.py settle --tenant T [--date D]`: a closed day with every bank, as often as it takes."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from partners.actions import daily
from partners.models import Settlement
from tenancy import room
from tenancy.actors import Actor
from tenancy.errors import Refusal
from tenancy.models import Tenant


class Command(BaseCommand):
    """Print what the day comes to with each bank; run it again after an interruption."""

    help = (
        "Settles a closed business date (default: the last one) with every partner bank: "
        "figures, files, the instruction to pay. What is settled already stays as it is."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """The room, and the day."""
        parser.add_argument("--tenant", required=True, help="the tenant's address (slug)")
        parser.add_argument("--date", type=date.fromisoformat, help="YYYY-MM-DD")
        parser.add_argument("--json", action="store_true", help="last line: one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Enter the room, settle, report."""
        tenant = Tenant.objects.filter(slug=options["tenant"]).first()
        if tenant is None:
            raise CommandError(f"no tenant {options['tenant']!r}")
        on = options["date"] or tenant.business_date - timedelta(days=1)
        try:
            with room.entered(tenant.pk):
                settled = daily.settle_day(actor=Actor.system("settle"), on=on, clock=timezone.now)
                with room.enter(tenant.pk):
                    told = [_told(each) for each in settled]
        except Refusal as refusal:
            raise CommandError(f"{refusal} ({refusal.code})") from refusal
        for each in told:
            self.stderr.write(
                f"{on}  {each['bank']:<16} {each['receipts']:>7} receipts  "
                f"net {each['net']:>16}  {each['status']}  {len(each['files'])} files"
            )
        if options["json"]:
            shape = {"tenant": tenant.slug, "date": on.isoformat(), "settlements": told}
            self.stdout.write(json.dumps(shape))


def _told(settlement: Settlement) -> dict[str, Any]:
    return {
        "bank": settlement.bank.code,
        "status": settlement.status,
        "receipts": settlement.receipts,
        "net": f"{settlement.net:.2f}",
        "files": {file.name: file.sha256 for file in settlement.files.order_by("name")},
    }
