"""Which processes make up an installation on one machine, and how each begins.

They are forked from one process that has imported everything, so that starting five takes little
longer than starting one.
"""

import ctypes
import json
import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from celery.bin.celery import main as celery
from django.core.management import call_command
from gunicorn.app.wsgiapp import run as gunicorn

from config.home import state_dir
from config.provision import SLOW_TASKS, TASKS

PR_SET_PDEATHSIG = 1
SANDBOX_SECONDS = 0.3
SCHEDULER = "celery.beat:Scheduler"


def end_with_parent() -> None:
    """Have the kernel send this process SIGTERM when the one that started it is gone."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


@dataclass(frozen=True)
class Service:
    """One process to keep running: a program's main function and its command line."""

    name: str
    main: Callable[[], object]
    arguments: Sequence[str]

    def become(self) -> None:
        """Be this service from here on: called in a fresh fork; returns when the service ends.

        In a session of its own, so that Ctrl-C reaches the supervisor alone; and ending with the
        supervisor, even if that was killed and could tell nobody.
        """
        os.setsid()
        end_with_parent()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)
        sys.argv = [self.name, *self.arguments]
        self.main()


def services(listener: int, *, workers: int = 2) -> list[Service]:
    """Return what runs on one machine.

    :param listener: descriptor of the open socket that the web takes over, so that no port is
        raced for and none is lost when the web starts again.
    :param workers: processes that work on short tasks.
    """
    app = ["-A", "config.celery", "--quiet"]
    quiet = ["--loglevel", "WARNING"]
    alone = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    found = [
        Service(
            "web", gunicorn,
            ["config.wsgi", "--bind", f"fd://{listener}", "--workers", "2", "--threads", "4",
             "--worker-class", "gthread", "--log-level", "warning", "--graceful-timeout", "10",
             # Longer than clients pause between requests: a connection that is closed while a
             # request is on its way looks to the client like a server that died.
             "--keep-alive", "75"],
        ),
        Service(
            "worker", celery,
            [*app, "worker", *quiet, *alone, "-n", "worker@%h", "--queues", TASKS,
             "--concurrency", str(workers)],
        ),
        Service(
            "slow", celery,
            [*app, "worker", *quiet, *alone, "-n", "slow@%h", "--queues", SLOW_TASKS,
             "--concurrency", "1", "--time-limit", "7200", "--soft-time-limit", "7140"],
        ),
        # Nothing to remember between runs: every interval is short.
        Service("beat", celery, [*app, "beat", *quiet, "--pidfile=", "-S", SCHEDULER]),
    ]  # fmt: skip
    if os.environ.get("CELERY_BROKER_URL"):
        found.append(Service("relay", _relay, []))
    return found


def sandbox(name: str, address: str) -> Service:
    """
    Return a bank's sandbox: a process that speaks the bank API only, as a bank's would.

    :param name: of its file of facts, such as `jinhe-beiyuan`; see `manage.py sandbox_bank`
    :param address: the lender's; facts of an earlier address are not meant
    """
    return Service(name, _sandbox, [name, address])


def _sandbox() -> None:
    """Wait until somebody has let the bank in, and become its program."""
    name, address = sys.argv[1:]
    path = state_dir() / "sandbox" / f"{name}.json"
    while not is_meant(path, address):
        time.sleep(SANDBOX_SECONDS)
    os.execv(sys.executable, [sys.executable, "-m", "partners.management.sandbox", str(path)])


def is_meant(path: Path, address: str) -> bool:
    """Return whether a bank's file of facts is complete and of this address."""
    try:
        return bool(json.loads(path.read_text())["url"] == address)
    except (FileNotFoundError, json.JSONDecodeError):
        return False  # not there, or just being written


def _relay() -> None:
    call_command("celery_outbox_relay", idle_time=0.1)
