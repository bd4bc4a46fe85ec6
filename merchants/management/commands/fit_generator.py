"""``manage.py fit_generator DIR``: the summary statistics that the generator draws from."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from merchants.actions import generation
from merchants.rules.generator_fitting import LAST_DAY


class Command(BaseCommand):
    """Fit once, offline; the real invoices themselves are never kept."""

    help = "Measures a folder of real invoices and writes merchants/rules/generator_fit.json."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Where the real invoices are."""
        parser.add_argument("folder", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        """Measure and write."""
        fit = generation.refitted(options["folder"], until=LAST_DAY)
        generation.FIT.write_text(
            json.dumps(fit, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
        )
        self.stdout.write(str(generation.FIT))
