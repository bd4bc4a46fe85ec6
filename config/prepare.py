"""Bring an installation to where it can serve: translations, database, tables.

Each step finds out by itself, and quickly, that there is nothing to do.
"""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import psycopg
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from psycopg import sql

from config.database import address, administrator, hold_server, role_name
from config.home import ROOT, secret_key
from config.provision import provision

# What the tables depend on besides the migrations themselves.
SCHEMA_SOURCES = ("*/migrations/**/*.py", "*/migrations/**/*.sql", "tenancy/*.py")


def prepare() -> None:
    """Do all of it; the database is held until this process ends."""
    compile_translations()
    hold_server()
    migrate_if_needed()


def prepare_database() -> None:
    """Have the server running, with roles and an empty database at least."""
    hold_server()
    who = administrator()
    if who is not None:
        provision(who)


def compile_translations() -> None:
    """Write each ``.mo`` beside its ``.po``, where it is missing or older."""
    for source in [*ROOT.glob("locale/*/*/*.po"), *ROOT.glob("*/locale/*/*/*.po")]:
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        with source.open("rb") as file:
            catalogue = read_po(file)
        draft = target.with_suffix(f".{os.getpid()}")
        with draft.open("wb") as file:
            write_mo(file, catalogue)
        draft.replace(target)


def schema_mark() -> str:
    """Return what a migrated schema is known by: it changes when a migration or the key does."""
    digest = hashlib.sha256(secret_key().encode())
    files = {path for pattern in SCHEMA_SOURCES for path in ROOT.glob(pattern)}
    files |= {ROOT / "uv.lock", ROOT / "config" / "provision.py"}
    for path in sorted(files):
        digest.update(str(path.relative_to(ROOT)).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def migrate_if_needed() -> None:
    """Provision and migrate, unless the schema carries the mark of these very files."""
    mark = schema_mark()
    if _marked() == mark:
        return
    prepare_database()
    _manage("migrate", "--verbosity", "0", role="owner")
    with psycopg.connect(**address("owner").parameters()) as connection:
        connection.execute(sql.SQL("COMMENT ON SCHEMA app IS {}").format(sql.Literal(mark)))


def _marked() -> str | None:
    try:
        with psycopg.connect(**address("owner").parameters()) as connection:
            row = connection.execute(
                "SELECT obj_description(oid) FROM pg_namespace WHERE nspname = 'app' "
                "AND has_schema_privilege(%s, oid, 'USAGE')",
                [role_name("owner")],
            ).fetchone()
    except psycopg.OperationalError:
        return None  # neither role nor database is there yet
    return row[0] if row else None


def _manage(*arguments: str, role: str) -> None:
    done = subprocess.run(
        [sys.executable, str(Path(ROOT, "manage.py")), *arguments],
        env={**os.environ, "GRANARY_DB_ROLE": role},
        check=False,
    )
    if done.returncode:
        sys.exit(done.returncode)
