"""Identifiers: time-ordered, to index well; hard to guess, so that they may be shown."""

from uuid import UUID

from uuid_utils.compat import uuid7 as _uuid7


def uuid7() -> UUID:
    """Return a new UUIDv7 (RFC 9562 §5.7)."""
    return _uuid7()
