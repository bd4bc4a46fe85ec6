"""What ``./run`` does once the environment is there."""

import argparse
import sys
from collections.abc import Callable

import manage
from config.checks import suite
from config.prepare import prepare, prepare_database
from config.running import PortTaken, serve

USAGE = """usage: ./run COMMAND …

  demo [--input PATH] [--once] [--json] [--port N]
                    a demonstration on this machine: real firms apply, are decided and lent to
  serve [--port N]  web, workers and clock for what is in the database
  manage …          manage.py inside the environment, with the database running
  test [--fast] [pytest's own arguments]
                    all that CI checks; --fast what a developer runs every few minutes
  lint              format, lint, layers and types only
  format            mend what can be mended by itself
"""

BEFORE_TABLES = {"provision", "check", "makemessages"}


def demo(arguments: list[str]) -> int:
    """Prepare, then run the demonstration; it serves until Ctrl-C unless told ``--once``."""
    prepare()
    return _django(["demo", *arguments])


def django(arguments: list[str]) -> int:
    """Run one of Django's or our own management commands, on tables that are up to date."""
    command = arguments[0] if arguments else "help"
    if command in manage.AS_OWNER:
        prepare_database()
    elif command not in manage.WITHOUT_DATABASE | BEFORE_TABLES:
        prepare()
    return _django(arguments)


def _django(arguments: list[str]) -> int:
    sys.argv = ["manage.py", *arguments]
    manage.main()
    return 0


def run_server(arguments: list[str]) -> int:
    """Serve what is in the database until Ctrl-C."""
    parser = argparse.ArgumentParser(prog="./run serve")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args(arguments)
    prepare()
    try:
        serve(options.port, workers=options.workers)
    except PortTaken as taken:
        sys.stderr.write(f"{taken}\n")
        return 1
    return 0


COMMANDS: dict[str, Callable[[list[str]], int]] = {
    "demo": demo,
    "serve": run_server,
    "manage": django,
    "test": suite.test,
    "lint": suite.lint,
    "format": suite.mend,
}


def main() -> None:
    """Run the command that was asked for."""
    name, arguments = (sys.argv[1], sys.argv[2:]) if len(sys.argv) > 1 else ("help", [])
    command = COMMANDS.get(name)
    if command is None:
        asked = name in {"help", "-h", "--help"}
        (sys.stdout if asked else sys.stderr).write(USAGE)
        sys.exit(0 if asked else 2)
    try:
        sys.exit(command(arguments))
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
