"""An approved application routed: from its lock to the bank that has it, with all reasons kept."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from django.utils import timezone

from config.benchmarks.report import Measured, percentile
from config.synthetic.scratch import scratch_tenant
from lending.actions import applications, borrowers, products
from lending.actions.configuration import Configuration
from lending.models import ProductVersion
from partners.actions import agreements, banks, quotas, regulation, routing
from partners.actions.banks import BankFacts
from partners.actions.terms import AgreementTerms
from partners.models import Agreement, RoutingCandidate
from tenancy import room
from tenancy.actors import Actor
from tenancy.ids import uuid7
from tenancy.models import Tenant

ACTOR = Actor.system("bench")
SLUG = "bench-route-one-each"
PRODUCT = "partner"
BANKS = 8
WARM_UP = 10


def measure(count: int) -> Measured:
    """
    Route applications one after another, each in a transaction of its own.

    Eight banks, each with day, month and total quotas and under the Chinese rules; the lot
    decides among them, so that quotas, exposures and the month's placements grow as they do.
    """
    began = time.perf_counter()
    tenant = scratch_tenant(SLUG, actor=ACTOR, at=timezone.now())
    with room.entered(tenant.pk):
        with room.enter(tenant.pk):
            _furnish(tenant)
        waiting = list(_approved(WARM_UP + count, tenant.business_date))
        for key in waiting[:WARM_UP]:
            _route(key, tenant.business_date)
        spent = -time.process_time()
        taken = [_route(key, tenant.business_date) for key in waiting[WARM_UP:]]
        spent += time.process_time()
        with room.enter(tenant.pk):
            chosen = RoutingCandidate.objects.filter(is_chosen=True).count()
    return Measured(
        work="route",
        n=count,
        clients=1,
        throughput=count / sum(taken),
        p50_ms=percentile(taken, 50),
        p99_ms=percentile(taken, 99),
        floor=0,
        seconds=time.perf_counter() - began,
        more={
            "banks": BANKS,
            "placed_ever": chosen,
            # Ours alone, without the database's: what a busy machine does not lengthen.
            "cpu_ms_per_routing": spent / count * 1000,
        },
    )


def _route(key: UUID, on: date) -> float:
    began = time.perf_counter()
    routing.route(actor=ACTOR, at=timezone.now(), on=on, application_id=key)
    return time.perf_counter() - began


def _approved(count: int, on: date) -> Iterator[UUID]:
    """Applications that we approved, each of a borrower of its own, one a transaction."""
    consents = [{"recipient": f"bank-{number}"} for number in range(BANKS)]
    features: dict[str, str] = {}
    run = uuid7().hex[-12:]
    for number in range(count):
        now, reference = timezone.now(), f"{run}-{number}"
        with room.enter(room.current()):
            borrowers.register(
                actor=ACTOR, at=now, reference=reference, kind="person", name="Bench Borrower"
            )
            application = applications.submit(
                actor=ACTOR, at=now, on=on, borrower_reference=reference, product_code=PRODUCT,
                amount=Decimal(10_000), currency="CNY", term=90, purpose="Seed", channel="bench",
                evidence={
                    "as_of": on.isoformat(), "source": "bench", "features": features,
                    "consents": consents, "rural": {"region": "330102"},
                },
            )  # fmt: skip
            applications.decide_automatically(
                actor=ACTOR, at=now, on=on, application_id=application.pk
            )
            applications.approve(
                actor=ACTOR, at=now, on=on, application_id=application.pk, reason="bench"
            )
        yield application.pk


def _furnish(tenant: Tenant) -> None:
    on, now = tenant.business_date, timezone.now()
    if Agreement.objects.exists():
        return
    regulation.adopt(actor=ACTOR, at=now, jurisdiction="CN")
    if not ProductVersion.objects.filter(product__code=PRODUCT).exists():
        _product(on)
    since = on - timedelta(days=30)
    for number in range(BANKS):
        bank = banks.register(
            actor=ACTOR,
            at=now,
            code=f"bank-{number}",
            facts=BankFacts(
                name=f"Bank {number}",
                our_list_from=since,
                their_list_from=since,
                tier1_capital=Decimal(10) ** 11,
                total_loans=Decimal(10) ** 12,
            ),
        )
        version = agreements.draft(
            actor=ACTOR,
            at=now,
            code=bank.code,
            name=bank.name,
            bank_code=bank.code,
            terms=AgreementTerms(
                model="CO_LEND",
                bank_ratio_bp=7_000,
                max_annual_rate=Decimal("0.24"),
                min_amount=Decimal(1_000),
                max_amount=Decimal(500_000),
                min_term=30,
                max_term=360,
                term_unit="days",
                effective_from=on,
                exposure_cap=Decimal(10) ** 11,
                borrower_cap=Decimal(10) ** 11,
                weight=number + 1,
            ),
        )
        agreements.publish(actor=ACTOR, at=now, on=on, version_id=version.pk)
        for period in ("day", "month", "total"):
            quotas.set_quota(
                actor=ACTOR,
                at=now,
                agreement_id=version.agreement_id,
                period=period,
                amount=Decimal(10) ** 10,
            )


def _product(on: date) -> None:
    version = products.draft(
        actor=ACTOR,
        at=timezone.now(),
        code=PRODUCT,
        name="Partner loan",
        configuration=Configuration(
            method="bullet",
            currency="CNY",
            min_amount=Decimal(1_000),
            max_amount=Decimal(500_000),
            quoted_rate=Decimal("0.12"),
            rate_basis="annual",
            min_term=30,
            max_term=360,
            term_unit="days",
            funding="partner",
        ),
        effective_from=on,
    )
    products.publish(actor=ACTOR, at=timezone.now(), on=on, version_id=version.pk)
