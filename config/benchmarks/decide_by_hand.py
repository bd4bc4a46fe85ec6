"""
An application and its decision in plain psycopg: the floor that the action is held against.

It writes, in two transactions, rows like those of an application that was decided before, under
keys of their own. It computes nothing: no features, no score, no policy, no cost table.
"""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

import psycopg
from psycopg import sql

from config.database import address
from tenancy.ids import uuid7
from tenancy.tokens import token_for

# As text: the server reads each value again as its column's type.
Row = dict[str, str | None]
# Keys that the server counts up by itself.
_COUNTED = ("lending_stagechange", "tenancy_auditevent")


class ByHand:
    """One connection of the app role, working for one tenant, after the model of one decision."""

    def __init__(self, tenant_id: int, model_id: UUID) -> None:
        self.connection = psycopg.connect(**address("app").parameters())
        self.token = token_for(tenant_id)
        self._statements: dict[str, sql.Composed] = {}
        self._enter()
        key = [str(model_id)]
        self.application = self._rows("lending_application", "id = %s", key)[0]
        self.changes = self._rows("lending_stagechange", "application_id = %s", key)
        self.audits = self._rows("tenancy_auditevent", "subject_id = %s", key)
        self.snapshot = self._rows("scoring_featuresnapshot", "subject_id = %s", key)[0]
        self.decision = self._rows("scoring_decision", "subject_id = %s", key)[0]
        self.offers = self._rows("lending_offer", "application_id = %s", key)
        self.connection.rollback()

    def submit(self) -> str:
        """Write the application, its first stage and the audit event; return its key."""
        key = str(uuid7())
        self._enter()
        fresh = {"id": key, "number": key[-12:], "stage": "SUBMITTED", "decision_id": None}
        self._insert("lending_application", self.application | fresh | {"decided_at": None})
        self._insert("lending_stagechange", self.changes[0] | {"application_id": key})
        self._insert("tenancy_auditevent", self.audits[0] | {"subject_id": key})
        self.connection.commit()
        return key

    def decide(self, key: str) -> None:
        """Lock the application; write snapshot, decision, offer, stages, audit; move it on."""
        self._enter()
        run = self.connection.execute
        run("SELECT * FROM lending_application WHERE id = %s FOR UPDATE", [key]).fetchone()
        snapshot, decision = str(uuid7()), str(uuid7())
        subject = {"subject_id": key}
        self._insert("scoring_featuresnapshot", self.snapshot | subject | {"id": snapshot})
        self._insert(
            "scoring_decision",
            self.decision | subject | {"id": decision, "snapshot_id": snapshot},
        )
        for offer in self.offers:
            self._insert("lending_offer", offer | {"id": str(uuid7()), "application_id": key})
        for change in self.changes[1:]:
            self._insert("lending_stagechange", change | {"application_id": key})
        self._insert("tenancy_auditevent", self.audits[-1] | subject)
        run(
            "UPDATE lending_application SET stage = %s, decision_id = %s, reasons = %s, "
            "decided_at = %s WHERE id = %s",
            [
                self.application["stage"],
                decision,
                self.application["reasons"],
                self.application["decided_at"],
                key,
            ],
        )
        self.connection.commit()

    def _enter(self) -> None:
        self.connection.execute("SELECT set_config('app.tenant', %s, true)", [self.token])

    def _rows(self, table: str, condition: str, values: list[str]) -> list[Row]:
        # Every column as text, whatever its type.
        with self.connection.cursor() as cursor:
            cursor.execute(sql.SQL("SELECT * FROM {} LIMIT 0").format(_name(table)))
            names = [column.name for column in cursor.description or ()]
            cursor.execute(
                sql.SQL("SELECT {} FROM {} WHERE {} ORDER BY id").format(
                    sql.SQL(", ").join(sql.SQL("{}::text").format(_name(n)) for n in names),
                    _name(table),
                    sql.SQL(condition),
                ),
                values,
            )
            rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        for row in rows if table in _COUNTED else []:
            del row["id"]
        return rows

    def _insert(self, table: str, row: Mapping[str, str | None]) -> None:
        if table not in self._statements:
            self._statements[table] = sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
                _name(table),
                sql.SQL(", ").join(map(_name, row)),
                sql.SQL(", ").join([sql.Placeholder()] * len(row)),
            )
        self.connection.execute(self._statements[table], list(row.values()))


def _name(name: str) -> sql.Identifier:
    return sql.Identifier(name)
