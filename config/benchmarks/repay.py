"""Single repayments by several client processes: the action beside plain psycopg."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from multiprocessing.connection import Connection
from typing import Any
from uuid import UUID

import django
import psycopg
from django.db.models import F
from django.utils import timezone
from tqdm import tqdm

from tenancy import room
from tenancy.actors import Actor
from tenancy.ids import uuid7

# One repayment to make: which loan, how much.
Due = tuple[UUID, Decimal]
ROUNDS = 3
ROUND_SECONDS = 4.0
SHAPES = 200


def measure(loans: int, clients: int) -> Any:
    """Let the clients repay what is due today, by turns through the action and by hand."""
    from config.benchmarks.report import Measured, middle, percentile

    tenant_id, currency, today, due = plant(loans)
    began = time.perf_counter()
    team = [_Client(tenant_id, currency, today) for _ in range(clients)]
    done: dict[str, list[list[float]]] = {"action": [], "by_hand": []}
    share = len(due) // (ROUNDS * 2)
    for _ in range(ROUNDS):
        for how, rounds in done.items():
            batch, due = due[:share], due[share:]
            rounds.append(_round(team, how, batch))
    for client in team:
        client.stop()
    taken = [seconds for round_ in done["action"] for seconds in round_]
    by_hand = [seconds for round_ in done["by_hand"] for seconds in round_]
    return Measured(
        work="repay",
        n=len(taken),
        clients=clients,
        throughput=middle([_rate(round_, clients) for round_ in done["action"]]),
        p50_ms=percentile(taken, 50),
        p99_ms=percentile(taken, 99),
        floor=middle([_rate(round_, clients) for round_ in done["by_hand"]]),
        seconds=time.perf_counter() - began,
        more={"floor_p50_ms": percentile(by_hand, 50), "floor_p99_ms": percentile(by_hand, 99)},
    )


def _rate(taken: list[float], clients: int) -> float:
    """Repayments a second: each client works without a pause."""
    return len(taken) / (sum(taken) / clients)


def _round(team: list[_Client], how: str, batch: list[Due]) -> list[float]:
    for number, client in enumerate(team):
        client.pipe.send((how, batch[number :: len(team)]))
    return [seconds for client in team for seconds in client.pipe.recv()]


class _Client:
    """One process with a connection of each kind, which waits for work."""

    def __init__(self, tenant_id: int, currency: str, today: date) -> None:
        # Spawned, not forked: a database connection can't be shared.
        context = multiprocessing.get_context("spawn")
        self.pipe, other = context.Pipe()
        self.process = context.Process(target=_serve, args=(other, tenant_id, currency, today))
        self.process.start()
        if self.pipe.recv() != "ready":
            raise RuntimeError("a client could not start")

    def stop(self) -> None:
        self.pipe.send(("stop", []))
        self.process.join()


def _serve(pipe: Connection, tenant_id: int, currency: str, today: date) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    work = _hands(tenant_id, currency, today)
    pipe.send("ready")
    while True:
        how, batch = pipe.recv()
        if how == "stop":
            return
        taken, ends_at = [], time.perf_counter() + ROUND_SECONDS
        for loan_id, amount in batch:
            began = time.perf_counter()
            if began > ends_at:
                break
            work[how](loan_id, amount)
            taken.append(time.perf_counter() - began)
        pipe.send(taken)


def _hands(
    tenant_id: int, currency: str, today: date
) -> dict[str, Callable[[UUID, Decimal], None]]:
    from config.benchmarks.repay_by_hand import ByHand
    from config.database import address
    from lending.actions import repayment

    connection = psycopg.connect(**address("app").parameters())
    by_hand, actor = ByHand(connection, tenant_id, currency, today), Actor.system("bench")
    run = uuid7().hex

    def act(loan_id: UUID, amount: Decimal) -> None:
        with room.entered(tenant_id):
            repayment.receive(
                loan_id=loan_id,
                amount=amount,
                on=today,
                key=f"bench:{run}:{loan_id}",
                at=timezone.now(),
                actor=actor,
            )

    def do_by_hand(loan_id: UUID, amount: Decimal) -> None:
        by_hand.repay(loan_id, amount, f"bench:{run}:{loan_id}")
        connection.commit()

    return {"action": act, "by_hand": do_by_hand}


def plant(loans: int) -> tuple[int, str, date, list[Due]]:
    """Return a scratch tenant, its currency, its day, and loans with what they owe that day."""
    from config.synthetic import portfolio, scratch
    from config.synthetic.shapes import instalment_loans
    from lending.models import Instalment

    actor = Actor.system("bench")
    tenant = scratch.scratch_tenant("bench-repay", actor=actor, at=timezone.now())
    version = scratch.synthetic_version(tenant, actor=actor, at=timezone.now())
    today, currency = tenant.business_date, tenant.currency
    shapes = list(instalment_loans(today, currency, SHAPES, seed=2, due_today=True))
    with room.entered(tenant.pk), tqdm(total=loans, unit="loan", smoothing=0) as bar:
        portfolio.plant(
            shapes, loans, version=version, actor=actor, at=timezone.now(), progress=bar.update
        )
    with room.enter(tenant.pk):
        rows = Instalment.objects.filter(due_on=today, principal_paid=0, interest_paid=0)
        amount = F("principal_due") + F("interest_due")
        due = list(rows.order_by("?").values_list("loan_id", amount)[:loans])
    return tenant.pk, currency, today, due
