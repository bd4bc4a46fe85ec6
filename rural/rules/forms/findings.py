"""What is wrong with answers, and what is only worth a second look."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from rural.rules.forms.definitions import Words


@dataclass(frozen=True, slots=True)
class Finding:
    """
    One field that does not fit.

    `rule` is a word of a fixed list (docs/forms.md); `limit` and `unit` say what was expected,
    `words` say it where the definition does.
    """

    pointer: str
    rule: str
    value: str = ""
    limit: str = ""
    unit: str = ""
    words: Words | None = None


@dataclass(slots=True)
class Findings:
    """All that was found: errors refuse, warnings are kept with the answers."""

    errors: list[Finding] = field(default_factory=list)
    warnings: list[Finding] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Context:
    """
    Who fills in, when, and what lists he chooses from.

    A list that is not here is not checked. `may_be_masked`: a personal number that is known
    already may come back as it was shown.
    """

    role: str
    today: date
    finalized_at: datetime | None = None
    lists: Mapping[str, frozenset[str]] = field(default_factory=dict)
    may_be_masked: bool = False


def shown(value: Any) -> str:
    """Return a value as a finding may repeat it: short, and no structure."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | dict):
        return ""
    return str(value)[:40]
