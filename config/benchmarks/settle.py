"""A day's settlement with one bank, files and all: the action beside copying the shares out."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone
from tqdm import tqdm

from config.benchmarks.report import Measured
from config.synthetic import portfolio, scratch
from config.synthetic.shapes import Shape, lived
from lending.rules.calendar import add_months
from lending.rules.terms import DayCount, Method, Terms
from partners.actions import agreements, banks, daily
from partners.actions.banks import BankFacts
from partners.actions.terms import AgreementTerms
from partners.models import PartnerBank, Settlement
from tenancy import room
from tenancy.actors import Actor
from tenancy.models import Tenant

ACTOR = Actor.system("bench")
SHAPES = 200
BANK = "bench-bank"

# As the trigger would have written them: paid out, paid before, and the last receipt.
_PARTICIPATIONS = """
    INSERT INTO partners_participation (tenant_id, id, loan_id, version_id, bank_id, currency,
        decimals, ratio_bp, principal_fraction, interest_fraction, fee_fraction,
        penalty_fraction, holder, status, bank_loan_number, opened_at)
    SELECT loan.tenant_id, gen_random_uuid(), loan.id, %(version)s, %(bank)s, loan.currency, 2,
        7000, 0.7, 0.7, 0, 0.7, 'bank', 'ACTIVE', 'B-' || loan.number, %(at)s
    FROM lending_loan loan
    WHERE NOT EXISTS (SELECT FROM partners_participation held
                      WHERE held.tenant_id = loan.tenant_id AND held.loan_id = loan.id)
    RETURNING loan_id
"""
_SHARES = """
    WITH last AS (
        SELECT position.tenant_id, position.loan_id, position.sequence, position.disbursed,
            position.disbursed - position.principal AS principal, position.interest_paid,
            row.principal_paid AS last_principal, row.interest_paid AS last_interest
        FROM lending_loanposition position
        JOIN lending_instalment row
          ON row.tenant_id = position.tenant_id AND row.loan_id = position.loan_id
         AND row.due_on = %(on)s
        WHERE position.loan_id = ANY(%(loans)s)
    ), step AS (
        SELECT last.*, cut.sequence AS at_event, cut.booked_on, cut.component, cut.before,
            cut.after
        FROM last CROSS JOIN LATERAL (VALUES
            (1, %(on)s::date - 60, 'disbursed', 0, disbursed),
            (sequence - 1, %(on)s::date - 30, 'principal', 0, principal - last_principal),
            (sequence - 1, %(on)s::date - 30, 'interest', 0, interest_paid - last_interest),
            (sequence, %(on)s::date, 'principal', principal - last_principal, principal),
            (sequence, %(on)s::date, 'interest', interest_paid - last_interest, interest_paid)
        ) AS cut(sequence, booked_on, component, before, after)
    )
    INSERT INTO partners_share (tenant_id, participation_id, loan_id, bank_id, sequence,
        booked_on, component, total, bank_part, guarantor_part, own_part, spread, holder)
    SELECT step.tenant_id, held.id, step.loan_id, held.bank_id, step.at_event, step.booked_on,
        step.component, after - before, round(after * 0.7, 2) - round(before * 0.7, 2), 0,
        (after - round(after * 0.7, 2)) - (before - round(before * 0.7, 2)), 0, 'bank'
    FROM step JOIN partners_participation held
      ON held.tenant_id = step.tenant_id AND held.loan_id = step.loan_id
"""
_COPY = """
    COPY (
        SELECT loan.number, share.* FROM partners_share share
        JOIN lending_loan loan ON loan.tenant_id = share.tenant_id AND loan.id = share.loan_id
        ORDER BY loan.number, share.id
    ) TO STDOUT WITH (FORMAT csv)
