"""An application decided: from its submission to the decision on disk, by one worker process."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from itertools import cycle, islice
from uuid import UUID

import psycopg
from django.utils import timezone

from config.benchmarks import cpu, lender
from config.benchmarks.decide_by_hand import ByHand
from config.benchmarks.lender import ACTOR, Firms, Wish
from config.benchmarks.report import Measured, percentile
from config.benchmarks.worker import worker
from config.database import address
from lending.actions import applications
from lending.models import Application
from merchants.actions import applications as merchants
from tenancy import room
from tenancy.tokens import token_for

WARM_UP = 20
# Longer than the broker takes for busy after the last message.
IDLE_SECONDS = 2.2
_LOOK_SECONDS = 0.002
_PATIENCE_SECONDS = 60.0
UNDECIDED = ("SUBMITTED", "ASSESSING")


@dataclass(slots=True)
class Taken:
    """Seconds of each application: submitting, both, and from its commit to the decision's."""

    submitted: list[float] = field(default_factory=list)
    decided: list[float] = field(default_factory=list)
    waited: list[float] = field(default_factory=list)


def measure(count: int, *, idle: int = 10, firms: Firms | None = None) -> Measured:
    """
    Submit applications one after another, each when the one before is decided.

    The clock runs from before the features are computed until another session sees the decision
    committed. `idle` more come after a pause, when the worker looks seldom. Nothing else may
    work on the database's tasks meanwhile.
    """
    tenant, codes = lender.deciding_lender("bench-decide", firms or Firms())
    today = tenant.business_date
    began = time.perf_counter()
    turns = cycle(codes)
    with room.entered(tenant.pk):
        acted, by_hand = _side_by_side(tenant.pk, today, list(islice(turns, min(count, 100))))
        with worker(), _watching(tenant.pk) as watch:
            # The first also wait for the worker's start, and for what the action left to it.
            _submit_each(islice(turns, WARM_UP), today, watch)
            spent = -_cpu()
            taken = _submit_each(islice(turns, count), today, watch)
            spent += _cpu()
            rare = _submit_each(islice(turns, idle), today, watch, pause=IDLE_SECONDS)
        stages = _stages()
    return Measured(
        work="decide",
        n=count,
        clients=1,
        throughput=count / sum(taken.decided),
        p50_ms=percentile(taken.decided, 50),
        p99_ms=percentile(taken.decided, 99),
        floor=len(by_hand) / sum(by_hand),
        seconds=time.perf_counter() - began,
        more={
            "submit_p50_ms": percentile(taken.submitted, 50),
            "after_commit_p50_ms": percentile(taken.waited, 50),
            "after_commit_p99_ms": percentile(taken.waited, 99),
            "after_pause_p50_ms": percentile(rare.decided, 50),
            "action_p50_ms": percentile(acted, 50),
            "action_p99_ms": percentile(acted, 99),
            "floor_p50_ms": percentile(by_hand, 50),
            "cpu_ms_per_decision": spent / count * 1000,
            "stages": stages,
        },
    )


def _cpu() -> float:
    """CPU seconds of this process, the worker that stems from it, and all sessions."""
    return cpu.of_family(os.getpid()) + cpu.of_sessions()


def submit(code: str, on: date) -> UUID:
    """Apply for a firm, whose features are computed from its invoices; return the key."""
    wish = Wish()
    application = merchants.apply(
        actor=ACTOR,
        at=timezone.now(),
        on=on,
        code=code,
        product_code=wish.product_code,
        amount=wish.amount,
        currency="CNY",
        term=wish.term,
        purpose=wish.purpose,
    )
    key: UUID = application.pk
    return key


def _side_by_side(tenant_id: int, on: date, codes: list[str]) -> tuple[list[float], list[float]]:
    """Decide in this process, by turns with the action and by hand; return seconds of each."""
    acted: list[float] = []
    keys = []
    for code in codes:
        key = submit(code, on)
        keys.append(key)
        began = time.perf_counter()
        applications.decide_automatically(
            actor=ACTOR, at=timezone.now(), on=on, application_id=key
        )
        acted.append(time.perf_counter() - began)
    hand = ByHand(tenant_id, _model(keys))
    by_hand: list[float] = []
    for _ in codes:
        began = time.perf_counter()
        hand.decide(hand.submit())
        by_hand.append(time.perf_counter() - began)
    hand.connection.close()
    return acted, by_hand


def _model(keys: list[UUID]) -> UUID:
    """The application that left most rows: one with an offer, if any has one."""
    with room.enter(room.current()):
        rows = Application.objects.filter(pk__in=keys).order_by("-offers__issued_at", "pk")
        offered: UUID | None = rows.filter(stage="APPROVED").values_list("pk", flat=True).first()
    return offered or keys[-1]


@contextmanager
def _watching(tenant_id: int) -> Iterator[Callable[[UUID], None]]:
    """A function that returns when an application is decided, as another session sees it."""

    def wait(key: UUID) -> None:
        run = connection.execute
        run("SELECT set_config('app.tenant', %s, false)", [token_for(tenant_id)])
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while time.monotonic() < deadline:
            row = run("SELECT stage FROM lending_application WHERE id = %s", [key]).fetchone()
            if row and row[0] not in UNDECIDED:
                return
            time.sleep(_LOOK_SECONDS)
        raise TimeoutError(f"no worker decided {key} within {_PATIENCE_SECONDS:g} s")

    with psycopg.connect(**address("app").parameters(), autocommit=True) as connection:
        yield wait


def _submit_each(
    codes: Iterator[str], on: date, watch: Callable[[UUID], None], pause: float = 0.0
) -> Taken:
    taken = Taken()
    for code in codes:
        time.sleep(pause)
        began = time.perf_counter()
        key = submit(code, on)
        committed = time.perf_counter()
        watch(key)
        decided = time.perf_counter()
        taken.submitted.append(committed - began)
        taken.waited.append(decided - committed)
        taken.decided.append(decided - began)
    return taken


def _stages() -> dict[str, int]:
    with room.enter(room.current()):
        # Those by hand have numbers of another form.
        ours = Application.objects.filter(number__startswith="A")
        stages = list(ours.values_list("stage", flat=True))
    return {stage: stages.count(stage) for stage in sorted(set(stages))}
