"""A walk through PostgreSQL's catalogue: is every table either guarded or known to be outside?"""

from __future__ import annotations

from django.conf import settings
from django.db import connection

from tenancy.grants import TABLES_OUTSIDE_ROOMS
from tenancy.proofs import Failure

_TABLES = """
    SELECT c.relname, c.relrowsecurity, c.relforcerowsecurity,
           EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid
                   AND a.attname = 'tenant_id' AND a.attnotnull AND a.atthasdef),
           EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid
                   AND p.polname = 'tenant_isolation' AND p.polcmd = '*'
                   AND pg_get_expr(p.polqual, c.oid) = '(tenant_id = app.tenant())'
                   AND pg_get_expr(p.polwithcheck, c.oid) = '(tenant_id = app.tenant())')
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') ORDER BY 1
"""
# Primary keys, unique indexes and foreign keys that do not begin with the tenant.
_KEYS = """
    SELECT c.relname, i.relname
    FROM pg_index x
    JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class c ON c.oid = x.indrelid
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = x.indkey[0]
    WHERE x.indisunique AND c.relrowsecurity AND a.attname <> 'tenant_id'
    UNION ALL
    SELECT c.relname, k.conname
    FROM pg_constraint k
    JOIN pg_class c ON c.oid = k.conrelid JOIN pg_class f ON f.oid = k.confrelid
    WHERE k.contype = 'f' AND c.relrowsecurity AND f.relrowsecurity
    AND NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid
                    AND a.attnum = k.conkey[1] AND a.attname = 'tenant_id')
    ORDER BY 1, 2
"""
_UNGUARDED_VIEWS = """
    SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = 'public' AND (c.relkind = 'm' OR c.relkind = 'v'
          AND NOT coalesce(c.reloptions::text[] @> ARRAY['security_invoker=true'], false))
"""
_EXCESS = """
    SELECT table_name || ': ' || privilege_type FROM information_schema.table_privileges
    WHERE grantee = %s AND table_schema = 'public'
    AND privilege_type IN ('TRUNCATE', 'REFERENCES', 'TRIGGER')
    UNION ALL SELECT 'role: ' || rolname FROM pg_roles
    WHERE rolname = %s AND (rolsuper OR rolbypassrls OR rolcreaterole)
"""


def unguarded() -> list[Failure]:
    """Return what is not as it must be, a failure a table, key, view or grant."""
    failures = []
    app_role = settings.DATABASE_ROLES["app"]
    with connection.cursor() as cursor:
        cursor.execute(_TABLES)
        for table, enabled, forced, filled, policy in cursor.fetchall():
            if table in TABLES_OUTSIDE_ROOMS:
                continue
            for holds, what in (
                (enabled, "row-level security"),
                (forced, "forced row-level security"),
                (filled, "tenant_id not null, filled from the token"),
                (policy, "the tenant_isolation policy"),
            ):
                if not holds:
                    failures.append(_failure(table, what, "missing"))
        cursor.execute(_KEYS)
        for table, key in cursor.fetchall():
            failures.append(_failure(f"{table}.{key}", "begins with tenant_id", "does not"))
        cursor.execute(_UNGUARDED_VIEWS)
        for (view,) in cursor.fetchall():
            failures.append(_failure(view, "a view with security_invoker", "reads as its owner"))
        cursor.execute(_EXCESS, [app_role, app_role])
        for (grant,) in cursor.fetchall():
            failures.append(_failure(grant, "not granted to the app role", "granted"))
    return failures


def _failure(row: str, expected: str, got: str) -> Failure:
    return Failure(proof="tables_guarded", row=row, expected=expected, got=got)
