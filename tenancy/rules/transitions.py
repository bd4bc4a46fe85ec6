"""The step from one status to the next, by the table that a model keeps beside its statuses."""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import TypeVar

Status = TypeVar("Status")


class InvalidTransition(RuntimeError):
    """The caller did not check the status that it holds under lock; a programming error."""


def require_step(
    table: Mapping[Status, Container[Status]], before: Status, after: Status, *, of: object
) -> None:
    """
    Pass if the table knows the way from one status to another; a status without a row is an end.

    :raises InvalidTransition: naming whose step it was, and from where to where
    """
    if after not in table.get(before, ()):
        raise InvalidTransition(f"{of}: {before} to {after}")
