"""`manage.py demo`: the main job on a running installation, then serve it."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections

from config.demonstration import guide
from config.demonstration.county import banks
from config.demonstration.invoices import InputIncomplete
from config.demonstration.story import Story
from config.running import PortTaken, running, wait

PORT = 8000


class Command(BaseCommand):
    """What a stranger runs first; a second run resumes where the first one was."""

    help = (
        "Three lenders, their people and products; firms apply through the API, farmers through "
        "officers, two banks in sandboxes lend along, days are closed and settled, the books "
        "are proved."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Where the firms come from, and what happens afterwards."""
        parser.add_argument(
            "--input", type=Path, help="folder with the firms' invoices; default: invented firms"
        )
        parser.add_argument("--once", action="store_true", help="do the main job and end")
        parser.add_argument("--json", action="store_true", help="last line: one JSON object")
        parser.add_argument("--port", type=int, default=PORT)
        parser.add_argument("--workers", type=int, default=2)

    def handle(self, *args: Any, **options: Any) -> None:
        """Start web and workers, play the story, then serve until Ctrl-C."""
        port = 0 if options["once"] else options["port"]
        try:
            workers = options["workers"]
            with running(port, workers=workers, sandboxes=banks.SANDBOXES) as address:
                figures = Story(address, options["input"], sys.stderr).play()
                self._tell(figures, address, options)
                if not options["once"]:
                    connections.close_all()
                    wait()
        except (PortTaken, InputIncomplete) as problem:
            raise CommandError(str(problem)) from problem
        if not all(figures["proofs"].values()):
            raise CommandError("The books do not prove; the failures stand above")

    def _tell(self, figures: dict[str, Any], address: str, options: dict[str, Any]) -> None:
        if options["json"]:
            self.stdout.write(json.dumps(figures))
        if options["once"]:
            return
        self.stderr.write(guide.told(address))
