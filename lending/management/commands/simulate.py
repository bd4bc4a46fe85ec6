"""Folds one loan from stdin to stdout: no database, no clock."""

from __future__ import annotations

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from lending.rules.simulation import simulate


class Command(BaseCommand):
    """`manage.py simulate < case.json`."""

    help = "Read terms, events and a day as JSON; write the loan as it stands then."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            # Numbers with a point would be floats: amounts are strings, and 0.1 is refused.
            case = json.load(sys.stdin)
            answer = simulate(case)
        except ValueError as problem:
            raise CommandError(str(problem)) from problem
        self.stdout.write(json.dumps(answer, ensure_ascii=False))
