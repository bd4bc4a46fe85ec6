"""The checks that read the code and run nothing of it, two at a time."""

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path

from config.home import ROOT

REQUIREMENTS = ROOT / "requirements.txt"
EXPORT = (
    "export", "--quiet", "--frozen", "--no-dev", "--format", "requirements-txt", "--no-header",
    "--no-emit-project",
)  # fmt: skip


@dataclass(frozen=True)
class Check:
    """A command that must succeed, and whose output must be as expected if anything is."""

    name: str
    command: Sequence[str | Path]
    environment: dict[str, str] = field(default_factory=dict)
    expected: Path | None = None

    def run(self, *, quiet: bool = True) -> tuple[bool, str]:
        """Run it; return whether it passed, and what it said."""
        done = subprocess.run(
            [*map(str, self.command)],
            cwd=ROOT,
            env={**os.environ, **self.environment},
            stdout=subprocess.PIPE if quiet else None,
            stderr=subprocess.STDOUT if quiet else None,
            text=True,
            check=False,
        )
        if self.expected is not None and not done.returncode:
            current = self.expected.read_text() if self.expected.exists() else ""
            return done.stdout == current, f"{self.expected.name} is not what uv.lock says"
        return done.returncode == 0, done.stdout or ""


def tool(name: str, *arguments: str) -> Check:
    """Return the check that one of the environment's tools makes."""
    return Check(name, [Path(sys.executable).with_name(name), *arguments])


def checks() -> list[Check]:
    """Return all of them, the longest first."""
    uv = Path(sys.executable).with_name("uv")
    python = sys.executable
    return [
        Check("types", [python, "-m", "mypy", "--no-error-summary"]),
        Check("format", [*tool("ruff", "format", "--check", "--quiet", ".").command]),
        Check("lint", [*tool("ruff", "check", "--quiet", ".").command]),
        Check("layers", [*tool("lint-imports", "--no-logo").command]),
        Check(
            "migrations",
            [python, "-W", "ignore", "manage.py", "makemigrations", "--check", "--dry-run"],
        ),
        Check("lock", [uv, "lock", "--check", "--quiet"]),
        Check("requirements", [uv, *EXPORT], expected=REQUIREMENTS),
    ]


def run() -> list[str]:
    """Run all checks; return the names of those that failed, after showing what they said."""
    failed = []
    with ThreadPoolExecutor(2) as pool:
        began = {pool.submit(_timed, check): check for check in checks()}
        for future in as_completed(began):
            check = began[future]
            passed, output, seconds = future.result()
            say("ok" if passed else "FAILED", check.name, "", seconds)
            if not passed:
                failed.append(check.name)
                sys.stdout.write(f"{output.rstrip()}\n")
    return failed


def _timed(check: Check) -> tuple[bool, str, float]:
    began = time.monotonic()
    passed, output = check.run()
    return passed, output, time.monotonic() - began


def say(result: str, name: str, remark: str = "", seconds: float | None = None) -> None:
    """Write one line about one check."""
    parts = [name, remark, "" if seconds is None else f"{seconds:.1f} s"]
    sys.stdout.write(f"{result:<7}{' · '.join(filter(None, parts))}\n")
    sys.stdout.flush()
