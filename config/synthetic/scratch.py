"""A tenant of its own for measuring and for looking at large numbers."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from ledger.actions import chart
from lending.actions import products
from lending.actions.configuration import Configuration
from lending.models import ProductVersion
from tenancy import room
from tenancy.actions.tenants import open_tenant
from tenancy.actors import Actor
from tenancy.models import Tenant

TODAY = date(2026, 11, 23)


def scratch_tenant(slug: str, *, actor: Actor, at: datetime) -> Tenant:
    """Open a tenant with a chart, or return the one that has the address."""
    tenant = Tenant.objects.filter(slug=slug).first()
    if tenant is None:
        tenant = open_tenant(
            slug=slug, name=f"Scratch {slug}", business_date=TODAY, actor=actor, at=at
        )
    with room.enter(tenant.pk):
        chart.open_accounts(currency=tenant.currency, actor=actor, at=at)
    return tenant


def synthetic_version(tenant: Tenant, *, actor: Actor, at: datetime) -> ProductVersion:
    """Return the published product that synthetic loans are of; call it in the room."""
    with room.enter(tenant.pk):
        known = ProductVersion.objects.published().filter(product__code="synthetic").first()
        if known is not None:
            return known
        draft = products.draft(
            actor=actor,
            at=at,
            code="synthetic",
            name="Synthetic",
            name_zh="合成数据",
            configuration=Configuration(
                method="bullet",
                currency=tenant.currency,
                min_amount=Decimal(1_000),
                max_amount=Decimal(1_000_000),
                quoted_rate=Decimal("0.0006"),
                rate_basis="daily",
                min_term=30,
                max_term=365,
                term_unit="days",
            ),
            effective_from=tenant.business_date,
        )
        return products.publish(actor=actor, at=at, on=tenant.business_date, version_id=draft.pk)
