"""Personal numbers sealed to one reader: JWE (RFC 7516) to the bank's own key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from joserfc import jwe
from joserfc.jwk import ECKey, RSAKey

from partners.rules.jose import NotProven, public_key

CONTENT = "A256GCM"


def sealed(value: str, key: Mapping[str, Any] | None) -> str | None:
    """
    Return a value as a compact JWE that only the key's holder can open; None without a key.

    ECDH-ES+A256KW for EC P-256 keys, RSA-OAEP-256 for RSA keys; the content with A256GCM.
    """
    if not value or key is None:
        return None
    reader = encryption_key(key)
    algorithm = "ECDH-ES+A256KW" if isinstance(reader, ECKey) else "RSA-OAEP-256"
    header = {"alg": algorithm, "enc": CONTENT, "kid": str(key.get("kid", ""))}
    return jwe.encrypt_compact(header, value.encode(), reader, algorithms=[algorithm, CONTENT])


def encryption_key(key: Mapping[str, Any]) -> ECKey | RSAKey:
    """
    Return the public key that things are sealed to.

    :raises NotProven: if it is not a public EC P-256 or RSA key
    """
    reader = public_key(dict(key))
    if not isinstance(reader, ECKey | RSAKey):
        raise NotProven("things are sealed to EC P-256 or RSA keys only")
    return reader
