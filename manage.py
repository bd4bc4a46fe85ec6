#!/usr/bin/env python3
"""Django's command line: inside the environment, with the database running."""

import os
import sys

from django.core.management import execute_from_command_line

from config.database import hold_server, uses_embedded_server

# Only what defines tables runs as their owner; everything else sees what the app may see.
AS_OWNER = {"migrate", "makemigrations", "sqlmigrate", "showmigrations"}
HELP = {"help", "--help", "-h", "--version", "version"}
WITHOUT_DATABASE = HELP | {"compilemessages", "simulate", "conformance"}


def main() -> None:
    """Run one command."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    command = sys.argv[1] if len(sys.argv) > 1 else "help"
    if command in AS_OWNER:
        os.environ.setdefault("GRANARY_DB_ROLE", "owner")
    if command not in WITHOUT_DATABASE and uses_embedded_server():
        hold_server()
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
