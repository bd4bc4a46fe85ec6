"""The hash by which device and server know that they hold the same content."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

HASHED = ("answers", "base_version", "form_code", "form_version", "root_uuid", "subject")


def canonical(value: Any) -> bytes:
    """Return JSON in its one form: keys by code point, no spaces, UTF-8, nothing escaped."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode()


def digest(value: Any) -> str:
    """Return the SHA-256 of a value's canonical JSON, in hex."""
    return hashlib.sha256(canonical(value)).hexdigest()


def content_hash(body: Mapping[str, Any], attachments: Iterable[str]) -> str:
    """Return the hash of a submission: what was answered, of what, on what ground, with what."""
    hashed = {name: body.get(name) for name in HASHED}
    return digest(hashed | {"attachments": sorted(attachments)})
