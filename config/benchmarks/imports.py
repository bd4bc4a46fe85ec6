"""Invoices taken in from CSV and from Parquet by the importer, beside plain COPY."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from django.utils import timezone

from config.benchmarks import invoice_files
from config.benchmarks.cpu import of_process, spent
from config.benchmarks.import_by_hand import ByHand
from config.benchmarks.report import Measured, middle, percentile
from config.synthetic.scratch import scratch_tenant
from merchants.actions import imports
from tenancy import room
from tenancy.actions.files import READING
from tenancy.actors import Actor

ROUNDS = 3


def measure(rows: int) -> Measured:
    """
    Import files of so many rows, by turns as CSV, by hand and as Parquet; all rows are new.

    `p50_ms` and `p99_ms` are of one batch of the CSV, from one commit to the next.
    """
    actor = Actor.system("bench")
    tenant = scratch_tenant("bench-import", actor=actor, at=timezone.now())
    table = invoice_files.invoices(rows)
    began = time.perf_counter()
    taken: dict[str, list[tuple[float, float]]] = {"csv": [], "by_hand": [], "parquet": []}
    batches: list[float] = []
    with tempfile.TemporaryDirectory() as folder, room.entered(tenant.pk), ByHand() as by_hand:
        text, typed = Path(folder, "sales.csv"), Path(folder, "sales.parquet")
        for _ in range(ROUNDS):
            invoice_files.write_csv(invoice_files.of_new_firms(table), text)
            invoice_files.write_parquet(invoice_files.of_new_firms(table), typed)
            taken["csv"].append(_import(text, rows, actor, batches))
            taken["by_hand"].append(_take_in(by_hand, text, rows))
            taken["parquet"].append(_import(typed, rows, actor, []))
    rates = {how: rows / middle([wall for wall, _ in rounds]) for how, rounds in taken.items()}
    cpu = {
        f"{how}_cpu_us_per_row": middle([cpu for _, cpu in rounds]) / rows * 1e6
        for how, rounds in taken.items()
    }
    return Measured(
        work="import",
        n=rows,
        clients=1,
        throughput=rates["csv"],
        p50_ms=percentile(batches, 50),
        p99_ms=percentile(batches, 99),
        floor=rates["by_hand"],
        seconds=time.perf_counter() - began,
        more={"parquet_throughput": rates["parquet"], **cpu},
    )


def _import(path: Path, rows: int, actor: Actor, batches: list[float]) -> tuple[float, float]:
    """Return wall and CPU seconds; add those of each batch."""
    last = 0.0

    def progress(stage: str, _bytes: int) -> None:
        nonlocal last
        now = time.perf_counter()
        if stage == READING:
            batches.append(now - last)
        last = now

    def work() -> None:
        report = imports.import_invoices(
            actor=actor,
            at=timezone.now(),
            clock=timezone.now,
            path=path,
            can_register=True,
            progress=progress,
        )
        _require_all(report.run.rows_new, rows)

    return spent(work)


def _take_in(by_hand: ByHand, path: Path, rows: int) -> tuple[float, float]:
    server = by_hand.connection.info.backend_pid
    began, own, its = time.perf_counter(), time.process_time(), of_process(server)
    _require_all(by_hand.take_in(path), rows)
    cpu = time.process_time() - own + of_process(server) - its
    return time.perf_counter() - began, cpu


def _require_all(new: int, rows: int) -> None:
    if new != rows:
        raise RuntimeError(f"{new} rows are new, not {rows}: what was measured is something else")
