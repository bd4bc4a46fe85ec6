"""Sessions in the database, found by keys that can be keys."""

from __future__ import annotations

from django.contrib.sessions.backends.db import SessionStore as DatabaseSessions


class SessionStore(DatabaseSessions):
    """Takes a cookie that Django never made, such as one with a NUL in it, for none at all."""

    def _validate_session_key(self, key: str | None) -> bool:
        # Django's own keys are 32 lower-case letters and digits.
        return key is not None and len(key) == 32 and key.isalnum()
