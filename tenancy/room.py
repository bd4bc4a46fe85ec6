"""
The room that the current code is in: one tenant, entered at a door.

The contextvar only says which token to send. What is readable and writable is decided inside
PostgreSQL, which verifies the token's signature on every statement (`app.tenant()`).
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections, transaction

P = ParamSpec("P")
R = TypeVar("R")

_tenant_id: ContextVar[int | None] = ContextVar("granary_tenant_id", default=None)


class NotInARoom(RuntimeError):
    """Tenant-owned data was touched before a door entered a room; a programming error."""


def peek() -> int | None:
    """Return the room's tenant id, or None outside any room."""
    return _tenant_id.get()


def current() -> int:
    """
    Return the room's tenant id.

    :raises NotInARoom: outside any room
    """
    tenant_id = _tenant_id.get()
    if tenant_id is None:
        raise NotInARoom("no tenant's room has been entered")
    return tenant_id


@contextlib.contextmanager
def entered(tenant_id: int) -> Iterator[None]:
    """
    Be in a tenant's room; each transaction opened inside carries its signed token.

    Opens no transaction itself: for long work made of several transactions. Inside a
    transaction that is already open, the token is exchanged now and put back on leaving.
    """
    before = _tenant_id.set(tenant_id)
    _apply_token()
    try:
        yield
    finally:
        _tenant_id.reset(before)
        _apply_token()


@contextlib.contextmanager
def enter(tenant_id: int) -> Iterator[None]:
    """Be in a tenant's room inside one transaction: what doors use."""
    with entered(tenant_id), transaction.atomic():
        yield


def atomic(action: Callable[P, R]) -> Callable[P, R]:
    """
    Run an action in the door's transaction, or in one of its own.

    No savepoint: a refusal undoes the whole of what the door asked for, and a savepoint would
    cost every action two more round trips.

    :raises NotInARoom: outside any room
    """

    @wraps(action)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        current()
        with transaction.atomic(savepoint=False):
            return action(*args, **kwargs)

    return run


def _apply_token() -> None:
    connection = connections[DEFAULT_DB_ALIAS]
    if connection.in_atomic_block and not connection.needs_rollback:
        connection.apply_tenant_token()  # type: ignore[attr-defined]
