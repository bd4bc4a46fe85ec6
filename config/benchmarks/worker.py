"""One worker process on the installation's own broker, while something is measured."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from config.home import ROOT
from config.provision import TASKS

_COMMAND = (
    "-m", "celery", "-A", "config.celery", "--quiet", "worker", "--loglevel", "WARNING",
    "--without-gossip", "--without-mingle", "--without-heartbeat", "--queues", TASKS,
    "--concurrency", "1",
)  # fmt: skip
_GRACE_SECONDS = 30


@contextmanager
def worker() -> Iterator[None]:
    """Have a worker run inside the block; it takes some seconds until it takes its first task."""
    # Standard output is for the result; its log goes to standard error.
    process = subprocess.Popen([sys.executable, *_COMMAND], cwd=ROOT, stdout=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(_GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