"""


def measure(loans: int) -> Measured:
    """
    Settle a day on which every loan had one receipt; then copy its shares out in plain SQL.

    First with the bank, files and all; then what is about all banks: what has accrued for them,
    classes, cover. `throughput` counts both.
    """
    slug = f"bench-settle-{loans}-{int(time.time())}"
    tenant = scratch.scratch_tenant(slug, actor=ACTOR, at=timezone.now())
    on = tenant.business_date - timedelta(days=1)
    bank_id = _plant(tenant, loans, on)
    began = time.perf_counter()
    with room.entered(tenant.pk):
        settlement = daily.settle_with(actor=ACTOR, at=timezone.now(), on=on, bank_id=bank_id)
        with_bank = time.perf_counter() - began
        daily.settle_day(actor=ACTOR, on=on, clock=timezone.now)
    seconds = time.perf_counter() - began
    with room.enter(tenant.pk):
        files = list(Settlement.objects.get(pk=settlement.pk).files.all())
    copied = _copied(tenant)
    return Measured(
        work="settle",
        n=settlement.receipts,
        clients=1,
        throughput=settlement.receipts / seconds,
        p50_ms=seconds * 1000,
        p99_ms=seconds * 1000,
        floor=loans / copied,
        seconds=seconds,
        more={
            "with_the_bank_seconds": with_bank,
            "files": len(files),
            "rows": sum(file.rows for file in files),
            "megabytes": round(sum(file.size_bytes for file in files) / 1e6, 1),
        },
    )


def _plant(tenant: Tenant, loans: int, on: date) -> UUID:
    version = scratch.synthetic_version(tenant, actor=ACTOR, at=timezone.now())
    shapes = list(_paid_on(on, tenant.currency))
    with room.entered(tenant.pk), tqdm(total=loans, unit="loan", smoothing=0) as bar:
        portfolio.plant(
            shapes, loans, version=version, actor=ACTOR, at=timezone.now(), progress=bar.update
        )
        bank = _bank(on)
        with transaction.atomic(), connection.cursor() as cursor:
            facts: dict[str, Any] = {
                "version": _agreement(on), "bank": bank.pk, "at": timezone.now(), "on": on,
            }  # fmt: skip
            cursor.execute(_PARTICIPATIONS, facts)
            keys = [key for (key,) in cursor.fetchall()]
            cursor.execute(_SHARES, {**facts, "loans": keys})
    return bank.pk


def _paid_on(on: date, currency: str) -> Iterator[Shape]:
    """Loans in twelve instalments, of which the latest fell due, and was paid, on a day."""
    chance = random.Random(4)
    for _ in range(SHAPES):
        terms = Terms(
            principal=Decimal(chance.randrange(10, 1_000) * 100),
            currency=currency,
            annual_rate=Decimal("0.18"),
            method=Method.EQUAL_INSTALMENT,
            day_count=DayCount.ACTUAL_365,
            starts_on=add_months(on, -chance.randrange(2, 11)),
            periods=12,
            penalty_rate=Decimal("0.09"),
        )
        yield lived(terms, on + timedelta(days=1))


@room.atomic
def _bank(on: date) -> PartnerBank:
    facts = BankFacts(
        name="Synthetic bank",
        our_list_from=on,
        their_list_from=on,
        tier1_capital=Decimal(10) ** 10,
        total_loans=Decimal(10) ** 11,
    )
    return banks.register(actor=ACTOR, at=timezone.now(), code=BANK, facts=facts)


def _agreement(on: date) -> UUID:
    terms = AgreementTerms(
        model="CO_LEND",
        bank_ratio_bp=7_000,
        max_annual_rate=Decimal("0.24"),
        min_amount=Decimal(1_000),
        max_amount=Decimal(1_000_000),
        min_term=1,
        max_term=360,
        term_unit="days",
        effective_from=on,
    )
    draft = agreements.draft(
        actor=ACTOR, at=timezone.now(), code="bench-70", name="Synthetic", bank_code=BANK,
        terms=terms,
    )  # fmt: skip
    return draft.pk


def _copied(tenant: Tenant) -> float:
    began = time.perf_counter()
    with room.enter(tenant.pk), connection.cursor() as cursor:
        # As the action does: a loop would verify the room's token row by row.
        cursor.execute("SET LOCAL enable_nestloop = off")
        with cursor.copy(_COPY) as copy:
            for _ in copy:
                pass
    return time.perf_counter() - began
