"""
The 24 attacks on the wall between rooms; each is refused by PostgreSQL, not by our queries.

All of them three times: over plain connections, psycopg's pool, and PgBouncer in transaction mode.
"""

import random
import threading
import time
from collections.abc import Iterator
from contextlib import closing

import psycopg
import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone
from psycopg import errors
from psycopg_pool import ConnectionPool

from config.database import Address, as_role
from tenancy import room
from tenancy.models import IdempotencyRecord, OutboxMessage, WebhookSubscription
from tenancy.tokens import sign, token_for
from tests.tenancy import ways
from tests.tenancy.rooms import Room, furnished, transaction_in

pytestmark = pytest.mark.django_db(transaction=True)
TABLE = "tenancy_webhooksubscription"


@pytest.fixture(scope="module")
def pgbouncer(database: Address, django_db_setup: None) -> Iterator[ways.Way]:
    if not ways.is_pgbouncer_here():
        pytest.skip("needs PgBouncer, which is not here")
    with ways.behind_pgbouncer(as_role(database, "app")) as way:
        yield way


@pytest.fixture(params=["plain", "pool", "pgbouncer"], autouse=True)
def way(
    request: pytest.FixtureRequest, database: Address, transactional_db: None
) -> Iterator[ways.Way]:
    """How every connection of the test reaches the server, Django's own too."""
    app = as_role(database, "app")
    chosen = {
        "plain": lambda: ways.plain(app),
        "pool": lambda: ways.pooled(app),
        "pgbouncer": lambda: request.getfixturevalue("pgbouncer"),
    }[request.param]()
    with chosen.taken_by_django():
        yield chosen


@pytest.fixture
def pool(way: ways.Way) -> Iterator[ConnectionPool]:
    size = ways.SERVER_CONNECTIONS if way.name == "pool" else TestManyAtOnce.THREADS
    parameters = {**way.address.parameters(), "prepare_threshold": None}
    with closing(
        ConnectionPool(kwargs=parameters, min_size=1, max_size=size, open=True)
    ) as opened:
        yield opened


@pytest.fixture
def second_app_connection(pool: ConnectionPool) -> Iterator[psycopg.Connection]:
    """A connection of the app role beside Django's own, on the same way."""
    with pool.connection() as opened:
        yield opened
        opened.rollback()


@pytest.fixture
def mine(way: ways.Way) -> Room:
    return furnished("mine")


@pytest.fixture
def theirs(way: ways.Way) -> Room:
    return furnished("theirs")


class TestReading:
    def test_1_orm_without_a_room_reads_nothing(self, theirs: Room) -> None:
        assert WebhookSubscription.objects.count() == 0

    def test_2_raw_sql_without_a_room_reads_nothing(
        self, theirs: Room, second_app_connection: psycopg.Connection
    ) -> None:
        assert _all(second_app_connection, f"SELECT * FROM {TABLE}") == []

    def test_3_orm_get_by_anothers_key_finds_nothing(self, mine: Room, theirs: Room) -> None:
        with room.enter(mine.tenant_id), pytest.raises(WebhookSubscription.DoesNotExist):
            WebhookSubscription.objects.get(pk=theirs.subscription_id)

    def test_4_raw_get_by_anothers_key_finds_nothing(
        self, mine: Room, theirs: Room, second_app_connection: psycopg.Connection
    ) -> None:
        with transaction_in(second_app_connection, mine.tenant_id):
            query = f"SELECT * FROM {TABLE} WHERE id = '{theirs.subscription_id}'"
            assert _all(second_app_connection, query) == []

    @pytest.mark.parametrize(
        "query",
        [
            f"SELECT tenant_id FROM {TABLE} WHERE url = 'x' OR 1=1",
            f"SELECT tenant_id FROM {TABLE} WHERE false UNION ALL "
            "SELECT tenant_id FROM tenancy_outboxmessage",
            f"SELECT s.tenant_id FROM {TABLE} s, tenancy_outboxmessage m",
            f"SELECT tenant_id FROM (TABLE {TABLE}) everything",
            f"SELECT (SELECT max(tenant_id) FROM {TABLE})",
        ],
        ids=["5 or true", "6 union", "cross join", "table", "scalar"],
    )
    def test_clever_sql_reads_only_this_room(
        self, query: str, mine: Room, theirs: Room, second_app_connection: psycopg.Connection
    ) -> None:
        with transaction_in(second_app_connection, mine.tenant_id):
            rows = _all(second_app_connection, query)

        assert {row[0] for row in rows} == {mine.tenant_id}


