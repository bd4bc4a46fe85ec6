"""Make the environment, then run a command in it. Only the standard library is there yet.

The environment is ``.venv`` with exactly what ``uv.lock`` says. uv itself comes out of the lock:
its wheel's address and hash stand there, so nothing has to be installed before, not even pip or
ensurepip (which Debian packages apart). Where uv can't be had, pip installs ``requirements.txt``
with the same hashes. A stamp says what is installed: when it fits, nothing of this runs.
"""

import hashlib
import io
import os
import platform
import shutil
import subprocess
import sys
import tomllib
import urllib.request
import zipfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = ROOT / ".venv"
PYTHON = ENVIRONMENT / "bin" / "python"
STAMP = ENVIRONMENT / ".granary"
DEVELOPMENT = ("test", "lint", "format")
KEEPS_NO_BYTECODE = "PYTHONDONTWRITEBYTECODE"


def main() -> None:
    """Install what is missing and become the command."""
    development = len(sys.argv) > 1 and sys.argv[1] in DEVELOPMENT
    if os.environ.get("GRANARY_PYTHON_CHOSEN"):
        _drop_other_version()
    if not _is_installed(development):
        _install(development)
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    # No packages of the user's own: only what the lock says.
    environment = {
        # Compiled once and kept, beside the packages: each of the dozen processes of a start would
        # compile two thousand modules anew where Python was told to keep no bytecode in a tree.
        "PYTHONPYCACHEPREFIX": str(ENVIRONMENT / "bytecode"),
        **{name: value for name, value in os.environ.items() if name != KEEPS_NO_BYTECODE},
        "PYTHONPATH": path,
        "PYTHONNOUSERSITE": "1",
    }
    command = [str(PYTHON), "-m", "config.commands", *sys.argv[1:]]
    os.execve(PYTHON, command, environment)


def _stamp(development: bool) -> str:
    lock = hashlib.sha256((ROOT / "uv.lock").read_bytes()).hexdigest()
    return f"{lock} {'development' if development else 'main'}\n"


def _is_installed(development: bool) -> bool:
    if not PYTHON.exists() or not STAMP.exists():
        return False
    # Who has the development tools has the rest too.
    return STAMP.read_text() in {_stamp(development), _stamp(True)}


def _drop_other_version() -> None:
    """Remove an environment of another Python version than the one that was asked for."""
    if not PYTHON.exists():
        return
    asked = subprocess.run(
        [PYTHON, "-c", "import sys; print(*sys.version_info[:2])"],
        capture_output=True,
        text=True,
        check=False,
    )
    if asked.stdout.split() != [str(number) for number in sys.version_info[:2]]:
        _say(f"Python {platform.python_version()}: making a new .venv")
        shutil.rmtree(ENVIRONMENT)


def _install(development: bool) -> None:
    _say("Installing the locked requirements into .venv (once)")
    if not PYTHON.exists():
        shutil.rmtree(ENVIRONMENT, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", ENVIRONMENT], check=True)
    STAMP.unlink(missing_ok=True)
    if not _sync(development):
        _install_with_pip(development)
    STAMP.write_text(_stamp(development))


def _sync(development: bool) -> bool:
    """Install with uv; say whether it could."""
    uv = ENVIRONMENT / "bin" / "uv"
    try:
        version = _locked("uv")["version"]
        if not _has_version(uv, version):
            _extract_program(_download(_wheel("uv")), "uv", uv)
    except OSError as error:
        _say(f"uv can't be downloaded ({error}); trying pip")
        return False
    groups = ["--group", "dev"] if development else []
    environment = {
        **os.environ,
        "UV_PROJECT_ENVIRONMENT": str(ENVIRONMENT),
        "UV_PYTHON": str(PYTHON),
        "UV_PYTHON_DOWNLOADS": "never",
        "UV_NO_PROGRESS": "1",
    }
    _trust_own_certificates(environment)
    command = [str(uv), "sync", "--quiet", "--frozen", "--inexact", "--no-default-groups", *groups]
    done = subprocess.run(command, cwd=ROOT, env=environment, check=False)
    return done.returncode == 0


def _install_with_pip(development: bool) -> None:
    if development:
        _say("The development tools stand in uv.lock only, and uv could not install them")
        sys.exit(1)
    pip: list[str] = [sys.executable, "-m", "pip"]
    if subprocess.run([*pip, "--version"], capture_output=True, check=False).returncode:
        wheel = ENVIRONMENT / _wheel("pip")["url"].rsplit("/", 1)[1]
        wheel.write_bytes(_download(_wheel("pip")))
        pip = [sys.executable, str(wheel / "pip")]
    done = subprocess.run(
        [*pip, "--python", str(PYTHON), "install", "--quiet", "--disable-pip-version-check",
         "--require-hashes", "-r", str(ROOT / "requirements.txt")],
        check=False,
    )  # fmt: skip
    if done.returncode:
        _say("The requirements can't be installed: is there a way to a package index?")
        sys.exit(1)


def _has_version(program: Path, version: str) -> bool:
    if not program.exists():
        return False
    done = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    return version in done.stdout.split()


def _locked(name: str) -> dict[str, Any]:
    packages = tomllib.loads((ROOT / "uv.lock").read_text())["package"]
    return next(package for package in packages if package["name"] == name)


def _wheel(name: str) -> dict[str, Any]:
    """Return the locked wheel of a tool that fits this machine.

    :raises OSError: there is none.
    """
    wheels: list[dict[str, Any]] = _locked(name)["wheels"]
    machine = {"arm64": "aarch64"}.get(platform.machine(), platform.machine())
    libc = "manylinux" if platform.libc_ver()[0] == "glibc" else "musllinux"
    system = "macosx" if sys.platform == "darwin" else libc
    for wheel in wheels:
        tags = wheel["url"].rsplit("-", 1)[1]
        here = system in tags and (machine in tags or platform.machine() in tags)
        if tags == "any.whl" or here:
            return wheel
    raise OSError(f"there is no wheel of {name} for {platform.machine()}")


def _download(wheel: dict[str, Any]) -> bytes:
    certificates: dict[str, str] = {}
    _trust_own_certificates(certificates)
    os.environ.update(certificates)
    with urllib.request.urlopen(wheel["url"], timeout=60) as answer:
        content: bytes = answer.read()
    if f"sha256:{hashlib.sha256(content).hexdigest()}" != wheel["hash"]:
        raise OSError("it is not the file that the lock names")
    return content


def _trust_own_certificates(environment: dict[str, str]) -> None:
    """Let a certificate that pip was told to trust count for the others too."""
    if os.environ.get("PIP_CERT") and not os.environ.get("SSL_CERT_FILE"):
        environment["SSL_CERT_FILE"] = os.environ["PIP_CERT"]


def _extract_program(wheel: bytes, name: str, target: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(wheel)) as archive:
        member = next(entry for entry in archive.namelist() if entry.endswith(f"/scripts/{name}"))
        draft = target.with_name(f".{name}.{os.getpid()}")
        draft.write_bytes(archive.read(member))
    draft.chmod(0o755)
    draft.replace(target)


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")


if __name__ == "__main__":
    main()
