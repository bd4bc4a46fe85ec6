"""`manage.py bench WORK`: measures beside the floor for the same work, on a scratch tenant."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from config.benchmarks import (
    accrual,
    apply,
    close,
    decide,
    imports,
    receipts,
    repay,
    routing,
    settle,
)
from config.benchmarks.report import Measured


class Command(BaseCommand):
    """One kind of work a run."""

    help = (
        "Measures a kind of work beside the same work in plain SQL or plain psycopg, in the same "
        "run. Works in tenants of its own, which stay: use a database that you can throw away."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """What to measure, and how much of it."""
        parser.add_argument("work", choices=sorted(WORKS))
        parser.add_argument("--loans", type=int, help="how much: loans, applications or rows")
        parser.add_argument("--clients", type=int, default=8, help="client processes")
        parser.add_argument("--json", action="store_true", help="last line: one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Measure and report."""
        shape = WORKS[options["work"]](options).shape
        for name, value in shape.items():
            self.stderr.write(f"{name:<20} {value}")
        if options["json"]:
            self.stdout.write(json.dumps(shape))


def _accrual(options: dict[str, Any]) -> Measured:
    return accrual.measure(options["loans"] or 200_000)


def _close(options: dict[str, Any]) -> Measured:
    return close.measure(options["loans"] or 200_000)


def _receipts(options: dict[str, Any]) -> Measured:
    return receipts.measure(options["loans"] or 6_000)


def _repay(options: dict[str, Any]) -> Measured:
    return repay.measure(options["loans"] or 30_000, options["clients"])


def _import(options: dict[str, Any]) -> Measured:
    return imports.measure(options["loans"] or 200_000)


def _decide(options: dict[str, Any]) -> Measured:
    return decide.measure(options["loans"] or 300)


def _apply(options: dict[str, Any]) -> Measured:
    return apply.measure(options["loans"] or 300, options["clients"])


def _route(options: dict[str, Any]) -> Measured:
    return routing.measure(options["loans"] or 200)


def _settle(options: dict[str, Any]) -> Measured:
    return settle.measure(options["loans"] or 50_000)


WORKS = {
    "accrual": _accrual,
    "apply": _apply,
    "close": _close,
    "decide": _decide,
    "import": _import,
    "receipts": _receipts,
    "repay": _repay,
    "route": _route,
    "settle": _settle,
}
