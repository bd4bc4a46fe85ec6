"""`manage.py seed --loans N [--tenant T]`: a synthetic portfolio of any size."""

from __future__ import annotations

import itertools
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from tqdm import tqdm

from config.synthetic import portfolio, scratch
from config.synthetic.shapes import Shape, draws, instalment_loans
from tenancy import room
from tenancy.actors import Actor
from tenancy.models import Tenant

SHAPES = 300


class Command(BaseCommand):
    """Seven draws to three instalment loans, the same for the same seed."""

    help = "Plants a synthetic, seeded portfolio, marked as synthetic, whose books hold `verify`."

    def add_arguments(self, parser: CommandParser) -> None:
        """How many, where, and from which seed."""
        parser.add_argument("--loans", type=int, required=True)
        parser.add_argument("--tenant", help="its address (slug); default: a tenant 'synthetic'")
        parser.add_argument("--seed", type=int, default=20260101)

    def handle(self, *args: Any, **options: Any) -> None:
        """Fold the shapes, then plant."""
        actor, began = Actor.system("seed"), time.perf_counter()
        tenant = _tenant(options["tenant"], actor)
        version = scratch.synthetic_version(tenant, actor=actor, at=timezone.now())
        shapes = mixed(tenant, options["seed"])
        with (
            room.entered(tenant.pk),
            tqdm(total=options["loans"], unit="loan", smoothing=0) as bar,
        ):
            portfolio.plant(
                shapes,
                options["loans"],
                version=version,
                actor=actor,
                at=timezone.now(),
                progress=bar.update,
            )
        seconds = time.perf_counter() - began
        self.stdout.write(f"{options['loans']} synthetic loans in {tenant.slug}, {seconds:.0f} s")


def mixed(tenant: Tenant, seed: int) -> list[Shape]:
    """Return the shapes, interleaved, so that any number of loans has the same mixture."""
    today, currency = tenant.business_date, tenant.currency
    loans = instalment_loans(today, currency, SHAPES * 3 // 10, seed)
    return list(itertools.chain(draws(today, currency, SHAPES * 7 // 10, seed), loans))


def _tenant(slug: str | None, actor: Actor) -> Tenant:
    if slug is None:
        return scratch.scratch_tenant("synthetic", actor=actor, at=timezone.now())
    tenant = Tenant.objects.filter(slug=slug).first()
    if tenant is None:
        raise CommandError(f"no tenant {slug!r}")
    return tenant
