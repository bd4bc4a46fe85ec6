"""Fixtures of all tests: a real PostgreSQL, a tenant's room, connections of every role."""

import os
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import connection, connections
from django.test import TransactionTestCase
from hypothesis import settings as hypothesis

from config.database import Address, Role, as_role
from config.home import ROOT
from tenancy import room as rooms
from tenancy.models import Tenant
from tests import databases
from tests.tasks import SentTasks

# Machines differ in speed, so no example has a deadline. CI tries the same examples each time,
# because a change must not land or fail by luck; everybody else looks for new ones.
hypothesis.register_profile("developer", deadline=None, print_blob=True)
hypothesis.register_profile("ci", deadline=None, derandomize=True)
hypothesis.load_profile("ci" if os.environ.get("CI") else "developer")

DATABASE_FIXTURES = {"db", "transactional_db", "database"}

# Slow on purpose where passwords are kept; here it would be most of what the tests do.
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(scope="session")
def database() -> Iterator[Address]:
    """The administrator's connection to this test process's own database."""
    administrator = databases.server()
    address = databases.copy(administrator)
    yield address
    connections.close_all()
    with databases.connected(administrator) as beside:
        databases.drop(beside, address.name)


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, database: Address) -> Iterator[None]:
    """Point Django, as the app role, at the copy; pytest-django would make one as superuser."""
    app = as_role(database, "app")
    settings.DATABASES["default"].update(
        HOST=app.host,
        PORT=str(app.port),
        NAME=app.name,
        USER=app.user,
        PASSWORD=app.password,
        OPTIONS={**settings.DATABASES["default"].get("OPTIONS", {}), **app.options},
    )
    kept = databases.filled_tables(database)

    def clean(_: TransactionTestCase) -> None:
        # Django would flush, which the app role may not do and append-only tables refuse.
        databases.empty(database, kept)

    # Django finds out by creating a table, which the app role may not do.
    connection.features.supports_transactions = True
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", clean)
        yield


@pytest.fixture
def room(db: None) -> Iterator[Tenant]:
    """The tenant Riverside, entered for the whole test."""
    tenant = Tenant.objects.create(
        slug="riverside",
        name="Riverside Microloan",
        name_zh="河畔小额贷款",
        jurisdiction="CN",
        currency="CNY",
        business_date=date(2026, 1, 5),
    )
    with rooms.entered(tenant.pk):
        yield tenant
        if connection.in_atomic_block and not connection.needs_rollback:
            check_constraints()


def check_constraints() -> None:
    """Run what the database would check at commit, then defer again."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


@pytest.fixture
def commits() -> Callable[[], None]:
    """A function that runs the deferred triggers now, as a commit would."""
    return check_constraints


@pytest.fixture
def admin_connection(database: Address) -> Iterator[psycopg.Connection]:
    """A superuser's connection: sees through every policy, commits at the end."""
    yield from _connection(database)


@pytest.fixture
def connect(database: Address) -> Iterator[Callable[[Role], psycopg.Connection]]:
    """A function that opens another plain connection as a role; all are closed after the test."""
    opened: list[psycopg.Connection] = []

    def open_as(role: Role) -> psycopg.Connection:
        opened.append(psycopg.connect(**as_role(database, role).parameters()))
        return opened[-1]

    yield open_as
    for each in opened:
        each.close()


@pytest.fixture
def owner_connection(connect: Callable[[Role], psycopg.Connection]) -> psycopg.Connection:
    """A connection of the role that owns the tables."""
    return connect("owner")


@pytest.fixture
def second_app_connection(connect: Callable[[Role], psycopg.Connection]) -> psycopg.Connection:
    """A connection of the app role beside Django's own."""
    return connect("app")


@pytest.fixture
def broker_connection(connect: Callable[[Role], psycopg.Connection]) -> psycopg.Connection:
    """A connection of the role that owns the task queues."""
    return connect("broker")


def _connection(address: Address) -> Iterator[psycopg.Connection]:
    with psycopg.connect(**address.parameters()) as opened:
        yield opened


@pytest.fixture
def sent_tasks() -> Iterator[SentTasks]:
    """What was sent to the broker during the test, and a way to run it in this process."""
    with SentTasks() as recorder:
        yield recorder


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of reference material beside the checkout; its tests are skipped elsewhere."""
    folder = Path(os.environ.get("GRANARY_SHARED") or ROOT.parent / "shared")
    if not (folder / "vectors").is_dir():
        pytest.skip("needs ../shared (reference vectors and data), which is not here")
    return folder


def pytest_collection_modifyitems(items: list[Any]) -> None:
    """
    Mark what talks to a live web, and what talks to a database; browser tests come last.

    By then everything they stand on has been tested.
    """
    for item in items:
        if "live_server" in item.fixturenames:
            item.add_marker("http")
        if DATABASE_FIXTURES & set(item.fixturenames) or item.get_closest_marker("django_db"):
            item.add_marker("database")
    items.sort(key=lambda item: "browser" in item.keywords)
