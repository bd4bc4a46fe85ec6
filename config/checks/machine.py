"""What the machine offers for tests: a browser, another database server, another broker."""

import os
import shutil
import subprocess
import sys
from urllib.parse import urlsplit

import kombu
import psycopg

from config.checks.static import say

BROWSER_PACKAGES = ("chromium", "fonts-wqy-microhei")
POOLERS = ("pgbouncer",)
NO_MORE = "--no-install-recommends"
# Where a continuous integration service usually puts its database.
USUAL_DATABASE = {
    "host": os.environ.get("PGHOST", "127.0.0.1"),
    "port": os.environ.get("PGPORT", "5432"),
    "user": os.environ.get("PGUSER", "postgres"),
    "password": os.environ.get("PGPASSWORD", "postgres"),
}
USUAL_BROKER = "amqp://guest:guest@127.0.0.1:5672//"


def install_packages() -> None:
    """Install what tests drive, a browser and a pool, where that is allowed; else they skip."""
    missing = [
        *(() if shutil.which("chromium") and _has_chinese_font() else BROWSER_PACKAGES),
        *(() if shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin") else POOLERS),
    ]
    if not missing:
        return
    names = ", ".join(missing)
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        say("-", names, "not here, and no right to install: the tests that need it are skipped")
        return
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (["update", "-q"], ["install", "-q", "-y", NO_MORE, *missing]):
        done = subprocess.run(
            ["apt-get", *arguments],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if done.returncode:
            say("-", names, "can't be installed: the tests that need it are skipped")
            sys.stdout.write(done.stdout[-1000:])
            return
    say("ok", names, "installed")


def _has_chinese_font() -> bool:
    if not shutil.which("fc-list"):
        return False
    done = subprocess.run(["fc-list", ":lang=zh"], capture_output=True, text=True, check=False)
    return bool(done.stdout.strip())


def other_database() -> dict[str, str] | None:
    """Return the environment that points tests at a second PostgreSQL, if there is one."""
    offered = os.environ.get("DATABASE_URL")
    if offered is None and os.environ.get("CI"):
        offered = "postgresql://{user}:{password}@{host}:{port}/postgres".format(**USUAL_DATABASE)
    if not offered:
        return None
    try:
        with psycopg.connect(offered, connect_timeout=3) as connection:
            row = connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
            if row.fetchone() != (True,):
                return None
    except psycopg.OperationalError:
        return None
    return {"DATABASE_URL": offered}


def other_broker() -> dict[str, str] | None:
    """Return the environment that points tests at a RabbitMQ, if there is one."""
    offered = os.environ.get("CELERY_BROKER_URL") or USUAL_BROKER
    if urlsplit(offered).scheme not in {"amqp", "amqps", "pyamqp"}:
        return None
    try:
        with kombu.Connection(offered, connect_timeout=3) as connection:
            connection.connect()
    except OSError:
        return None
    return {"CELERY_BROKER_URL": offered}
