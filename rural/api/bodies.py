"""The body of a submission, its shape checked before anything is made of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rural.rules.forms.findings import shown
from rural.rules.forms.sent import Announced, Sent
from rural.rules.forms.values import moment
from tenancy.errors import FieldError, Invalid

HASH = re.compile(r"[0-9a-f]{64}")
_FORM = re.compile(r"[A-Za-z0-9_-]{1,20}")
_POINT = ("lat", "lon", "accuracy", "at")
MOST_VERSIONS = 32_000


class _Reader:
    """Takes members out of a body and notes each one that does not fit."""

    def __init__(self, body: Mapping[str, Any]) -> None:
        self.body = body
        self.errors: list[FieldError] = []

    def text(self, name: str, most: int) -> str:
        value = self.body.get(name) or ""
        if isinstance(value, str) and len(value) <= most and (not value or value.isprintable()):
            return value
        self.wrong(f"/{name}", value, _("at most %s characters") % most)
        return ""

    def matching(self, name: str, pattern: re.Pattern[str], expected: str) -> str:
        value = self.body.get(name)
        if isinstance(value, str) and pattern.fullmatch(value):
            return value
        self.wrong(f"/{name}", value, expected)
        return ""

    def whole(self, name: str, least: int) -> int:
        value = self.body.get(name, least)
        is_whole = isinstance(value, int) and not isinstance(value, bool)
        if is_whole and least <= value <= MOST_VERSIONS:
            return int(value)
        self.wrong(f"/{name}", value, _("a whole number from %s") % least)
        return least

    def moment(self, name: str) -> datetime | None:
        value = self.body.get(name) or ""
        found = moment(value)
        if value and found is None:
            self.wrong(f"/{name}", value, _("a moment with its offset, as of ISO 8601"))
        return found

    def object(self, name: str) -> dict[str, Any]:
        value = self.body.get(name) or {}
        if isinstance(value, dict):
            return value
        self.wrong(f"/{name}", value, _("an object"))
        return {}

    def wrong(self, pointer: str, value: Any, expected: str) -> None:
        self.errors.append(FieldError(pointer, shown("" if value is None else value), expected))


def read(body: Any) -> Sent:
    """
    Return a submission as it was sent.

    :raises Invalid: naming each member that is missing or of the wrong shape
    """
    if not isinstance(body, Mapping):
        raise Invalid(gettext_lazy("A submission is an object"))
    reader = _Reader(body)
    root_uuid = _uuid(reader)
    sent = Sent(
        root_uuid=root_uuid,
        form_code=reader.matching("form_code", _FORM, _("the code of a form")),
        form_version=reader.whole("form_version", 1),
        answers=reader.object("answers"),
        content_sha256=reader.matching("content_sha256", HASH, _("a SHA-256 in hex")),
        subject=reader.text("subject", 80),
        base_version=reader.whole("base_version", 0),
        instance_id=reader.text("instance_id", 80),
        device_id=reader.text("device_id", 80),
        started_at=reader.moment("started_at"),
        finalized_at=reader.moment("finalized_at"),
        sent_at=reader.moment("sent_at"),
        start_gps={
            name: value[:40]
            for name, value in reader.object("start_gps").items()
            if name in _POINT and isinstance(value, str) and value.isprintable()
        },
        attachments=_attachments(reader),
    )
    if reader.errors:
        raise Invalid(gettext_lazy("The submission does not fit"), errors=reader.errors)
    return sent


def _uuid(reader: _Reader) -> UUID:
    """Without an identity a form could come in twice: it is refused."""
    value = reader.body.get("root_uuid")
    try:
        found = UUID(value if isinstance(value, str) else "")
    except ValueError:
        found = None
    if found is None or str(found) != value:
        reader.wrong("/root_uuid", value, _("a UUID in small letters"))
        return UUID(int=0)
    return found


def _attachments(reader: _Reader) -> tuple[Announced, ...]:
    rows = reader.body.get("attachments") or []
    if not isinstance(rows, list):
        reader.wrong("/attachments", rows, _("a list"))
        return ()
    found = []
    for place, row in enumerate(rows):
        announced = _announced(row)
        if announced is None:
            expected = _("sha256, size and media_type of a file")
            reader.wrong(f"/attachments/{place}", row, expected)
        else:
            found.append(announced)
    if len({each.sha256 for each in found}) < len(found):
        reader.wrong("/attachments", "", _("each file only once"))
    return tuple(found)


def _announced(row: Any) -> Announced | None:
    if not isinstance(row, Mapping):
        return None
    sha256, size, media_type = row.get("sha256"), row.get("size"), row.get("media_type")
    if not isinstance(sha256, str) or not HASH.fullmatch(sha256):
        return None
    if not isinstance(size, int) or isinstance(size, bool) or not isinstance(media_type, str):
        return None
    return Announced(sha256, size, media_type)
