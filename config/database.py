"""Where the database is and who connects to it.

One administrator's connection (``DATABASE_URL``, else the embedded server's superuser) makes three
roles: the *owner* of the tables, the unprivileged *app* that serves requests and runs tasks, and
the *broker* that owns the task queues. Their passwords are derived from the secret key, so that
nothing more has to be kept. Where no administrator's password may lie about,
``OWNER_DATABASE_URL``, ``APP_DATABASE_URL`` and ``BROKER_DATABASE_URL`` name each role's own.
"""

import atexit
import functools
import hashlib
import hmac
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from config.embedded import EmbeddedPostgres
from config.home import secret_key, state_dir

Role = Literal["owner", "app", "broker"]
ROLES: tuple[Role, ...] = ("owner", "app", "broker")


@dataclass(frozen=True)
class Address:
    """Where to connect, to which database, and as whom."""

    host: str
    port: int
    name: str
    user: str
    password: str = field(repr=False)
    options: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def from_url(cls, url: str) -> "Address":
        """Read ``postgresql://user:password@host:port/name?sslmode=…``.

        :raises ValueError: the address is of another database system.
        """
        parts = urlsplit(url)
        if parts.scheme not in ("postgres", "postgresql"):
            raise ValueError(f"Not the address of a PostgreSQL server: {parts.scheme}://…")
        options = dict(parse_qsl(parts.query))
        host = unquote(parts.hostname or "") or options.pop("host", "localhost")
        return cls(
            host=host,
            port=parts.port or int(options.pop("port", "5432")),
            name=unquote(parts.path.lstrip("/")) or "granary",
            user=unquote(parts.username or "postgres"),
            password=unquote(parts.password or ""),
            options=options,
        )

    def parameters(self) -> dict[str, Any]:
        """Return the keyword arguments of ``psycopg.connect``."""
        return {
            "host": self.host,
            "port": self.port,
            "dbname": self.name,
            "user": self.user,
            "password": self.password,
            **self.options,
        }

    def url(self) -> str:
        """Return the address as a URL that libpq understands; it shows the password."""
        query = {"host": self.host, "port": str(self.port), **self.options}
        tail = "&".join(f"{name}={quote(value, safe='')}" for name, value in query.items())
        who = f"{quote(self.user, safe='')}:{quote(self.password, safe='')}"
        return f"postgresql://{who}@/{quote(self.name, safe='')}?{tail}"


def role_name(role: Role) -> str:
    """Return the name of a role in the database; roles belong to the whole server."""
    return f"{os.environ.get('GRANARY_DB_PREFIX', 'granary')}_{role}"


def role_names() -> dict[str, str]:
    """Return the database's names of all roles."""
    return {role: role_name(role) for role in ROLES}


def role_password(role: Role) -> str:
    """Return the password of a role: HMAC-SHA256 of the secret key."""
    message = f"db-role:{role}".encode()
    return hmac.new(secret_key().encode(), message, hashlib.sha256).hexdigest()


@functools.cache
def embedded_server() -> EmbeddedPostgres:
    """Return this installation's embedded server, running or not."""
    return EmbeddedPostgres(state_dir() / "postgres")


def uses_embedded_server() -> bool:
    """Say whether no other server was named."""
    return not (os.environ.get("DATABASE_URL") or os.environ.get("APP_DATABASE_URL"))


def administrator() -> Address | None:
    """Return the connection that may create roles and databases, or None if none was given."""
    if os.environ.get("DATABASE_URL"):
        return Address.from_url(os.environ["DATABASE_URL"])
    if not uses_embedded_server():
        return None
    return embedded_administrator(embedded_server())


def embedded_administrator(server: EmbeddedPostgres) -> Address:
    """Return the superuser's connection to an embedded server."""
    return Address(str(server.socket_dir), 5432, "granary", "postgres", server.password)


def address(role: Role) -> Address:
    """Return the connection of one of the three roles.

    :raises ValueError: neither an administrator's nor this role's address was given.
    """
    own = os.environ.get(f"{role.upper()}_DATABASE_URL")
    if own:
        return Address.from_url(own)
    base = administrator()
    if base is None:
        raise ValueError(f"Set DATABASE_URL or {role.upper()}_DATABASE_URL")
    return as_role(base, role)


def as_role(base: Address, role: Role) -> Address:
    """Return the same database as another role sees it."""
    return replace(base, user=role_name(role), password=role_password(role))


def connection_settings(role: str) -> dict[str, Any]:
    """Return Django's settings of one database; nothing is started or connected.

    :raises ValueError: there is no such role, or nothing says where its database is.
    """
    known = next((name for name in ROLES if name == role), None)
    if known is None:
        raise ValueError(f"GRANARY_DB_ROLE is one of {', '.join(ROLES)}, not {role!r}")
    target = address(known)
    return {
        "ENGINE": "tenancy.db",
        "HOST": target.host,
        "PORT": str(target.port),
        "NAME": target.name,
        "USER": target.user,
        "PASSWORD": target.password,
        "OPTIONS": dict(target.options),
    }


@functools.cache
def hold_server() -> None:
    """Have the database running as long as this process lives: what every door calls first."""
    if not uses_embedded_server():
        return
    atexit.register(embedded_server().start().stop_if_last)
