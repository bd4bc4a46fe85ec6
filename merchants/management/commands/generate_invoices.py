"""``manage.py generate_invoices DIR --seed N``: invented firms, to try things with."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from merchants.actions import generation


class Command(BaseCommand):
    """Write a folder of CSV files."""

    help = "Writes invoices of invented firms, distributed like those of real ones, as CSV files."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Seed and size."""
        parser.add_argument("folder", type=Path)
        parser.add_argument("--seed", type=int, default=20260101)
        parser.add_argument("--firms", type=int, default=302, help="applicants")
        parser.add_argument("--labelled", type=int, default=123, help="with a credit history")
        parser.add_argument("--scale", type=float, default=1.0, help="share of the invoices")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write them, and say how many."""
        size = generation.Size(options["labelled"], options["firms"], options["scale"])
        rows = generation.write_folder(
            options["folder"], seed=options["seed"], size=size, progress=self.stderr.write
        )
        for name, count in rows.items():
            self.stdout.write(f"{name}: {count}")
