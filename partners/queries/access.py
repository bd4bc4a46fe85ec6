"""Whose program calls: from a client id or a token to the bank's live credential."""

from __future__ import annotations

from datetime import datetime

from partners.models import BankCredential, BankToken


def live_credential(client_id: str) -> BankCredential | None:
    """Return the room's live credential of a client id, with its bank."""
    return (
        BankCredential.objects.select_related("bank")
        .filter(client_id=client_id, is_active=True, bank__is_active=True)
        .first()
    )


def live_token(checksum: str, *, client_id: str, at: datetime) -> BankToken | None:
    """Return a token that has not ended, of a credential that is live, with its bank."""
    return (
        BankToken.objects.select_related("credential__bank")
        .filter(checksum=checksum, expires_at__gt=at)
        .filter(
            credential__client_id=client_id,
            credential__is_active=True,
            credential__bank__is_active=True,
        )
        .first()
    )
