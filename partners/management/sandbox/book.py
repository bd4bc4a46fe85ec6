"""The sandbox bank's own book: a JSON file, written whole and moved into place."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


class Book:
    """
    What the bank has done and seen.

    `applications` and `loans` by their numbers at the lender, `files` by settlement.
    """

    def __init__(self, path: Path) -> None:
        """Open the book, or begin one."""
        self.path = path
        held = json.loads(path.read_text()) if path.exists() else {}
        self.applications: dict[str, dict[str, Any]] = held.get("applications", {})
        self.loans: dict[str, dict[str, Any]] = held.get("loans", {})
        self.files: dict[str, dict[str, Any]] = held.get("files", {})
        self.bookmark: int = held.get("bookmark", 0)
        self.answers: list[dict[str, Any]] = held.get("answers", [])

    def note(self, what: str, reference: str, status: int, code: str = "") -> None:
        """Write down how the lender answered."""
        self.answers.append({"what": what, "reference": reference, "status": status, "code": code})

    def files_to_send(self) -> list[tuple[str, dict[str, Any]]]:
        """Return the settlements whose file the bank still owes."""
        return [(key, held) for key, held in self.files.items() if not held["is_sent"]]

    def keep(self) -> None:
        """Save the book; a crash leaves the old one or the new one."""
        facts = {
            "applications": self.applications,
            "loans": self.loans,
            "files": self.files,
            "bookmark": self.bookmark,
            "answers": self.answers,
        }
        self.path.parent.mkdir(parents=True, exist_ok=True)
        draft = self.path.with_suffix(".draft")
        draft.write_text(json.dumps(facts, indent=1, sort_keys=True))
        draft.replace(self.path)
