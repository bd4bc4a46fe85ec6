"""Applications over HTTP by several clients at once, each followed until it is decided."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import cycle, islice
from uuid import UUID

import httpx
from django.utils import timezone

from config.benchmarks import cpu, decide, lender
from config.benchmarks.decide_by_hand import ByHand
from config.benchmarks.lender import ACTOR, Firms, Wish
from config.benchmarks.report import Measured, percentile
from config.running import running
from lending.models import Application
from tenancy import room
from tenancy.actions import tenants
from tenancy.models import Tenant
from tenancy.roles import Role

_PAUSE_SECONDS = 0.02
_PATIENCE_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Taken:
    """Seconds of one application: until it was answered, and until it was seen decided."""

    answered: float
    decided: float


def measure(count: int, clients: int, *, firms: Firms | None = None) -> Measured:
    """
    Apply for firms through a running installation with one worker process.

    A client asks every 20 ms whether his application is decided, as one without a webhook does.
    The floor is the same rows written by as many sessions of plain psycopg, without HTTP.
    """
    tenant, codes = lender.deciding_lender("bench-apply", firms or Firms())
    client_id, secret = _client(tenant)
    began = time.perf_counter()
    turns = cycle(codes)
    with (
        running(workers=1) as address,
        httpx.Client(base_url=f"{address}/api/v1", timeout=60) as http,
    ):
        _sign_in(http, client_id, secret)
        # The first also wait for the worker's start.
        _at_once(clients, islice(turns, 2 * clients), http)
        spent = -_cpu()
        wall, taken = _at_once(clients, islice(turns, count), http)
        spent += _cpu()
    by_hand = _by_hand(tenant.pk, count, clients)
    answered = [each.answered for each in taken]
    decided = [each.decided for each in taken]
    return Measured(
        work="apply",
        n=count,
        clients=clients,
        throughput=count / wall,
        p50_ms=percentile(decided, 50),
        p99_ms=percentile(decided, 99),
        floor=count / by_hand,
        seconds=time.perf_counter() - began,
        more={
            "answered_p50_ms": percentile(answered, 50),
            "answered_p99_ms": percentile(answered, 99),
            "cpu_ms_per_application": spent / count * 1000,
        },
    )


def _cpu() -> float:
    """CPU seconds of this process, the installation that stems from it, and all sessions."""
    return cpu.of_family(os.getpid()) + cpu.of_sessions()


def _client(tenant: Tenant) -> tuple[str, str]:
    """Register a client of this run."""
    client_id, secret = f"bench-{secrets.token_hex(6)}", secrets.token_urlsafe(24)
    with room.enter(tenant.pk):
        tenants.register_client(
            name="Benchmark",
            client_id=client_id,
            client_secret=secret,
            role=Role.PLATFORM,
            actor=ACTOR,
            at=timezone.now(),
        )
    return client_id, secret


def _sign_in(http: httpx.Client, client_id: str, secret: str) -> None:
    grant = {"grant_type": "client_credentials"}
    answer = http.post("/oauth/token", data=grant, auth=(client_id, secret))
    http.headers["Authorization"] = f"Bearer {answer.raise_for_status().json()['access_token']}"


def _apply(http: httpx.Client, code: str) -> Taken:
    wish = Wish()
    body = {
        "product": wish.product_code,
        "amount": {"amount": str(wish.amount), "currency": "CNY"},
        "term": wish.term,
        "purpose": wish.purpose,
    }
    began = time.perf_counter()
    made = http.post(
        f"/merchants/{code}/applications",
        json=body,
        headers={"Idempotency-Key": secrets.token_hex(16)},
    )
    answered = time.perf_counter() - began
    path = f"/applications/{made.raise_for_status().json()['id']}"
    while http.get(path).raise_for_status().json()["stage"] in decide.UNDECIDED:
        if time.perf_counter() - began > _PATIENCE_SECONDS:
            raise TimeoutError(f"{path} was not decided within {_PATIENCE_SECONDS:g} s")
        time.sleep(_PAUSE_SECONDS)
    return Taken(answered, time.perf_counter() - began)


def _at_once(clients: int, codes: Iterable[str], http: httpx.Client) -> tuple[float, list[Taken]]:
    began = time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        taken = list(pool.map(lambda code: _apply(http, code), codes))
    return time.perf_counter() - began, taken


def _by_hand(tenant_id: int, count: int, clients: int) -> float:
    """Return the wall seconds of as many applications by hand, shared between sessions."""
    with room.enter(tenant_id):
        decided = Application.objects.filter(decision_id__isnull=False)
        model: UUID = decided.order_by("stage", "pk").values_list("pk", flat=True)[0]
    hands = [ByHand(tenant_id, model) for _ in range(clients)]

    def work(number: int) -> None:
        for _ in range(number, count, clients):
            hand = hands[number]
            hand.decide(hand.submit())

    began = time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        list(pool.map(work, range(clients)))
    wall = time.perf_counter() - began
    for hand in hands:
        hand.connection.close()
    return wall
