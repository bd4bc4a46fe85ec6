"""
Django's PostgreSQL backend, plus one statement at the start of each transaction.

The setting is transaction-local: it cannot outlive a commit, a rollback or a return to a
connection pool (psycopg_pool, PgBouncer in transaction mode).
"""

import psycopg
from django.db.backends.postgresql import base
from psycopg.pq import TransactionStatus

from tenancy import room
from tenancy.tokens import token_for


class DatabaseWrapper(base.DatabaseWrapper):
    """One connection; its transactions belong to the room they are opened in."""

    def _set_autocommit(self, autocommit: bool) -> None:
        super()._set_autocommit(autocommit)  # type: ignore[misc]
        if not autocommit and room.peek() is not None:
            self.apply_tenant_token()

    def apply_tenant_token(self) -> None:
        """Send the room's token, or clear it outside any room; a failed transaction gets none."""
        if self.connection.info.transaction_status == TransactionStatus.INERROR:
            return
        tenant_id = room.peek()
        token = "" if tenant_id is None else token_for(tenant_id)
        # A server-side bound parameter: a literal would show in pg_stat_activity and the log.
        with psycopg.Cursor(self.connection) as cursor:
            cursor.execute("SELECT set_config('app.tenant', %s, true)", (token,))
