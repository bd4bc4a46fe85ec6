"""What a load balancer and an orchestrator ask: is the process up, and can it serve?"""

from __future__ import annotations

from collections.abc import Callable

import structlog
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from kombu.exceptions import OperationalError

from config.celery import BROKER_URL, app

logger = structlog.get_logger(__name__)

BROKER_SECONDS = 2


class _Schema:
    """Migrations are compared until they fit once: this process will not see them unfit."""

    fits = False

    @classmethod
    def check(cls) -> None:
        if cls.fits:
            return
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
        if waiting:
            raise NotReady(f"{len(waiting)} migrations wait")
        cls.fits = True


class NotReady(Exception):
    """What a part lacks for serving."""


@never_cache
@require_safe
def alive(request: HttpRequest) -> HttpResponse:
    """Say that the process answers; nothing else is asked, so a slow database restarts nobody."""
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """Say whether database, migrations and broker are there: 200, else 503 naming what is not."""
    checks = {"database": _database, "migrations": _Schema.check, "broker": _broker}
    found = {name: _outcome(name, check) for name, check in checks.items()}
    is_ready = all(outcome == "ok" for outcome in found.values())
    body = {"status": "ok" if is_ready else "unavailable", "checks": found}
    return JsonResponse(body, status=200 if is_ready else 503)


# Asked from outside any room, before anybody is known.
alive.finds_its_room = True  # type: ignore[attr-defined]
ready.finds_its_room = True  # type: ignore[attr-defined]


def _outcome(name: str, check: Callable[[], None]) -> str:
    """Run one check; why it failed goes to the log, because the asker may be anybody."""
    try:
        check()
    except (DatabaseError, OperationalError, NotReady, OSError) as error:
        logger.warning("not_ready", check=name, reason=str(error))
        return "unavailable"
    return "ok"


def _database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _broker() -> None:
    if BROKER_URL:
        with app.connection_for_write() as broker:
            broker.ensure_connection(max_retries=1, timeout=BROKER_SECONDS)
        return
    # The broker lies in the same database: what counts is that this role may send.
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT has_function_privilege('broker.send(text, jsonb, jsonb, integer)', 'EXECUTE')"
        )
        if not cursor.fetchone()[0]:
            raise NotReady("this role may not send tasks")
