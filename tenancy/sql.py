"""SQL files beside their migrations, with the database roles filled in."""

from pathlib import Path

from django.conf import settings
from django.db.migrations import RunSQL


def run_file(migration: str, name: str) -> RunSQL:
    """
    Return the operation that runs `name`, a file beside the migration module's `__file__`.

    `{owner}` and `{app}` stand for the database roles.
    """
    text = (Path(migration).parent / name).read_text(encoding="utf-8")
    for role in ("owner", "app"):
        text = text.replace(f"{{{role}}}", settings.DATABASE_ROLES[role])
    return RunSQL(text, reverse_sql=RunSQL.noop)
