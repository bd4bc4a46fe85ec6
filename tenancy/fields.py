"""
Personal numbers at rest: encrypted, findable only by an exact value, masked on screen.

AES-256-GCM with the tenant, the table and the column as associated data: a ciphertext copied to
another row's column, table or tenant does not decrypt. Finding goes through a blind index,
HMAC-SHA256 over tenant, column and value, so equal numbers in two rooms do not look equal.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import models

from tenancy import room

_NONCE_BYTES = 12
_PREFIX = "1:"


class EncryptedTextField(models.TextField):
    """Text that the database never sees in the clear; it can't be filtered on."""

    def get_prep_value(self, value: Any) -> Any:
        if value is None or value == "":
            return value
        nonce = os.urandom(_NONCE_BYTES)
        sealed = AESGCM(settings.FIELD_ENCRYPTION_KEY).encrypt(
            nonce, str(value).encode(), self._associated_data()
        )
        return _PREFIX + base64.b64encode(nonce + sealed).decode()

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str | None:
        if not value:
            return value
        raw = base64.b64decode(value.removeprefix(_PREFIX))
        return (
            AESGCM(settings.FIELD_ENCRYPTION_KEY)
            .decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], self._associated_data())
            .decode()
        )

    def get_lookup(self, lookup_name: str) -> Any:
        return super().get_lookup(lookup_name) if lookup_name == "isnull" else None

    def _associated_data(self) -> bytes:
        return f"{room.current()}:{self.model._meta.db_table}:{self.column}".encode()


def blind_index(column: str, value: str) -> str:
    """Return the look-up key of a personal number in this room; blank stays blank."""
    normal = "".join(value.split()).upper()
    if not normal:
        return ""
    message = f"{room.current()}:{column}:{normal}".encode()
    return hmac.new(settings.BLIND_INDEX_KEY, message, hashlib.sha256).hexdigest()


def mask(value: str, *, head: int = 3, tail: int = 4) -> str:
    """Return a personal number as it may be shown: first and last characters only."""
    if len(value) <= head + tail:
        return "*" * len(value)
    return value[:head] + "*" * (len(value) - head - tail) + value[-tail:]
