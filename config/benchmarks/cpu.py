"""CPU seconds of processes of this machine: they hardly move with what else it does."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

from django.db import connection

_TICKS = os.sysconf("SC_CLK_TCK")


def spent(work: Callable[[], object]) -> tuple[float, float]:
    """
    Do the work over Django's connection.

    :return: wall seconds, and CPU seconds of this process with its database session; without
        the session where the server is another machine
    """
    connection.ensure_connection()
    session = connection.connection.info.backend_pid
    began, own, its = time.perf_counter(), time.process_time(), of_process(session)
    work()
    return time.perf_counter() - began, time.process_time() - own + of_process(session) - its


def of_process(pid: int) -> float:
    """Return the CPU seconds that a process has used; 0 if it is not here."""
    try:
        line = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return 0.0
    # The name, in brackets, may hold anything; user and system time are 14th and 15th.
    fields = line.rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def of_family(pid: int) -> float:
    """Return the CPU seconds of a process and of all that live and stem from it."""
    return of_process(pid) + sum(of_family(child) for child in _children(pid))


def of_sessions() -> float:
    """Return the CPU seconds of all sessions of the database that Django uses."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pid FROM pg_stat_activity WHERE datname = current_database()")
        return sum(of_process(pid) for (pid,) in cursor.fetchall())


def _children(pid: int) -> list[int]:
    try:
        listed = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    except OSError:
        return []
    return [int(child) for child in listed.split()]
