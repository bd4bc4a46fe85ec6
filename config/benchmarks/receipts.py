"""Many receipts in a row, as a bank's file brings them: the action beside plain psycopg."""

from __future__ import annotations

import time
from collections.abc import Callable
from uuid import UUID

import psycopg
from django.db import transaction
from django.utils import timezone
from tqdm import tqdm

from config.benchmarks import repay
from config.benchmarks.repay import Due
from config.benchmarks.repay_by_hand import ByHand
from config.benchmarks.report import Measured, middle, percentile
from config.database import address
from lending.actions import repayment
from tenancy import room
from tenancy.actors import Actor
from tenancy.ids import uuid7

ROUNDS = 3
# Receipts in one transaction: the commit is shared, and a loan is held for a moment only.
AT_ONCE = 50


def measure(receipts: int) -> Measured:
    """Book the receipts in one process, by turns through the action and by hand."""
    tenant_id, currency, today, due = repay.plant(receipts)
    began = time.perf_counter()
    run, actor = uuid7().hex, Actor.system("bench")
    taken: dict[str, list[float]] = {"action": [], "by_hand": []}
    with psycopg.connect(**address("app").parameters()) as connection:
        by_hand = ByHand(connection, tenant_id, currency, today)

        def receive(batch: list[Due]) -> None:
            with room.entered(tenant_id), transaction.atomic():
                for loan_id, amount in batch:
                    repayment.receive(
                        loan_id=loan_id,
                        amount=amount,
                        on=today,
                        key=_key(run, loan_id),
                        at=timezone.now(),
                        actor=actor,
                    )

        def receive_by_hand(batch: list[Due]) -> None:
            for loan_id, amount in batch:
                by_hand.repay(loan_id, amount, _key(run, loan_id))
            connection.commit()

        hands: dict[str, Callable[[list[Due]], None]] = {
            "action": receive,
            "by_hand": receive_by_hand,
        }
        share = len(due) // (ROUNDS * 2)
        with tqdm(total=len(due), unit="receipt", smoothing=0) as bar:
            for _ in range(ROUNDS):
                for how, work in hands.items():
                    batch, due = due[:share], due[share:]
                    taken[how].append(_book(work, batch))
                    bar.update(len(batch))
    each = [seconds / share for seconds in taken["action"]]
    return Measured(
        work="receipts",
        n=receipts,
        clients=1,
        throughput=share / middle(taken["action"]),
        p50_ms=percentile(each, 50),
        p99_ms=percentile(each, 99),
        floor=share / middle(taken["by_hand"]),
        seconds=time.perf_counter() - began,
    )


def _book(work: Callable[[list[Due]], None], batch: list[Due]) -> float:
    began = time.perf_counter()
    for first in range(0, len(batch), AT_ONCE):
        work(batch[first : first + AT_ONCE])
    return time.perf_counter() - began


def _key(run: str, loan_id: UUID) -> str:
    return f"bench:{run}:{loan_id}"
