"""A submission as a device sends it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from rural.rules.forms.content import content_hash


@dataclass(frozen=True, slots=True)
class Announced:
    """A photo or signature that comes after the answers."""

    sha256: str
    size: int
    media_type: str


@dataclass(frozen=True, slots=True)
class Sent:
    """
    What came: the answers, of which form, about whom, from which device.

    `subject` is the household's id, for a new one nothing; `base_version` the version of its
    record that the device had. `sent_at` is the device's clock when it sent.
    """

    root_uuid: UUID
    form_code: str
    form_version: int
    answers: dict[str, Any]
    content_sha256: str
    subject: str = ""
    base_version: int = 0
    instance_id: str = ""
    device_id: str = ""
    started_at: datetime | None = None
    finalized_at: datetime | None = None
    sent_at: datetime | None = None
    start_gps: dict[str, Any] = field(default_factory=dict)
    attachments: tuple[Announced, ...] = ()

    @property
    def computed_sha256(self) -> str:
        """The hash that the content has; `content_sha256` is the one that the device told."""
        body = {
            "answers": self.answers,
            "base_version": self.base_version,
            "form_code": self.form_code,
            "form_version": self.form_version,
            "root_uuid": str(self.root_uuid),
            "subject": self.subject,
        }
        return content_hash(body, [each.sha256 for each in self.attachments])

    @property
    def household_id(self) -> UUID | None:
        """The household that it is about, if the subject names one."""
        try:
            return UUID(self.subject)
        except ValueError:
            return None


def files_in(value: Any, pointer: str = "") -> Iterator[tuple[str, str]]:
    """Give the hash of every photo and signature in answers, with its pointer."""
    if isinstance(value, dict):
        if isinstance(value.get("sha256"), str):
            yield pointer, value["sha256"]
        for name, inner in value.items():
            yield from files_in(inner, f"{pointer}/{name}")
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from files_in(inner, f"{pointer}/{place}")
