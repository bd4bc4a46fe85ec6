"""A scratch lender who decides: firms with invoices, a card trained on them, policy, product."""

from __future__ import annotations

import csv
import io
import tempfile
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from django.utils import timezone

from config.synthetic.scratch import scratch_tenant, synthetic_version
from lending.actions import regulation
from lending.models import RegulationRule
from merchants.actions import generation, imports
from merchants.models import Merchant
from merchants.queries import features
from scoring.actions import cards, policies, training
from scoring.models import Scorecard, ScorecardStatus
from scoring.queries.samples import catalogue, policy
from tenancy import room
from tenancy.actions.tenants import open_tenant
from tenancy.actors import Actor
from tenancy.models import Tenant

ACTOR = Actor.system("bench")
# The invented firms' last invoices are of February 2020: on this day they are in business.
TODAY = date(2020, 3, 2)
CARD, TARGET = "merchant_flow", "defaulted"
_SEED = 7


@dataclass(frozen=True, slots=True)
class Firms:
    """How many firms have a credit history, how many apply, and their share of invoices."""

    labelled: int = 123
    applicants: int = 60
    scale: float = 0.2


@dataclass(frozen=True, slots=True)
class Wish:
    """What every firm applies for, again and again."""

    product_code: str = "synthetic"
    amount: Decimal = Decimal(50_000)
    term: int = 90
    purpose: str = "stock for the season"


def deciding_lender(slug: str, firms: Firms) -> tuple[Tenant, list[str]]:
    """Open a lender with everything that a decision needs; return it and its applicants' codes."""
    if not Tenant.objects.filter(slug=slug).exists():
        open_tenant(
            slug=slug, name=f"Scratch {slug}", business_date=TODAY, actor=ACTOR, at=timezone.now()
        )
    tenant = scratch_tenant(slug, actor=ACTOR, at=timezone.now())
    with room.entered(tenant.pk):
        with room.enter(tenant.pk):
            is_ready = Scorecard.objects.filter(status=ScorecardStatus.APPROVED).exists()
        if not is_ready:
            _import(firms)
            _train()
        with room.enter(tenant.pk):
            if not RegulationRule.objects.exists():
                regulation.adopt(actor=ACTOR, at=timezone.now(), jurisdiction=tenant.jurisdiction)
            applicants = Merchant.objects.filter(is_labelled=False).order_by("code")
            codes = list(applicants.values_list("code", flat=True))
    synthetic_version(tenant, actor=ACTOR, at=timezone.now())
    return tenant, codes


def _import(firms: Firms) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        size = generation.Size(firms.labelled, firms.applicants, firms.scale)
        generation.write_folder(folder, seed=_SEED, size=size)
        imports.import_labels(actor=ACTOR, at=timezone.now(), path=folder / "labels.csv")
        for path in sorted(folder.glob("*_*.csv")):
            imports.import_invoices(
                actor=ACTOR, at=timezone.now(), clock=timezone.now, path=path, can_register=True
            )


def _train() -> None:
    tenant_id, known = room.current(), catalogue(CARD)
    with room.enter(tenant_id):
        run = cards.train(
            actor=ACTOR,
            at=timezone.now(),
            name=CARD,
            content=_labelled_file(),
            media_type="text/csv",
            target=TARGET,
            catalogue=known,
            intended_use="Measuring",
            retain_until=TODAY,
        )
    # The task that was sent finds the run worked off already.
    done = training.run(actor=ACTOR, at=timezone.now(), on=TODAY, run_id=run.pk)
    if done.scorecard_id is None:
        raise RuntimeError(f"no card could be trained: {done.message}")
    with room.enter(tenant_id):
        cards.approve(actor=ACTOR, at=timezone.now(), card_id=done.scorecard_id)
        names = {feature["name"] for feature in known["features"]}
        policies.publish(
            actor=ACTOR, at=timezone.now(), name=CARD, table=policy(CARD), features=names
        )


def _labelled_file() -> bytes:
    rows = []
    for merchant in Merchant.objects.filter(is_labelled=True).order_by("code"):
        values = features.features(merchant, TODAY)
        row = {name: "" if value is None else f"{value:f}" for name, value in values.items()}
        rows.append({**row, TARGET: int(bool(merchant.is_defaulted))})
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()
