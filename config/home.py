"""Where this installation keeps its own state: keys, the embedded database, stamps.

Nothing here knows Django: settings, the launcher and the tests all ask before Django is set up.
"""

import os
import secrets
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def state_dir() -> Path:
    """Return the state directory (``GRANARY_HOME``, else ``var/``), made on first use.

    It is closed to everybody else. As root the embedded PostgreSQL runs as another account,
    which has to pass through: the directory may therefore have been opened to ``0711``, and
    every file in it has its own mode.
    """
    home = Path(os.environ.get("GRANARY_HOME") or ROOT / "var").resolve()
    if not home.is_dir():
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
    return home


def kept_secret(path: Path, length: int = 48) -> str:
    """Return the secret in a file, made once with mode 0600; safe when several start at once."""
    try:
        return path.read_text()
    except FileNotFoundError:
        pass
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Written aside and linked into place, so that nobody can ever read half a secret.
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_urlsafe(length))
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    return path.read_text()


def secret_key() -> str:
    """Return ``GRANARY_SECRET_KEY``, else the key generated once for this state directory."""
    return os.environ.get("GRANARY_SECRET_KEY") or kept_secret(state_dir() / "secret_key")
