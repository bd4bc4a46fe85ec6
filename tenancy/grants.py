"""Grants on tables that belong to no room, and the key that tokens are checked with."""

from __future__ import annotations

import hmac
from typing import Any

from django.conf import settings
from django.db import connections

# Tables outside any room, and why. Everything else without a guarded tenant column makes the
# catalogue walk fail (tenancy.queries.catalogue).
TABLES_OUTSIDE_ROOMS = {
    "tenancy_tenant": "the list of rooms itself",
    "tenancy_user": "a person may work in several rooms",
    "tenancy_apiclient": "looked up by client id before a room can be entered",
    "tenancy_tokenattempt": "counts requests for a token, before a room is known",
    "oauth2_provider_accesstoken": "looked up by token before a room can be entered",
    "oauth2_provider_grant": "belongs to a client",
    "oauth2_provider_idtoken": "belongs to a client",
    "oauth2_provider_refreshtoken": "belongs to a client",
    "oauth2_provider_devicegrant": "belongs to a client",
    "django_session": "holds which room a signed-in person is in",
    "django_content_type": "names of models",
    "django_admin_log": "unused: the audit trail records what staff do",
    "django_migrations": "names of migrations",
    "auth_group": "unused: roles are memberships",
    "auth_group_permissions": "unused: roles are memberships",
    "auth_permission": "unused: the permission matrix is code",
    "axes_accessattempt": "sign-in attempts, before a room is known",
    "axes_accessattemptexpiration": "sign-in attempts, before a room is known",
    "axes_accessfailurelog": "sign-in attempts, before a room is known",
    "axes_accesslog": "sign-in attempts, before a room is known",
    "celery_outbox": "tasks on their way; they name the room they run in",
    "celery_outbox_dead_letter": "tasks that could not be sent",
    "ledger_currency": "ISO 4217, the same for all",
}
READ_ONLY = {"django_migrations", "ledger_currency"}


def grant_after_migrate(**_: Any) -> None:
    """Grant the app role what it needs outside rooms; store the token key. As the owner."""
    app_role = settings.DATABASE_ROLES["app"]
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT to_regclass('app.token_key') IS NOT NULL")
        if not cursor.fetchone()[0]:
            return
        cursor.execute("SELECT current_user")
        if cursor.fetchone()[0] != settings.DATABASE_ROLES["owner"]:
            return
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for (table,) in cursor.fetchall():
            if table in TABLES_OUTSIDE_ROOMS:
                verbs = "SELECT" if table in READ_ONLY else "SELECT, INSERT, UPDATE, DELETE"
                cursor.execute(f"GRANT {verbs} ON {table} TO {app_role}")
        inner, outer = _hmac_pads(settings.TENANT_TOKEN_KEY)
        cursor.execute(
            "INSERT INTO app.token_key (one, inner_pad, outer_pad) VALUES (true, %s, %s) "
            "ON CONFLICT (one) DO UPDATE SET inner_pad = excluded.inner_pad, "
            "outer_pad = excluded.outer_pad",
            [inner, outer],
        )


def _hmac_pads(key: bytes) -> tuple[bytes, bytes]:
    """The key as HMAC (RFC 2104) mixes it in, so that PostgreSQL need not do it per statement."""
    block = key.ljust(64, b"\0")
    return block.translate(hmac.trans_36), block.translate(hmac.trans_5C)