class TestWriting:
    @pytest.mark.parametrize(
        "statement",
        [
            f"UPDATE {TABLE} SET url = 'https://evil.example' WHERE id = %(theirs)s",
            f"DELETE FROM {TABLE} WHERE id = %(theirs)s",
        ],
        ids=["7 update", "8 delete"],
    )
    def test_changing_anothers_row_changes_nothing(
        self,
        statement: str,
        mine: Room,
        theirs: Room,
        second_app_connection: psycopg.Connection,
    ) -> None:
        with transaction_in(second_app_connection, mine.tenant_id):
            done = second_app_connection.execute(statement, {"theirs": theirs.subscription_id})

        assert done.rowcount == 0
        with room.enter(theirs.tenant_id):
            assert WebhookSubscription.objects.get().url == "https://theirs.example/hook"

    @pytest.mark.parametrize(
        "statement",
        [
            f"INSERT INTO {TABLE} (id, tenant_id, client_id, url, secret, topics, is_active) "
            "VALUES (gen_random_uuid(), %(their_room)s, 'x', 'x', 'x', '[]', true)",
            f"UPDATE {TABLE} SET tenant_id = %(their_room)s WHERE id = %(mine)s",
        ],
        ids=["9 insert", "10 move"],
    )
    def test_no_row_gets_into_anothers_room(
        self,
        statement: str,
        mine: Room,
        theirs: Room,
        second_app_connection: psycopg.Connection,
    ) -> None:
        keys = {"their_room": theirs.tenant_id, "mine": mine.subscription_id}

        with (
            pytest.raises(errors.InsufficientPrivilege, match="row-level security"),
            transaction_in(second_app_connection, mine.tenant_id),
        ):
            second_app_connection.execute(statement, keys)

    def test_11_no_row_can_point_into_anothers_room(self, mine: Room, theirs: Room) -> None:
        with pytest.raises(IntegrityError), room.enter(mine.tenant_id):
            OutboxMessage.objects.update(subscription_id=theirs.subscription_id)

    def test_a_row_written_without_a_room_is_refused(self) -> None:
        with pytest.raises(DatabaseError):
            IdempotencyRecord.objects.create(
                client="x", key="x", fingerprint="x", status=200, created_at=timezone.now()
            )


class TestTheToken:
    @pytest.mark.parametrize(
        "forgery",
        [
            "{tenant}:9999999999:" + "0" * 64,
            "{tenant}",
            "{tenant}:9999999999",
            "{tenant}:9999999999:" + "0" * 64 + ":x",
            "' OR '1'='1",
        ],
    )
    def test_12_a_forged_setting_is_an_error(
        self, forgery: str, theirs: Room, second_app_connection: psycopg.Connection
    ) -> None:
        forged = forgery.format(tenant=theirs.tenant_id)

        with pytest.raises(errors.InsufficientPrivilege, match="forged"):
            _read_with(second_app_connection, forged)

    def test_12_a_token_of_ones_own_does_not_open_another_room(
        self, mine: Room, theirs: Room, second_app_connection: psycopg.Connection
    ) -> None:
        _, expiry, mac = token_for(mine.tenant_id).split(":")

        with pytest.raises(errors.InsufficientPrivilege, match="forged"):
            _read_with(second_app_connection, f"{theirs.tenant_id}:{expiry}:{mac}")

    def test_13_an_expired_token_is_an_error(
        self, mine: Room, second_app_connection: psycopg.Connection
    ) -> None:
        with pytest.raises(errors.InsufficientPrivilege, match="expired"):
            _read_with(second_app_connection, sign(mine.tenant_id, int(time.time()) - 1))

    def test_14_the_key_cannot_be_read(self, second_app_connection: psycopg.Connection) -> None:
        with pytest.raises(errors.InsufficientPrivilege):
            _all(second_app_connection, "SELECT * FROM app.token_key")


