"""``manage.py generate_households --tenant T --county C --n N --officer U --colleague V``."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from rural.actions import generation
from tenancy import room
from tenancy.actors import Actor
from tenancy.errors import Refusal
from tenancy.models import Membership, Tenant
from tenancy.roles import Role

NOON = time(12)


class Command(BaseCommand):
    """Send invented households in."""

    help = "Sends in forms of invented households, marked synthetic, as an officer's phone would."

    def add_arguments(self, parser: CommandParser) -> None:
        """Whose room, where, how many, who signs."""
        parser.add_argument("--tenant", required=True, help="the tenant's address (slug)")
        parser.add_argument("--county", required=True, help="code of a county or what lies in it")
        parser.add_argument("--n", type=int, default=20, help="households")
        parser.add_argument("--seed", type=int, default=20260101)
        parser.add_argument(
            "--on", type=date.fromisoformat, help="the day of the visits; else the business date"
        )
        parser.add_argument("--officer", required=True, help="user name of who sends")
        parser.add_argument("--colleague", required=True, help="user name of who signs with him")

    def handle(self, *args: Any, **options: Any) -> None:
        """Send them, and say which."""
        tenant = Tenant.objects.filter(slug=options["tenant"]).first()
        if tenant is None:
            raise CommandError(f"there is no tenant {options['tenant']}")
        on = options["on"] or tenant.business_date
        with room.entered(tenant.pk):
            member = _member(options["officer"])
            if member is None:
                raise CommandError(f"{options['officer']} does not work here")
            actor = Actor(
                kind="user",
                id=str(member.user.pk),
                name=member.user.name,
                role=Role(member.role),
                source="generate_households",
            )
            try:
                made = generation.generate(
                    actor=actor,
                    # Seasons go by the day on which a form is finished.
                    at=datetime.combine(on, NOON, tzinfo=tenant.zone),
                    on=on,
                    county=options["county"],
                    count=options["n"],
                    seed=options["seed"],
                    colleague=options["colleague"],
                    told=lambda household: self.stdout.write(str(household)),
                )
            except Refusal as refusal:
                told = "; ".join(f"{e.pointer}: {e.expected}" for e in refusal.errors)
                raise CommandError(f"{refusal} {told}".strip()) from refusal
        self.stdout.write(f"{len(made)} households")


@room.atomic
def _member(username: str) -> Membership | None:
    held = Membership.objects.filter(user__username=username, is_active=True)
    return held.select_related("user").first()
