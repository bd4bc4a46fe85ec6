"""Three ways from the app to PostgreSQL: plain connections, psycopg's pool, PgBouncer."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psycopg
from django.db import connection

from config.database import Address
from config.postgres import NAMESPACE

# Fewer than the threads that attack, so that connections go from one room's hand to another's.
SERVER_CONNECTIONS = 3
CONFIGURATION = """
[databases]
{name} = {server} dbname={name} user={user} password={password}
[pgbouncer]
listen_addr =
listen_port = 6432
unix_socket_dir = {folder}
auth_type = any
pool_mode = transaction
default_pool_size = {size}
max_client_conn = 100
logfile = {folder}/pgbouncer.log
pidfile = {folder}/pgbouncer.pid
"""


@dataclass(frozen=True)
class Way:
    """How the app role connects: where, and what Django is told besides."""

    name: str
    address: Address
    options: dict[str, Any]

    @contextmanager
    def taken_by_django(self) -> Iterator[None]:
        """Let Django's own connection go this way."""
        before = dict(connection.settings_dict)
        self._leave()
        connection.settings_dict.update(
            HOST=self.address.host,
            PORT=str(self.address.port),
            OPTIONS={**before["OPTIONS"], **self.options},
            CONN_MAX_AGE=0,
        )
        try:
            yield
        finally:
            self._leave()
            connection.settings_dict.update(before)

    @staticmethod
    def _leave() -> None:
        connection.close()
        # Django keeps a pool by the connection's alias, so it must not outlive its way.
        connection.close_pool()  # type: ignore[attr-defined]


def plain(app: Address) -> Way:
    return Way("plain", app, {})


def pooled(app: Address) -> Way:
    return Way("pool", app, {"pool": {"min_size": 1, "max_size": SERVER_CONNECTIONS}})


def is_pgbouncer_here() -> bool:
    return _program() is not None


@contextmanager
def behind_pgbouncer(app: Address) -> Iterator[Way]:
    """Run PgBouncer in transaction mode before the server, for as long as the block lasts."""
    folder = Path(tempfile.mkdtemp(prefix="granary-pgb-"))
    owner = _account(app)
    server = f"host={app.host} port={app.port}"
    (folder / "pgbouncer.ini").write_text(
        CONFIGURATION.format(
            name=app.name,
            server=server,
            user=app.user,
            password=app.password,
            folder=folder,
            size=SERVER_CONNECTIONS,
        )
    )
    if owner is not None:
        os.chown(folder, *owner)
        os.chown(folder / "pgbouncer.ini", *owner)
    # A server that root started in a user namespace is reached from such a one alone.
    prefix = NAMESPACE if os.geteuid() == 0 and owner is None else ()
    program = subprocess.Popen(
        [*prefix, str(_program()), "--quiet", str(folder / "pgbouncer.ini")],
        stdin=subprocess.DEVNULL,
        user=owner[0] if owner else None,
        group=owner[1] if owner else None,
        extra_groups=[] if owner else None,
    )
    way = Way("pgbouncer", replace(app, host=str(folder), port=6432), {})
    try:
        _wait_for(way.address, program)
        yield way
    finally:
        program.terminate()
        program.wait(timeout=10)
        shutil.rmtree(folder)


def _program() -> str | None:
    # Debian keeps it where only root's PATH looks.
    return shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


def _account(app: Address) -> tuple[int, int] | None:
    """Say as whom it runs, if not as ourselves; a closed socket is open to its owner alone."""
    if os.geteuid() != 0:
        return None
    if app.host.startswith("/"):
        found = Path(app.host).stat()
        return (found.st_uid, found.st_gid) if found.st_uid else None
    return 65534, 65534


def _wait_for(address: Address, program: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 20
    while True:
        try:
            psycopg.connect(**address.parameters()).close()
        except psycopg.OperationalError:
            if program.poll() is not None or time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return
