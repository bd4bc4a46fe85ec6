"""Tells an operator the secret that a payment rail signs its callbacks with."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from lending.rails import signing
from tenancy import room
from tenancy.models import Tenant


class Command(BaseCommand):
    """`manage.py rail_secret --tenant T --rail R`."""

    help = "Print the secret with which a rail signs what it posts to /api/v1/rails/R/callbacks."

    def add_arguments(self, parser: CommandParser) -> None:
        """The room and the rail."""
        parser.add_argument("--tenant", required=True, help="the tenant's address (slug)")
        parser.add_argument("--rail", default="sandbox")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print it; whoever may run commands may read the key it is derived from."""
        tenant = Tenant.objects.filter(slug=options["tenant"]).first()
        if tenant is None:
            raise CommandError(f"no tenant {options['tenant']!r}")
        with room.entered(tenant.pk):
            self.stdout.write(signing.secret(options["rail"]))
