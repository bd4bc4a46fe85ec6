"""A task is sent exactly when its data is committed, and done although its worker was killed."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import kombu
import psycopg
import pytest
from django.db import transaction

from config import transport
from config.celery import BROKER_URL
from config.database import Address
from config.home import ROOT
from config.provision import TASKS
from tests.config import chores

pytestmark = [pytest.mark.tasks, pytest.mark.slow, pytest.mark.timeout(180)]

CELERY = [sys.executable, "-m", "celery", "-A", "config.celery", "--quiet", "worker",
          "--include", "tests.config.chores", "--loglevel", "WARNING", "--without-gossip",
          "--without-mingle", "--without-heartbeat", "--queues"]  # fmt: skip


@pytest.fixture
def environment(database: Address, transactional_db: None) -> Iterator[dict[str, str]]:
    """What another process needs to work on this test's database and on queues of its own."""
    own = {**os.environ, "DATABASE_URL": database.url(), "PYTHONPATH": str(ROOT)}
    if not BROKER_URL:
        yield own
        return
    prefix = f"granary_test_{uuid4().hex[:8]}"
    yield {**own, "GRANARY_QUEUE_PREFIX": prefix}
    with kombu.Connection(BROKER_URL) as connection:
        for name in ("tasks", "slow"):
            connection.default_channel.queue_delete(f"{prefix}_{name}")
        connection.default_channel.exchange_delete(f"{prefix}_tasks")


@pytest.fixture
def working(environment: dict[str, str]) -> Callable[[], object]:
    """A function: a context in which a worker runs (and, with RabbitMQ, the relay to it)."""

    @contextmanager
    def run() -> Iterator[list[subprocess.Popen[bytes]]]:
        queue = environment.get("GRANARY_QUEUE_PREFIX", "granary")
        commands = [[*CELERY, f"{queue}_tasks", "--concurrency", "1"]]
        if BROKER_URL:
            commands.append(
                [sys.executable, "manage.py", "celery_outbox_relay", "--idle-time", "0.1"]
            )
        started = [subprocess.Popen(c, cwd=ROOT, env=environment) for c in commands]
        try:
            yield started
        finally:
            for process in started:
                process.kill()
                process.wait()

    return run


def send_and_die(environment: dict[str, str], file: Path, how: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.config.chores", str(file), how],
        cwd=ROOT,
        env=environment,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL


def wait_for(file: Path, text: str, seconds: float = 60) -> str:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if file.exists() and text in file.read_text():
            return file.read_text()
        time.sleep(0.05)
    raise AssertionError(f"{text!r} did not come: {file.read_text() if file.exists() else None}")


class TestCommit:
    def test_a_process_killed_right_after_commit_loses_no_task(
        self, environment, working, tmp_path, admin_connection: psycopg.Connection
    ):
        send_and_die(environment, tmp_path / "notes", "commit")

        with working():
            wait_for(tmp_path / "notes", "commit")

        assert admin_connection.execute("SELECT slug FROM tenancy_tenant").fetchall() == [
            ("bank",)
        ]

    def test_a_task_goes_with_its_transaction(
        self, environment, working, tmp_path, admin_connection: psycopg.Connection
    ):
        send_and_die(environment, tmp_path / "notes", "rollback")
        send_and_die(environment, tmp_path / "notes", "commit")

        with working():
            assert wait_for(tmp_path / "notes", "commit") == "commit\n"

        assert admin_connection.execute("SELECT count(*) FROM tenancy_tenant").fetchone() == (1,)


@pytest.mark.skipif(
    bool(BROKER_URL), reason="RabbitMQ's own: it gives the task to another at once"
)
class TestLease:
    def test_a_killed_workers_task_comes_back(
        self, environment, working, tmp_path, connect, monkeypatch
    ):
        with transaction.atomic():
            chores.dawdle.delay(str(tmp_path / "notes"), 2)
        with working() as (worker,):
            began = wait_for(tmp_path / "notes", "began")
            os.kill(int(began.split()[1]), signal.SIGSTOP)  # it must not end the task alone
            worker.kill()
            os.kill(int(began.split()[1]), signal.SIGKILL)
        self.expire_leases(connect)

        with working():
            assert wait_for(tmp_path / "notes", "ended").count("began") == 2

    def test_a_task_that_kills_its_workers_is_set_aside(self, connect, transactional_db):
        with transaction.atomic():
            chores.note.delay("/dev/null", "")
        with chores.note.app.connection_for_read() as connection:
            channel = connection.default_channel
            for _ in range(transport.DELIVERIES_BEFORE_SET_ASIDE):
                assert len(channel._receive_messages(TASKS)) == 1
                self.expire_leases(connect)
            assert channel._receive_messages(TASKS) == []

        broker = connect("broker")
        assert broker.execute("SELECT count(*) FROM pgmq.q_granary_tasks").fetchone() == (0,)
        assert broker.execute("SELECT count(*) FROM pgmq.a_granary_tasks").fetchone() == (1,)

    def test_a_lease_is_renewed_while_its_worker_lives(self, connect, transactional_db):
        with transaction.atomic():
            chores.note.delay("/dev/null", "")
        broker = connect("broker")
        with chores.note.app.connection_for_read() as connection:
            channel = connection.default_channel
            channel.basic_consume(TASKS, no_ack=False, callback=lambda _: None, consumer_tag="1")
            channel._get_bulk(TASKS)
            broker.execute("UPDATE pgmq.q_granary_tasks SET vt = now() + interval '1 second'")
            broker.commit()
            channel.renew_leases()

        left = broker.execute(
            "SELECT vt - now() > '50 seconds' FROM pgmq.q_granary_tasks"
        ).fetchone()
        assert left == (True,)

    def test_a_task_for_later_waits_in_the_queue(self, connect, transactional_db):
        with transaction.atomic():
            chores.note.apply_async(("/dev/null", ""), countdown=600)

        broker = connect("broker")
        row = broker.execute(
            "SELECT vt - now() > '9 minutes' FROM pgmq.q_granary_tasks"
        ).fetchone()
        assert row == (True,)

    @staticmethod
    def expire_leases(connect: Callable[[str], psycopg.Connection]) -> None:
        broker = connect("broker")
        broker.execute("UPDATE pgmq.q_granary_tasks SET vt = now()")
        broker.commit()
