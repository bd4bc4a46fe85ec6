"""Holds the engine against the test vectors of other loan systems."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from lending.management.conformance.run import run, summary, vectors


class Command(BaseCommand):
    """`manage.py conformance PATH… [--json]`."""

    help = "Run peer test vectors through the engine; nothing is skipped."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("paths", nargs="+", type=Path, help="files or folders of vectors")
        parser.add_argument(
            "--json", action="store_true", help="one JSON object, on the last line"
        )

    def handle(self, *args: Any, paths: list[Path], json: bool, **options: Any) -> None:
        try:
            outcomes = [run(vector) for vector in vectors(paths)]
        except (OSError, ValueError) as problem:
            raise CommandError(str(problem)) from problem
        result = summary(outcomes)
        for failed in result["failed"]:
            self._say(
                f"{failed['id']} ({failed['kind']}): {failed['where']}: "
                f"expected {failed['expected']}, got {failed['got']}",
                json,
            )
        self._say(f"{'kind':<20} {'passed':>6} {'total':>6}", json)
        for kind, count in result["kinds"].items():
            self._say(f"{kind:<20} {count['passed']:>6} {count['total']:>6}", json)
        passed = len(outcomes) - len(result["failed"])
        self._say(f"{passed} passed, {len(result['failed'])} failed", json)
        if json:
            self.stdout.write(_as_line(result))

    def _say(self, line: str, as_json: bool) -> None:
        """Write for people; beside a JSON answer that goes to stderr."""
        (self.stderr if as_json else self.stdout).write(line)


def _as_line(result: dict[str, Any]) -> str:
    return json.dumps(result, ensure_ascii=False)
