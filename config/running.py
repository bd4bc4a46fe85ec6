"""Have the whole installation running while something else is done: a demonstration, a test."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import IO

from config.database import hold_server
from config.home import ROOT

# The supervisor gives the services twenty.
GRACE_SECONDS = 30


class PortTaken(RuntimeError):
    """The port is somebody else's."""


@contextmanager
def running(
    port: int = 0,
    *,
    workers: int = 2,
    sandboxes: Sequence[str] = (),
    output: IO[str] | None = None,
    wait_seconds: float = 60,
) -> Iterator[str]:
    """Have web, workers and clock running inside the block; yield the address of the web.

    :param port: 0 takes any that is free.
    :param sandboxes: banks' sandboxes that run along; see `config.services.sandbox`.
    :param output: where their log lines go, else standard error; a real file.
    :raises PortTaken: somebody else listens on the port.
    :raises TimeoutError: the web did not answer in time.
    :raises ChildProcessError: the installation ended before it answered.
    """
    hold_server()
    with listen(port) as listener, _signals_raise():
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        arguments = [str(listener.fileno()), str(workers), address, *sandboxes]
        supervisor = _start(listener.fileno(), arguments, output or sys.stderr)
        try:
            _wait_for(f"{address}/healthz", supervisor, wait_seconds)
            yield address
        finally:
            _stop(supervisor)


def serve(port: int, *, workers: int = 2) -> None:
    """Have everything running until Ctrl-C or SIGTERM."""
    with running(port, workers=workers) as address:
        sys.stderr.write(f"Serving on {address} - Ctrl-C stops\n")
        wait()


def wait() -> None:
    """Wait for Ctrl-C; return then. SIGTERM and SIGHUP raise SystemExit inside :func:`running`."""
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        return


def listen(port: int, host: str = "127.0.0.1") -> socket.socket:
    """Return a listening socket; port 0 takes any that is free.

    :raises PortTaken: somebody else listens there.
    """
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise PortTaken(f"Port {port} is taken; give another with --port") from error
    listener.listen(128)
    return listener


def _start(listener: int, arguments: Sequence[str], output: IO[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "config.supervisor", *arguments],
        cwd=ROOT,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            # One thread each: as many processes as cores already use them all.
            "OMP_NUM_THREADS": "1",
            # A worker that is asked to stop gives its tasks some seconds, and puts back the rest.
            "REMAP_SIGTERM": "SIGQUIT",
        },
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        start_new_session=True,
        pass_fds=[listener],
    )


def _stop(supervisor: subprocess.Popen[bytes]) -> None:
    supervisor.terminate()
    try:
        supervisor.wait(GRACE_SECONDS)
    except KeyboardInterrupt:  # asked a second time: no more grace
        supervisor.terminate()
        supervisor.wait(10)
    except subprocess.TimeoutExpired:
        supervisor.kill()
        supervisor.wait()


def _wait_for(url: str, supervisor: subprocess.Popen[bytes], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if supervisor.poll() is not None:
            raise ChildProcessError(f"the supervisor ended with {supervisor.returncode}")
        try:
            # The socket is open before the web is there to answer.
            with urllib.request.urlopen(url, timeout=1):
                return
        except urllib.error.HTTPError as answer:
            raise ChildProcessError(f"{url} answered {answer.code}") from answer
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise TimeoutError(f"{url} did not answer within {seconds:g} s")


@contextmanager
def _signals_raise() -> Iterator[None]:
    """Make a polite end of this process run the ``finally`` above."""

    def leave(number: int, frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, leave) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
