"""Two people changed one record: what can be put together, and what somebody must choose."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rural.rules.forms.expressions import is_empty


@dataclass(frozen=True, slots=True)
class Clash:
    """One field that two people changed: what both began with, what stands, what came."""

    base: Any
    current: Any
    incoming: Any


@dataclass(slots=True)
class Merge:
    """
    What to write, what others had changed meanwhile and stays, and what clashes.

    A clash over money is not in `changes`: until somebody chooses, what stands stays.
    """

    changes: dict[str, Any] = field(default_factory=dict)
    kept: list[str] = field(default_factory=list)
    clashes: dict[str, Clash] = field(default_factory=dict)


def merge(
    *,
    base: Mapping[str, Any],
    current: Mapping[str, Any],
    incoming: Mapping[str, Any],
    changed_by_others: frozenset[str],
    superseded: frozenset[str],
    money: frozenset[str],
) -> Merge:
    """
    Merge one submission into a record, field by field (docs/forms.md).

    :param base: the record that the device had
    :param changed_by_others: fields that others changed since
    :param superseded: fields that the same device changed later, in a form that came first
    :param money: fields that are never written over what somebody else wrote
    """
    result = Merge()
    for name, value in incoming.items():
        stands, began = current.get(name), base.get(name)
        if same(value, stands):
            continue
        if name in superseded:
            result.kept.append(name)
        elif name not in changed_by_others:
            result.changes[name] = value
        elif same(value, began):
            # It merely came along: the other's change is not undone by it.
            result.kept.append(name)
        else:
            result.clashes[name] = Clash(began, stands, value)
            if name not in money:
                result.changes[name] = value
    return result


def same(a: Any, b: Any) -> bool:
    """Return whether two answers say the same; all ways to say nothing do."""
    return (is_empty(a) and is_empty(b)) or a == b
