"""Test databases: a template is migrated once, and each test process works on a copy of it.

The copies have the same roles, owners, policies and triggers as production: the app connects as
its unprivileged role, and only the cleaning up between tests is done as an administrator.
"""

import atexit
import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import psycopg
from psycopg import sql

from config.database import Address, embedded_administrator, role_name
from config.embedded import EmbeddedPostgres
from config.home import ROOT, state_dir
from config.prepare import schema_mark
from config.provision import open_database, provision

TEMPLATES_KEPT = 3


def server() -> Address:
    """Return an administrator's connection to the server for tests, started if it is ours.

    It is shared by all test processes of this checkout and stops with the last of them.
    """
    offered = os.environ.get("DATABASE_URL")
    if offered:
        return replace(Address.from_url(offered), name="postgres")
    embedded = EmbeddedPostgres(state_dir() / "test" / "postgres", durable=False).start()
    atexit.register(embedded.stop_if_last)
    return replace(embedded_administrator(embedded), name="postgres")


@contextmanager
def connected(address: Address) -> Iterator[psycopg.Connection]:
    """Connect in autocommit mode, for statements that can't stand in a transaction."""
    with psycopg.connect(**address.parameters(), autocommit=True) as connection:
        yield connection


def template(administrator: Address) -> str:
    """Return the name of the migrated template, made now if there is none yet."""
    mark = schema_mark()
    name = f"granary_template_{mark}"
    with connected(administrator) as connection:
        # Whoever comes second waits here, then finds it.
        connection.execute("SELECT pg_advisory_lock(hashtext(%s))", [name])
        query = "SELECT 1 FROM pg_database WHERE datname = %s"
        if not connection.execute(query, [name]).fetchone():
            draft = f"granary_draft_{mark}_{uuid.uuid4().hex[:8]}"
            try:
                _migrate(replace(administrator, name=draft))
                _rename(connection, draft, name)
            finally:
                drop(connection, draft)
            _drop_old_templates(connection)
    return name


def _migrate(target: Address) -> None:
    provision(target)
    environment = {
        name: value for name, value in os.environ.items() if "_DATABASE_URL" not in name
    }
    done = subprocess.run(
        [sys.executable, "-W", "ignore", str(ROOT / "manage.py"), "migrate", "--verbosity", "0"],
        env={**environment, "DATABASE_URL": target.url(), "GRANARY_DB_ROLE": "owner"},
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    if done.returncode:
        raise RuntimeError(f"The template database can't be migrated\n{done.stdout}{done.stderr}")


def _rename(connection: psycopg.Connection, old: str, new: str) -> None:
    connection.execute(
        sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(old), sql.Identifier(new))
    )


def _drop_old_templates(connection: psycopg.Connection) -> None:
    rows = connection.execute(
        "SELECT datname FROM pg_database WHERE datname LIKE 'granary\\_template\\_%%' "
        "ORDER BY oid DESC OFFSET %s",
        [TEMPLATES_KEPT],
    ).fetchall()
    for (name,) in rows:
        drop(connection, name)


def copy(administrator: Address) -> Address:
    """Make a database of this process's own out of the template; its name is nobody else's."""
    source = template(administrator)
    name = f"granary_test_{os.getpid()}_{uuid.uuid4().hex[:8]}"
    with connected(administrator) as connection:
        _drop_orphans(connection)
        connection.execute(
            sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}").format(
                sql.Identifier(name), sql.Identifier(role_name("owner")), sql.Identifier(source)
            )
        )
        open_database(connection, name)
    return replace(administrator, name=name)


def drop(connection: psycopg.Connection, name: str) -> None:
    """Drop a database whoever is connected to it."""
    connection.execute(
        sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
    )


def _drop_orphans(connection: psycopg.Connection) -> None:
    """Drop what killed test processes of this machine left behind."""
    if os.environ.get("DATABASE_URL"):
        return  # the process ids in the names may be another machine's
    rows = connection.execute(
        "SELECT datname FROM pg_database WHERE datname LIKE 'granary\\_test\\_%'"
    ).fetchall()
    for (name,) in rows:
        if not Path("/proc", name.split("_")[2]).exists():
            drop(connection, name)


def empty(administrator: Address, kept: frozenset[str]) -> None:
    """Remove every row of every table and queue, whatever triggers say; reference rows stay."""
    with psycopg.connect(**administrator.parameters()) as connection:
        # A test's second connection may still be in a transaction, and hold what we lock.
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND state LIKE 'idle in transaction%' "
            "AND pid <> pg_backend_pid()"
        )
        connection.execute("SET session_replication_role = replica")
        rows = connection.execute(
            "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables "
            "WHERE schemaname = 'public' OR (schemaname = 'pgmq' AND tablename ~ '^[qa]_')"
        ).fetchall()
        tables = sorted({name for (name,) in rows} - kept)
        # Most are empty and the rest hold a few rows: deleting those takes a tenth of the time
        # of truncating all, which makes new files for each. No trigger or key objects here.
        asked = " UNION ALL ".join(
            f"SELECT '{name}' WHERE EXISTS (SELECT FROM {name})" for name in tables
        )
        for (name,) in connection.execute(asked.encode()).fetchall():
            connection.execute(f"DELETE FROM {name}".encode())


def filled_tables(administrator: Address) -> frozenset[str]:
    """Return the tables that migrations put rows into: reference data, which cleaning keeps."""
    with psycopg.connect(**administrator.parameters()) as connection:
        rows = connection.execute(
            "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables "
            "WHERE schemaname = 'public'"
        ).fetchall()
        return frozenset(
            name
            for (name,) in rows
            if connection.execute(f"SELECT 1 FROM {name} LIMIT 1".encode()).fetchone()
        )
