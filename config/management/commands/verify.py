"""`manage.py verify [--tenant T] [--json]`: proves the books, from every app's proofs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from psycopg import IsolationLevel

from ledger.queries import proofs as ledger_proofs
from lending.queries import proofs as lending_proofs
from partners.queries import proofs as partners_proofs
from scoring.actions import proofs as scoring_proofs
from tenancy import room
from tenancy.models import Tenant
from tenancy.proofs import Failure
from tenancy.queries import proofs as tenancy_proofs


class Command(BaseCommand):
    """Exit 1 names each row that fails a proof."""

    help = (
        "Proves that entries balance, every loan equals its postings, instalments equal a fresh "
        "fold, decisions replay, the audit chain is unbroken and every tenant table is guarded."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """One room, or all of them."""
        parser.add_argument("--tenant", help="the tenant's address (slug); default: all")
        parser.add_argument("--json", action="store_true", help="last line: one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Prove room by room, each in one snapshot."""
        held: dict[str, bool] = {}
        failures: list[Failure] = []
        for tenant in _tenants(options["tenant"]):
            for name, found in prove(tenant).items():
                held[name] = held.get(name, True) and not found
                failures += found
                self.stderr.write(f"{tenant.slug}: {name} {'FAILED' if found else 'holds'}")
                for failure in found:
                    self.stderr.write(
                        f"  {failure.row}: expected {failure.expected}, got {failure.got}"
                    )
        if options["json"]:
            shape = {"proofs": held, "failures": [asdict(failure) for failure in failures]}
            self.stdout.write(json.dumps(shape, ensure_ascii=False))
        if failures:
            raise SystemExit(1)


def prove(tenant: Tenant) -> dict[str, list[Failure]]:
    """Run every proof in a tenant's room; return the failures of each by its name."""
    with one_snapshot(), room.enter(tenant.pk):
        found = {name: proof() for name, proof in tenancy_proofs.PROOFS.items()}
        found |= {name: proof() for name, proof in ledger_proofs.PROOFS.items()}
        found |= {name: proof() for name, proof in scoring_proofs.PROOFS.items()}
        found |= {name: proof() for name, proof in partners_proofs.PROOFS.items()}
        return found | lending_proofs.prove()


@contextmanager
def one_snapshot() -> Iterator[None]:
    """Let the next transactions see one moment each, so that nothing moves under a proof."""
    if connection.in_atomic_block:  # a test's transaction has begun already
        yield
        return
    connection.ensure_connection()
    before = connection.connection.isolation_level
    connection.connection.isolation_level = IsolationLevel.REPEATABLE_READ
    try:
        yield
    finally:
        connection.connection.isolation_level = before


def _tenants(slug: str | None) -> list[Tenant]:
    tenants = Tenant.objects.order_by("slug")
    if slug is not None:
        tenants = tenants.filter(slug=slug)
        if not tenants:
            raise CommandError(f"no tenant {slug!r}")
    return list(tenants)
