"""Tasks that only tests send, and a program that sends them and is then killed.

``python -m tests.config.chores FILE HOW`` writes a tenant and sends a task in one transaction.
"""

import os
import signal
import sys
import time
from datetime import date
from pathlib import Path

import django
from celery import shared_task

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")


@shared_task(name="chores.note")
def note(path: str, line: str) -> None:
    """Append a line to a file."""
    with Path(path).open("a") as file:
        file.write(f"{line}\n")


@shared_task(name="chores.dawdle")
def dawdle(path: str, seconds: float) -> None:
    """Say that work began, work long, say that it ended."""
    note(path, f"began {os.getpid()}")
    time.sleep(seconds)
    note(path, "ended")


def main(path: str, how: str) -> None:
    """Commit and be killed at once (``commit``), or change one's mind (``rollback``)."""
    django.setup()
    from django.db import transaction

    from tenancy.models import Tenant

    with transaction.atomic():
        Tenant.objects.create(slug="bank", name="Bank", business_date=date(2026, 1, 5))
        note.delay(path, how)
        if how == "rollback":
            transaction.set_rollback(True)
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main(*sys.argv[1:])
