"""Make roles, database, schemas and task queues; repeating is harmless, also at the same time.

Runs as an administrator, before any migration. What each role may do with the tables is said
where the tables are made (``tenancy.guard``); here stands only what is there before any table.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import psycopg
from pgmq.install import get_embedded_install_sql
from psycopg import sql

from config.database import ROLES, Address, role_name, role_password

# Any number does, as long as everybody takes the same one.
LOCK = 7_203_911_004

# Several installations may share a broker; each has queues of its own. What takes minutes has one
# too: it must not stand in front of what takes milliseconds.
TASKS = f"{os.environ.get('GRANARY_QUEUE_PREFIX', 'granary')}_tasks"
SLOW_TASKS = f"{os.environ.get('GRANARY_QUEUE_PREFIX', 'granary')}_slow"
QUEUES = (TASKS, SLOW_TASKS)


def provision(administrator: Address, queues: tuple[str, ...] = QUEUES) -> None:
    """Bring the server to where ``migrate`` can begin.

    :param administrator: connection of a role that may create roles and databases; its ``name``
        is the database to make.
    """
    with _maintenance(administrator) as connection:
        for role in ROLES:
            _make_role(connection, role_name(role), role_password(role))
        _make_database(connection, administrator.name)
    with psycopg.connect(**administrator.parameters()) as connection:
        connection.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        _make_schemas(connection)
        _make_queues(connection, administrator.name, queues)


@contextmanager
def _maintenance(administrator: Address) -> Iterator[psycopg.Connection]:
    """Connect beside the database that is to be made, holding the lock for the whole session."""
    beside = replace(administrator, name="postgres")
    with psycopg.connect(**beside.parameters(), autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        yield connection


def _make_role(connection: psycopg.Connection, name: str, password: str) -> None:
    found = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name]).fetchone()
    connection.execute(
        sql.SQL(
            "{verb} ROLE {name} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE "
            "NOREPLICATION PASSWORD {password}"
        ).format(
            verb=sql.SQL("ALTER" if found else "CREATE"),
            name=sql.Identifier(name),
            password=sql.Literal(password),
        )
    )
    # A managed server's administrator is no superuser, and may only give things to roles it is in.
    connection.execute(
        sql.SQL(
            "DO $$ BEGIN IF NOT pg_has_role(current_user, {literal}, 'MEMBER') "
            "THEN GRANT {name} TO CURRENT_USER; END IF; END $$"
        ).format(literal=sql.Literal(name), name=sql.Identifier(name))
    )


def _make_database(connection: psycopg.Connection, name: str) -> None:
    found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
    if not found:
        connection.execute(
            sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8'").format(
                sql.Identifier(name), sql.Identifier(role_name("owner"))
            )
        )
    open_database(connection, name)


def open_database(connection: psycopg.Connection, name: str) -> None:
    """Let the three roles, and nobody else, into a database; a copy of one starts without."""
    database = sql.Identifier(name)
    names = {role: sql.Identifier(role_name(role)) for role in ROLES}
    for statement in (
        "REVOKE ALL ON DATABASE {database} FROM PUBLIC",
        "GRANT CONNECT, TEMPORARY ON DATABASE {database} TO {owner}, {app}",
        "GRANT CONNECT ON DATABASE {database} TO {broker}",
    ):
        connection.execute(sql.SQL(statement).format(database=database, **names))


def _make_schemas(connection: psycopg.Connection) -> None:
    names = {role: sql.Identifier(role_name(role)) for role in ROLES}
    for statement in (
        "REVOKE ALL ON SCHEMA public FROM PUBLIC",
        "GRANT USAGE, CREATE ON SCHEMA public TO {owner}",
        "GRANT USAGE ON SCHEMA public TO {app}",
        "CREATE SCHEMA IF NOT EXISTS app AUTHORIZATION {owner}",
        "REVOKE ALL ON SCHEMA app FROM PUBLIC",
        "GRANT USAGE ON SCHEMA app TO {app}",
        "CREATE SCHEMA IF NOT EXISTS pgmq AUTHORIZATION {broker}",
        "REVOKE ALL ON SCHEMA pgmq FROM PUBLIC",
        "CREATE SCHEMA IF NOT EXISTS broker AUTHORIZATION {broker}",
        "REVOKE ALL ON SCHEMA broker FROM PUBLIC",
        "GRANT USAGE ON SCHEMA broker TO {app}",
    ):
        connection.execute(sql.SQL(statement).format(**names))


# The only thing that the app may do with a queue: put a message in. It runs with the broker's
# rights, so the app needs none on the queues' tables and can neither read nor remove a task.
SEND = """
CREATE OR REPLACE FUNCTION broker.send(queue text, message jsonb, headers jsonb, delay_s integer)
RETURNS bigint LANGUAGE sql SECURITY DEFINER SET search_path = pgmq, pg_temp
AS $$ SELECT * FROM pgmq.send(queue, message, headers, delay_s) $$;
REVOKE ALL ON FUNCTION broker.send(text, jsonb, jsonb, integer) FROM PUBLIC;
"""


def _make_queues(connection: psycopg.Connection, database: str, queues: tuple[str, ...]) -> None:
    names = {
        "database": sql.Identifier(database),
        "app": sql.Identifier(role_name("app")),
        "broker": sql.Identifier(role_name("broker")),
    }
    # The script creates its schema if it is not there, which needs the right even when it is.
    connection.execute(sql.SQL("GRANT CREATE ON DATABASE {database} TO {broker}").format(**names))
    connection.execute(sql.SQL("SET LOCAL ROLE {broker}").format(**names))
    if connection.execute("SELECT to_regclass('pgmq.meta')").fetchone() == (None,):
        connection.execute(get_embedded_install_sql().encode())
    connection.execute(SEND)
    for queue in queues:
        connection.execute("SELECT pgmq.create(%s)", [queue])
    connection.execute(
        sql.SQL(
            "GRANT EXECUTE ON FUNCTION broker.send(text, jsonb, jsonb, integer) TO {app}"
        ).format(**names)
    )
    connection.execute("RESET ROLE")
    connection.execute(
        sql.SQL("REVOKE CREATE ON DATABASE {database} FROM {broker}").format(**names)
    )
