"""What is wrong with answers, and what is only worth a second look."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from rural.rules.forms.definitions import Words
from rural.rules.forms.personal import masked

_LIKE_A_NUMBER = re.compile(r"(?<![0-9])([0-9][ -]?){10,18}[0-9Xx](?![0-9])")


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
    """Return a value as a finding may repeat it: short, no structure, nobody's number."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | dict):
        return ""
    legible = "".join(
        c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in str(value)[:40]
    )
    # It may be a personal number that was typed into the wrong field.
    return _LIKE_A_NUMBER.sub(lambda found: masked(found[0]), legible)
