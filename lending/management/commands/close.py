"""`manage.py close --tenant T [--to DATE]`: the daily close, as often as it takes."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from lending.actions import close
from lending.actions.close import StepReport
from tenancy import room
from tenancy.actors import Actor
from tenancy.errors import Refusal
from tenancy.models import Tenant


class Command(BaseCommand):
    """Print each step's rows and seconds; run it again after an interruption."""

    help = (
        "Closes a tenant's business dates until DATE is the open one (default: one day). "
        "Resumable: a close that was killed is simply run again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """The room, and the day that should be open afterwards."""
        parser.add_argument("--tenant", required=True, help="the tenant's address (slug)")
        parser.add_argument("--to", type=date.fromisoformat, help="YYYY-MM-DD")
        parser.add_argument("--json", action="store_true", help="last line: one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Enter the room, close, report."""
        tenant = Tenant.objects.filter(slug=options["tenant"]).first()
        if tenant is None:
            raise CommandError(f"no tenant {options['tenant']!r}")
        to = options["to"] or tenant.business_date + timedelta(days=1)
        try:
            with room.entered(tenant.pk):
                reports = close.run(
                    to=to,
                    actor=Actor.system("close"),
                    clock=timezone.now,
                    progress=self._tell,
                )
        except Refusal as refusal:
            raise CommandError(f"{refusal} ({refusal.code})") from refusal
        if options["json"]:
            self.stdout.write(json.dumps(summary(tenant.slug, to, reports)))

    def _tell(self, report: StepReport) -> None:
        self.stderr.write(
            f"{report.business_date}  {report.name:<10} {report.rows:>9} rows "
            f"{report.seconds:>8.3f} s"
        )


def summary(slug: str, to: date, reports: list[StepReport]) -> dict[str, Any]:
    """Return rows and seconds by step, over all days that were closed."""
    steps: dict[str, dict[str, Any]] = {}
    for report in reports:
        step = steps.setdefault(report.name, {"rows": 0, "seconds": 0.0})
        step["rows"] += report.rows
        step["seconds"] = round(step["seconds"] + report.seconds, 3)
    return {
        "tenant": slug,
        "business_date": to.isoformat(),
        "days": len({report.business_date for report in reports}),
        "seconds": round(sum(report.seconds for report in reports), 3),
        "steps": steps,
    }
