"""The database that every other test stands on."""

from collections.abc import Callable

import psycopg
import pytest
from django.db import connection

from config.database import Role, role_name


class TestRoles:
    def test_django_connects_as_the_unprivileged_role(self, db: None) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT current_user, rolsuper, rolbypassrls, rolcreatedb, rolcreaterole "
                "FROM pg_roles WHERE rolname = current_user"
            )
            assert cursor.fetchone() == (role_name("app"), False, False, False, False)

    @pytest.mark.parametrize(
        "statement",
        [
            "SELECT * FROM pgmq.q_granary_tasks",
            "SELECT * FROM pgmq.read('granary_tasks', 1, 1)",
            "SELECT pgmq.drop_queue('granary_tasks')",
            "CREATE TABLE public.mine (id int)",
            "CREATE SCHEMA mine",
        ],
    )
    def test_the_app_may_not(
        self, statement: str, second_app_connection: psycopg.Connection
    ) -> None:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            second_app_connection.execute(statement.encode())

    def test_nobody_else_may_connect(
        self, connect: Callable[[Role], psycopg.Connection], admin_connection: psycopg.Connection
    ) -> None:
        row = admin_connection.execute(
            "SELECT has_database_privilege('public', current_database(), 'CONNECT')"
        ).fetchone()
        assert row == (False,)
