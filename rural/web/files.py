"""Which files the field app is made of, and the hash of what they say."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders

APP = "field"
SHELL = ("field/shell.html", "field/worker.js")
SERVED = frozenset({".js", ".css", ".svg", ".png"})


@cache
def addresses() -> tuple[str, ...]:
    """Return the addresses of all files that a phone keeps, in a fixed order."""
    return tuple(f"{settings.STATIC_URL}{name}" for name in _names())


@cache
def version() -> str:
    """Return the hash of the shell and its files: another one when any byte of them changes."""
    content = hashlib.sha256()
    for name in _names():
        content.update(name.encode() + b"\0" + Path(str(finders.find(name))).read_bytes())
    for name in SHELL:
        content.update((Path(__file__).parents[1] / "templates" / name).read_bytes())
    return content.hexdigest()[:16]


def _names() -> list[str]:
    folder = Path(str(finders.find(APP)))
    found = (path for path in folder.rglob("*") if path.suffix in SERVED)
    return sorted(f"{APP}/{path.relative_to(folder).as_posix()}" for path in found)
