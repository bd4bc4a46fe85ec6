"""Keep web, workers and clock running together, and stop them together.

``python -m config.supervisor DESCRIPTOR WORKERS ADDRESS [SANDBOX…]`` (called by
``config.running``) imports everything once and forks the services. One that dies is started again,
later each time; what they say is passed on line by line under their names. A single thread does
all of this, so that forking stays safe at any time.
"""

import atexit
import os
import selectors
import signal
import sys
import time
import traceback
from collections.abc import Sequence
from contextlib import suppress
from types import FrameType

import django

from config.celery import app
from config.database import embedded_server, hold_server, uses_embedded_server
from config.services import Service, end_with_parent, sandbox, services

GRACE_SECONDS = 20.0
FIRST_BACKOFF_SECONDS = 0.5
LONGEST_BACKOFF_SECONDS = 30.0
# One that lived this long had started well: the next trouble is another.
SETTLED_AFTER_SECONDS = 30.0


class Keeper:
    """Keeps one service running."""

    def __init__(self, service: Service, selector: selectors.BaseSelector, width: int) -> None:
        self.service = service
        self._selector = selector
        self._label = service.name.ljust(width)
        self._backoff = FIRST_BACKOFF_SECONDS
        self._started_at = 0.0
        self._due_at = 0.0
        self.pid: int | None = None

    def start(self) -> None:
        """Fork it."""
        reading, writing = os.pipe()
        sys.stdout.flush()
        sys.stderr.flush()
        self._started_at = time.monotonic()
        self.pid = os.fork()
        if self.pid == 0:
            os.dup2(writing, 1)
            os.dup2(writing, 2)
            _leave_as(self.service)
        os.close(writing)
        os.set_blocking(reading, False)
        self._selector.register(reading, selectors.EVENT_READ, Output(self._label))

    def check(self, *, stopping: bool) -> None:
        """Notice its end, and start it again when its time has come."""
        if self.pid is None:
            if not stopping and time.monotonic() >= self._due_at:
                self.start()
            return
        ended, status = os.waitpid(self.pid, os.WNOHANG)
        if not ended:
            return
        self._end_session()
        if stopping:
            return
        now = time.monotonic()
        if now - self._started_at > SETTLED_AFTER_SECONDS:
            self._backoff = FIRST_BACKOFF_SECONDS
        say(self._label, f"ended with {os.waitstatus_to_exitcode(status)}; again soon")
        self._due_at = now + self._backoff
        self._backoff = min(LONGEST_BACKOFF_SECONDS, self._backoff * 2)

    def ask_to_stop(self) -> None:
        """Send the polite signal."""
        if self.pid is not None:
            os.kill(self.pid, signal.SIGTERM)

    def kill(self) -> None:
        """Make it go at once."""
        if self.pid is not None:
            say(self._label, "does not stop: killed")
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
            self._end_session()

    def _end_session(self) -> None:
        """Take down what a dead master left behind."""
        if self.pid is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)
        self.pid = None


class Output:
    """What a service writes, put together into lines."""

    def __init__(self, label: str) -> None:
        self._label = label
        self._rest = b""

    def take(self, chunk: bytes) -> None:
        """Pass on the lines that are complete; at the end (no bytes) also the last one."""
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        if not chunk and self._rest:
            lines.append(self._rest)
        for line in lines:
            say(self._label, line.decode(errors="replace"))


def say(label: str, line: str) -> None:
    """Write one line under a name. The terminal may be gone; stopping must not fail on that."""
    with suppress(BrokenPipeError):
        sys.stdout.write(f"{label} | {line}\n")
        sys.stdout.flush()


def _leave_as(service: Service) -> None:
    """Be the service, and never return into the supervisor's code."""
    code = 1
    try:
        service.become()
        code = 0
    except SystemExit as leaving:
        code = leaving.code if isinstance(leaving.code, int) else int(leaving.code is not None)
    except BaseException:
        traceback.print_exc()
    finally:
        atexit._run_exitfuncs()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


class Supervisor:
    """All services of an installation on this machine."""

    def __init__(self, wanted: Sequence[Service]) -> None:
        width = max(len(service.name) for service in wanted)
        self._selector = selectors.DefaultSelector()
        self._keepers = [Keeper(service, self._selector, width) for service in wanted]
        self._stopping = False
        self._hurry = False

    def run(self) -> None:
        """Keep everything running until a signal says otherwise, then stop everything."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._ask)
        while not self._stopping:
            if uses_embedded_server() and embedded_server().postmaster() is None:
                embedded_server().start()
            self._turn()
        for keeper in self._keepers:
            keeper.ask_to_stop()
        deadline = time.monotonic() + GRACE_SECONDS
        while any(keeper.pid for keeper in self._keepers):
            if self._hurry or time.monotonic() > deadline:
                for keeper in self._keepers:
                    keeper.kill()
            self._turn()

    def _ask(self, number: int, frame: FrameType | None) -> None:
        self._hurry = self._stopping  # asked a second time: no more grace
        self._stopping = True

    def _turn(self) -> None:
        for keeper in self._keepers:
            keeper.check(stopping=self._stopping)
        for key, _ in self._selector.select(timeout=0.2):
            chunk = os.read(key.fd, 65536)
            key.data.take(chunk)
            if not chunk:
                self._selector.unregister(key.fd)
                os.close(key.fd)


def main() -> None:
    """Import everything, then run."""
    end_with_parent()
    if os.getppid() == 1:  # the parent died before we asked to be told
        return
    hold_server()
    django.setup()
    app.loader.import_default_modules()
    descriptor, workers, address, *sandboxes = sys.argv[1:]
    wanted = services(int(descriptor), workers=int(workers))
    Supervisor([*wanted, *(sandbox(name, address) for name in sandboxes)]).run()


if __name__ == "__main__":
    main()
