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
# Where a continuous integration service usually puts its database.
USUAL_DATABASE = {
    "host": os.environ.get("PGHOST", "127.0.0.1"),
    "port": os.environ.get("PGPORT", "5432"),
    "user": os.environ.get("PGUSER", "postgres"),
    "password": os.environ.get("PGPASSWORD", "postgres"),
}
USUAL_BROKER = "amqp://guest:guest@127.0.0.1:5672//"


def install_browser() -> None:
    """Install Chromium and a Chinese font, where that is allowed; else the browser tests skip."""
    if shutil.which("chromium") and _has_chinese_font():
        return
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        say("-", "browser", "no Chromium here, and no right to install it: its tests are skipped")
        return
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (
        ["update", "-q"],
        ["install", "-q", "-y", "--no-install-recommends", *BROWSER_PACKAGES],
    ):
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
            say("-", "browser", "Chromium can't be installed: its tests are skipped")
            sys.stdout.write(done.stdout[-1000:])
            return
    say("ok", "browser", "Chromium installed")


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
