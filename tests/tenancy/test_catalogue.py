"""The walk through the catalogue: green as we are, red for each way to forget the wall."""

import psycopg
import pytest
from django.db import connection

from tenancy.queries.catalogue import unguarded

pytestmark = pytest.mark.django_db


def test_every_table_is_guarded_or_known_to_be_outside() -> None:
    assert unguarded() == []


@pytest.mark.django_db(transaction=True)
class TestForgetting:
    @pytest.mark.parametrize(
        ("mistake", "repair", "named"),
        [
            (
                "CREATE TABLE tenancy_loose (id bigint PRIMARY KEY, tenant_id integer)",
                "DROP TABLE tenancy_loose",
                "tenancy_loose",
            ),
            (
                "ALTER TABLE tenancy_document NO FORCE ROW LEVEL SECURITY",
                "ALTER TABLE tenancy_document FORCE ROW LEVEL SECURITY",
                "tenancy_document",
            ),
            (
                "ALTER TABLE tenancy_document ALTER tenant_id DROP DEFAULT",
                "ALTER TABLE tenancy_document ALTER tenant_id SET DEFAULT app.tenant()",
                "tenancy_document",
            ),
            (
                "CREATE UNIQUE INDEX loose ON tenancy_document (sha256)",
                "DROP INDEX loose",
                "tenancy_document.loose",
            ),
            (
                "CREATE VIEW loose AS SELECT * FROM tenancy_document",
                "DROP VIEW loose",
                "loose",
            ),
            (
                "CREATE MATERIALIZED VIEW loose AS SELECT 1 AS one",
                "DROP MATERIALIZED VIEW loose",
                "loose",
            ),
        ],
    )
    def test_is_found(
        self, owner_connection: psycopg.Connection, mistake: str, repair: str, named: str
    ) -> None:
        owner_connection.execute(mistake.encode())
        owner_connection.commit()
        try:
            found = {failure.row for failure in unguarded()}
        finally:
            connection.close()
            owner_connection.execute(repair.encode())
            owner_connection.commit()

        assert found == {named}
        assert unguarded() == []
