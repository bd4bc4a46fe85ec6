"""``manage.py provision``: roles, database, schemas and queues, before the first ``migrate``."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config.database import administrator
from config.provision import provision


class Command(BaseCommand):
    """Make what ``migrate`` needs."""

    help = "Creates the database roles, the database and the task queues; repeating is harmless."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Provision the server that ``DATABASE_URL`` names, else the embedded one."""
        who = administrator()
        if who is None:
            raise CommandError("provision needs an administrator's DATABASE_URL")
        provision(who)
        self.stderr.write(f"Database {who.name} is provisioned.")
