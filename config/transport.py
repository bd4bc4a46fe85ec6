"""The task broker in our own PostgreSQL: a task sent inside a transaction commits with its data.

kombu's ``pgmq`` transport does the reading, as the *broker* role on connections of its own. Three
things differ here. Sending goes over Django's connection, as the app role, through the one
function that it may call. A message that is not acknowledged is leased for a minute and the lease
is renewed while its worker lives, so that a killed worker's task is back within the minute however
long tasks may take. And a task that killed its worker again and again is set aside.
"""

import logging
import time
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection
from kombu.transport import TRANSPORT_ALIASES, pgmq, virtual
from pgmq import PGMQueue
from psycopg import Cursor
from psycopg.types.json import Jsonb
from psycopg_pool import ConnectionPool

from config.database import Address, role_name, role_password

logger = logging.getLogger(__name__)

LEASE_SECONDS = 60
RENEW_SECONDS = 15
DELIVERIES_BEFORE_SET_ASIDE = 5
POOL_SECONDS = 10
# Work comes in bursts: look often while it does, seldom otherwise.
BUSY_POLL_SECONDS = 0.01
IDLE_POLL_SECONDS = 0.05
BUSY_FOR_SECONDS = 2.0
LONGEST_WAIT_SECONDS = 0.5

ALIAS = "granary"
TRANSPORT_ALIASES[ALIAS] = "config.transport:Transport"


def send(queue: str, message: dict[str, Any]) -> None:
    """Put a message into a queue over Django's connection, in its transaction if one is open."""
    if not connection.in_atomic_block:
        connection.close_if_unusable_or_obsolete()
    connection.ensure_connection()
    # psycopg's own cursor: the parameters are bound by the server, as they may hold what a
    # log or pg_stat_activity must not show.
    with Cursor(connection.connection) as cursor:
        cursor.execute(
            "SELECT broker.send(%s, %s, %s, %s)",
            [queue, Jsonb(message), Jsonb(message.get("headers") or {}), _delay_seconds(message)],
        )


def _delay_seconds(message: dict[str, Any]) -> int:
    """Return how long the queue keeps a task for later: a worker that is told waits in memory."""
    eta = (message.get("headers") or {}).get("eta")
    if not eta:
        return 0
    due = datetime.fromisoformat(eta)
    return max(0, int(due.timestamp() - time.time()))


def broker_address() -> Address:
    """Return the database that Django uses, as the broker sees it."""
    database = settings.DATABASES["default"]
    return Address(
        host=database["HOST"],
        port=int(database["PORT"]),
        name=database["NAME"],
        user=role_name("broker"),
        password=role_password("broker"),
        options={name: str(value) for name, value in _libpq(database["OPTIONS"]).items()},
    )


def _libpq(options: dict[str, Any]) -> dict[str, Any]:
    ours = {"pool", "server_side_binding", "isolation_level", "assume_role", "context"}
    return {name: value for name, value in options.items() if name not in ours}


class Channel(pgmq.Channel):
    """A channel whose queues were made when the database was provisioned."""

    def _put(self, queue: str, message: dict[str, Any], **_: Any) -> None:
        send(self._queue_name(queue), message)

    def _has_queue(self, queue: str, **_: Any) -> bool:
        return True

    def _new_queue(self, queue: str, **_: Any) -> None:
        """Queues are not made on the way: neither role may, and a mistyped name should fail."""

    def _size(self, queue: str) -> int:
        """Return nothing of use: declaring a queue asks, and a sender may not look."""
        return 0

    def _receive_messages(self, queue: str, qty: int = 1, **_: Any) -> list[Any]:
        name = self._queue_name(queue)
        fresh = []
        found = self.pgmq.read(name, vt=LEASE_SECONDS, qty=qty)
        for message in self._normalize_messages(found):
            if message.read_ct > DELIVERIES_BEFORE_SET_ASIDE:
                task = (message.message.get("headers") or {}).get("task")
                logger.error("task set aside: its workers died", extra={"task": task})
                self.pgmq.archive(name, message.msg_id)
            else:
                fresh.append(message)
        return fresh

    def renew_leases(self) -> None:
        """Keep what this worker has in hand from being given to another."""
        for message in list(self.qos._delivered.values()):
            info = message.delivery_info
            if info.get("pgmq_msg_id") is not None and message.acknowledged is False:
                self.pgmq.set_vt(info["pgmq_queue"], info["pgmq_msg_id"], LEASE_SECONDS)


class Transport(pgmq.Transport):
    """kombu's transport, for a database that Django knows."""

    Channel = Channel
    _renewed_at = 0.0
    _delivered_at = 0.0
    _pool: ConnectionPool | None = None

    @property
    def polling_interval(self) -> float:
        """Seconds between looks into empty queues."""
        busy = time.monotonic() - self._delivered_at < BUSY_FOR_SECONDS
        return BUSY_POLL_SECONDS if busy else IDLE_POLL_SECONDS

    @polling_interval.setter
    def polling_interval(self, seconds: float) -> None:
        """Ignore kombu's fixed interval."""

    def establish_connection(self) -> Any:
        """Connect for sending, which needs nothing: a web process never opens the broker's own."""
        return virtual.Transport.establish_connection(self)

    def verify_connection(self, connection: Any) -> bool:
        """Say whether a connection for sending still serves; Django's own is checked on use."""
        return True

    def drain_events(self, connection: Any, timeout: float | None = None) -> None:
        """Wait for a message, renewing the leases of those that are being worked on."""
        if time.monotonic() - self._renewed_at > RENEW_SECONDS:
            self._renewed_at = time.monotonic()
            for channel in connection.channels:
                channel.renew_leases()
        # The worker looks for a signal only between two calls.
        super().drain_events(
            connection, timeout=min(timeout or LONGEST_WAIT_SECONDS, LONGEST_WAIT_SECONDS)
        )

    def _deliver(self, message: Any, queue: str) -> None:
        self._delivered_at = time.monotonic()
        super()._deliver(message, queue)

    def _create_pgmq_client(self) -> PGMQueue:
        self._pool = ConnectionPool(
            kwargs=broker_address().parameters(),
            min_size=1,
            max_size=2,  # reading and acknowledging are different threads
            timeout=POOL_SECONDS,
            name="broker",
            open=True,
        )
        return PGMQueue(conn_string=None, pool=self._pool, vt=LEASE_SECONDS, init_extension=False)

    def close_connection(self, connection: Any) -> None:
        """Close also the pool, which the client takes for somebody else's."""
        super().close_connection(connection)
        if self._pool is not None:
            self._pool.close(timeout=1)
            self._pool = None