class TestTheWall:
    @pytest.mark.parametrize(
        "statement",
        [
            f"TRUNCATE {TABLE}",
            f"ALTER TABLE {TABLE} DISABLE ROW LEVEL SECURITY",
            f"ALTER TABLE {TABLE} NO FORCE ROW LEVEL SECURITY",
            "SET ROLE {owner}",
            f"DROP POLICY tenant_isolation ON {TABLE}",
            f"CREATE VIEW public.around AS SELECT * FROM {TABLE}",
            "SET session_replication_role = replica",
            "CREATE OR REPLACE FUNCTION app.tenant() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
        ],
        ids=["16", "17", "17b", "18", "19", "20", "triggers off", "replace the check"],
    )
    def test_cannot_be_taken_down(
        self, statement: str, settings, second_app_connection: psycopg.Connection
    ) -> None:
        with pytest.raises(errors.InsufficientPrivilege):
            _all(second_app_connection, statement.format(owner=settings.DATABASE_ROLES["owner"]))

    def test_15_switching_row_security_off_reads_nothing(
        self, theirs: Room, second_app_connection: psycopg.Connection
    ) -> None:
        second_app_connection.execute("SET row_security = off")

        with pytest.raises(errors.InsufficientPrivilege):
            _all(second_app_connection, f"SELECT * FROM {TABLE}")

    def test_the_owner_sees_no_rows_either(
        self, theirs: Room, owner_connection: psycopg.Connection
    ) -> None:
        assert _all(owner_connection, f"SELECT * FROM {TABLE}") == []


class TestGoingInAndOut:
    def test_21_an_inner_room_gives_way_to_the_outer_one(self, mine: Room, theirs: Room) -> None:
        with room.enter(mine.tenant_id):
            with room.enter(theirs.tenant_id):
                assert _rooms_seen() == {theirs.tenant_id}
            assert _rooms_seen() == {mine.tenant_id}

    def test_21_also_when_the_inner_one_fails(self, mine: Room, theirs: Room) -> None:
        with room.enter(mine.tenant_id):
            with pytest.raises(ZeroDivisionError), room.enter(theirs.tenant_id):
                1 / 0  # noqa: B018
            assert _rooms_seen() == {mine.tenant_id}

    def test_22_nothing_is_left_after_commit(self, mine: Room) -> None:
        with room.enter(mine.tenant_id):
            assert _rooms_seen() == {mine.tenant_id}

        assert _setting() in ("", None)

    def test_23_nothing_is_left_after_an_error(self, mine: Room) -> None:
        with pytest.raises(DatabaseError), room.enter(mine.tenant_id):
            connection.cursor().execute("SELECT 1/0")

        assert _setting() in ("", None)

    def test_23_nothing_is_left_after_a_rollback(self, mine: Room) -> None:
        with room.enter(mine.tenant_id):
            transaction.set_rollback(True)

        assert _setting() in ("", None)


class TestManyAtOnce:
    """Attack 24: threads of two rooms over few connections, with random rollbacks."""

    THREADS, TRANSACTIONS = 8, 150

    def test_24_no_thread_ever_sees_anothers_room(
        self, pool: ConnectionPool, mine: Room, theirs: Room
    ) -> None:
        leaks: list[set[int]] = []

        def work(seed: int) -> None:
            chance = random.Random(seed)
            for _ in range(self.TRANSACTIONS):
                tenant_id = chance.choice([mine.tenant_id, theirs.tenant_id, None])
                seen = self._one_transaction(pool, tenant_id, fail=chance.random() < 0.3)
                if seen != ({tenant_id} - {None}):
                    leaks.append(seen)

        threads = [threading.Thread(target=work, args=[n]) for n in range(self.THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert leaks == []

    @staticmethod
    def _one_transaction(pool: ConnectionPool, tenant_id: int | None, *, fail: bool) -> set[int]:
        seen: set[int] = set()
        try:
            with pool.connection() as opened, transaction_in(opened, tenant_id):
                seen = {row[0] for row in _all(opened, f"SELECT tenant_id FROM {TABLE}")}
                if fail:
                    opened.execute("SELECT 1/0")
        except errors.DivisionByZero:
            pass
        return seen


def _all(opened: psycopg.Connection, query: str) -> list[tuple]:
    cursor = opened.execute(query.encode())
    return cursor.fetchall() if cursor.description else []


def _read_with(opened: psycopg.Connection, token: str) -> None:
    with opened.transaction():
        opened.execute("SELECT set_config('app.tenant', %s, true)", [token])
        opened.execute(f"SELECT * FROM {TABLE}".encode())


def _rooms_seen() -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT tenant_id FROM {TABLE}")
        return {row[0] for row in cursor.fetchall()}


def _setting() -> str | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('app.tenant', true)")
        return cursor.fetchone()[0]
