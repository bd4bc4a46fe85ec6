"""The supervisor: everything starts, what dies comes back, and nothing outlives it."""

import os
import selectors
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from config.database import Address
from config.home import ROOT
from config.running import PortTaken, listen, running
from config.services import Service, end_with_parent
from config.supervisor import Supervisor

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

# Stands between the test and the supervisor, so that it can be killed.
PARENT = """
import sys, time
from config.running import running
with open(sys.argv[1], "w") as log, running(output=log, wait_seconds=120) as address:
    print(address, flush=True)
    time.sleep(600)
"""


def until(condition: Callable[[], object], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def processes_in(environment_mark: str) -> set[int]:
    """Return the processes whose environment carries a mark."""
    found = set()
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                if environment_mark.encode() in (folder / "environ").read_bytes():
                    found.add(int(folder.name))
            except OSError:
                continue  # it has just ended
    return found - {os.getpid()}


class TestInstallation:
    @pytest.fixture
    def mark(self, monkeypatch, database: Address, transactional_db: None) -> str:
        mark = f"GRANARY_TEST_MARK={os.getpid()}-{time.monotonic_ns()}"
        name, value = mark.split("=")
        monkeypatch.setenv(name, value)
        monkeypatch.setenv("DATABASE_URL", database.url())
        return mark

    def test_serves_and_leaves_nothing_behind(self, mark: str, tmp_path: Path):
        with (
            (tmp_path / "log").open("w") as log,
            running(output=log, wait_seconds=120) as address,
            urllib.request.urlopen(f"{address}/healthz") as answer,
        ):
            assert answer.status == 200
            assert len(processes_in(mark)) >= 6

        assert processes_in(mark) == set()

    def test_all_end_when_the_parent_is_killed(self, mark: str, tmp_path: Path):
        with subprocess.Popen(
            [sys.executable, "-c", PARENT, str(tmp_path / "log")],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        ) as parent:
            assert parent.stdout is not None
            assert parent.stdout.readline().startswith("http://127.0.0.1:")
            assert len(processes_in(mark)) >= 7
            parent.kill()

        until(lambda: not processes_in(mark))


class TestPort:
    def test_a_taken_port_is_named(self):
        with listen(0) as first, pytest.raises(PortTaken, match="--port"):
            listen(first.getsockname()[1])


def fork_supervisor(services: list[Service], log: Path) -> int:
    """Run a supervisor in a process of its own; return its id."""
    pid = os.fork()
    if pid:
        return pid
    with log.open("w") as file:
        os.dup2(file.fileno(), 1)
        sys.stdout = file
        os.environ["DATABASE_URL"] = "postgresql://nobody@nowhere/none"  # nothing to watch
        end_with_parent()
        Supervisor(services).run()
    os._exit(0)


class TestServices:
    def test_one_that_dies_is_started_again(self, tmp_path: Path):
        starts = tmp_path / "starts"

        def die() -> None:
            with starts.open("a") as file:
                file.write("x")

        pid = fork_supervisor([Service("mayfly", die, [])], tmp_path / "log")
        try:
            until(lambda: starts.exists() and len(starts.read_text()) >= 2)
        finally:
            os.kill(pid, signal.SIGTERM)
            os.waitpid(pid, 0)
        assert "mayfly | ended with 0; again soon" in (tmp_path / "log").read_text()

    def test_what_they_say_stands_under_their_names(self, tmp_path: Path):
        def speak() -> None:
            os.write(1, b"half a li")
            time.sleep(0.3)
            os.write(2, b"ne\nthe rest")
            time.sleep(60)

        log = tmp_path / "log"
        pid = fork_supervisor(
            [Service("a", speak, []), Service("longer", lambda: time.sleep(60), [])], log
        )
        until(lambda: "\n" in log.read_text() if log.exists() else False)
        os.kill(pid, signal.SIGTERM)
        os.waitpid(pid, 0)

        assert log.read_text().splitlines() == ["a      | half a line", "a      | the rest"]

    def test_a_stubborn_one_is_killed(self, tmp_path: Path, monkeypatch):
        monkeypatch.setattr("config.supervisor.GRACE_SECONDS", 0.5)

        def stay() -> None:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            os.write(1, b"staying\n")
            selectors.DefaultSelector().select(60)
            time.sleep(60)

        log = tmp_path / "log"
        pid = fork_supervisor([Service("mule", stay, [])], log)
        until(lambda: log.exists() and "staying" in log.read_text())
        os.kill(pid, signal.SIGTERM)
        os.waitpid(pid, 0)

        assert "mule | does not stop: killed" in log.read_text()
