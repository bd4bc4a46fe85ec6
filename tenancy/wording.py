"""Sentences that are kept, and put into words when somebody reads them, in his language."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import get_language, gettext


@dataclass(frozen=True, slots=True)
class Sentence:
    """
    A sentence by its message (marked with `gettext_noop`) and what is filled into its places.

    A value is a text, the same in two languages (`{"en": …, "zh": …}`), another sentence, or a
    list of these.
    """

    message: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        words = gettext(self.message)
        return words % {name: said(value) for name, value in self.values.items()}

    def kept(self) -> dict[str, Any]:
        """Return what is kept of it, as JSON."""
        return {
            "sentence": self.message,
            "values": {name: _kept(value) for name, value in self.values.items()},
        }

    def kept_text(self) -> str:
        """Return what is kept of it where there is room for a text only."""
        return as_text(self.kept())


def as_text(kept: Mapping[str, Any]) -> str:
    """Return a kept sentence, or a text in two languages, as one text."""
    return json.dumps(kept, ensure_ascii=False, sort_keys=True)


def said(kept: Any) -> str:
    """
    Return what was kept in the reader's language.

    What was kept as finished words, by a person or before sentences were kept, is read as it is.
    """
    if isinstance(kept, str):
        found = _parsed(kept)
        return kept if found is None else said(found)
    if isinstance(kept, list | tuple):
        return gettext(", ").join(said(each) for each in kept)
    if isinstance(kept, Mapping):
        if "sentence" in kept:
            return str(Sentence(kept["sentence"], kept.get("values", {})))
        chinese = (get_language() or "").startswith("zh")
        return str(kept.get("zh" if chinese else "en") or kept.get("en") or "")
    return str(kept)


def _kept(value: Any) -> Any:
    if isinstance(value, Sentence):
        return value.kept()
    if isinstance(value, list | tuple):
        return [_kept(each) for each in value]
    return dict(value) if isinstance(value, Mapping) else str(value)


def _parsed(text: str) -> Mapping[str, Any] | None:
    """Return what a text keeps, None if it is only words."""
    if not text.startswith(('{"sentence":', '{"en":')):
        return None
    try:
        found = json.loads(text)
    except ValueError:
        return None
    return found if isinstance(found, Mapping) else None
