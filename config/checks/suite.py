"""``./run test``: the static checks side by side, then the tests, ending with pytest's own line.

A static check that failed is reported at once and again by a test of its own, so that the closing
line counts it too.
"""

import os
import subprocess
import sys
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

from config.checks import machine, static
from config.home import ROOT
from config.prepare import compile_translations

FAST = ["-m", "not slow and not browser and not http"]
PROCESSES = ["-n", "2"]
FAILED = "GRANARY_FAILED_CHECKS"
# The main run is on the embedded server and its broker; what these name has a run of its own.
SERVERS = {"DATABASE_URL", "CELERY_BROKER_URL"}


def test(arguments: list[str]) -> int:
    """Run everything; with arguments for pytest, only the tests that they choose."""
    fast = "--fast" in arguments
    chosen = [argument for argument in arguments if argument != "--fast"]
    compile_translations()
    if chosen:
        return _pytest([*(FAST if fast else []), *chosen], os.environ)
    if not fast:
        machine.install_packages()
    failed = static.run()
    if not fast:
        failed += _elsewhere()
    own = {name: value for name, value in os.environ.items() if name not in SERVERS}
    environment = {**own, FAILED: ", ".join(failed)}
    return _pytest([*PROCESSES, *(FAST if fast else [])], environment) or bool(failed)


def lint(arguments: list[str]) -> int:
    """Run the static checks alone."""
    compile_translations()
    return bool(static.run())


def mend(arguments: list[str]) -> int:
    """Format, and mend what the linter can mend by itself."""
    for command in (["ruff", "check", "--fix", "."], ["ruff", "format", "."]):
        static.tool(*command).run(quiet=False)
    return 0


def _pytest(arguments: list[str], environment: Mapping[str, str]) -> int:
    command = [sys.executable, "-m", "pytest", "-q", *arguments]
    sys.stdout.flush()
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode


def _elsewhere() -> list[str]:
    """Run what depends on a server once more on another one, where it is offered."""
    runs = [
        (
            "database tests on the offered server",
            machine.other_database(),
            "database and not browser and not slow",
        ),
        ("task tests on RabbitMQ", machine.other_broker(), "tasks"),
    ]
    for name, environment, _marks in runs:
        if environment is None:
            static.say("-", name, "no such server offered: not run")
    # Side by side: what waits for a broker leaves the processor to the other.
    with ThreadPoolExecutor(len(runs)) as pool:
        began = {
            name: pool.submit(_quiet_pytest, name, environment, marks)
            for name, environment, marks in runs
            if environment is not None
        }
        return [name for name, passed in began.items() if not passed.result()]


def _quiet_pytest(name: str, environment: dict[str, str], marks: str) -> bool:
    """Run a part of the tests; show what they say only if one fails."""
    began = time.monotonic()
    processes = PROCESSES if marks != "tasks" else []
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", *processes, "-m", marks, "-p", "no:cacheprovider"],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    closing = done.stdout.rstrip().rsplit("\n", 1)[-1].strip("= ")
    passed = done.returncode == 0
    static.say("ok" if passed else "FAILED", name, closing, time.monotonic() - began)
    if not passed:
        sys.stdout.write(done.stdout)
    return passed
