"""Signed JSON (RFC 7515, 7519) as banks send it: three algorithms, and never a secret one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey
from joserfc.jws import JWSRegistry

PublicKey = ECKey | OKPKey | RSAKey
MIN_RSA_BITS = 2048
_KNOWN = JWSRegistry.algorithms


class _Registry(JWSRegistry):
    """Only what FAPI 2.0 (5.4) allows; "EdDSA" is read as Ed25519, never as Ed448."""

    algorithms = {
        "ES256": _KNOWN["ES256"],
        "PS256": _KNOWN["PS256"],
        "EdDSA": _KNOWN["Ed25519"],
        "Ed25519": _KNOWN["Ed25519"],
    }
    # A DPoP proof carries its public key in its header; an RSA one does not fit into 512 bytes.
    max_header_length = 4096
    max_payload_length = 8192


ALGORITHMS = tuple(_Registry.algorithms)
_REGISTRY = _Registry(algorithms=ALGORITHMS)


class NotProven(ValueError):
    """What was sent does not prove what it should; says why, for the one who programs it."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A signed message whose signature holds: its header and its claims."""

    header: Mapping[str, Any]
    claims: Mapping[str, Any]

    def text(self, name: str, most: int = 200) -> str:
        """
        Return a claim that has to be there, and to be text.

        :raises NotProven: if it is not
        """
        value = self.claims.get(name)
        if not isinstance(value, str) or not 0 < len(value) <= most or "\x00" in value:
            raise NotProven(f"{name} must be a text of 1 to {most} characters")
        return value

    def moment(self, name: str) -> int:
        """
        Return a claim that has to be a moment, in whole seconds since 1970.

        :raises NotProven: if it is not there or is anything else
        """
        value = self.claims.get(name)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise NotProven(f"{name} must be a number of seconds since 1970")
        if not 0 <= value < 1e11:
            raise NotProven(f"{name} is no moment of this age")
        return int(value)


def opened(token: str, key_for: Callable[[Mapping[str, Any]], PublicKey]) -> Opened:
    """
    Verify a compact JWT with the key that its header asks for.

    :raises NotProven: if it is not one, names another algorithm, or was signed by another key
    """

    def find(message: Any) -> PublicKey:
        header: Mapping[str, Any] = message.headers()
        return key_for(header)

    try:
        read = jwt.decode(token, find, registry=_REGISTRY, algorithms=ALGORITHMS)
    except JoseError as error:
        raise NotProven(f"not a valid signature: {error}") from error
    except (ValueError, TypeError, RecursionError) as error:
        if isinstance(error, NotProven):
            raise
        raise NotProven("not a signed JSON Web Token") from error
    return Opened(read.header, read.claims)


def public_key(jwk: Any) -> PublicKey:
    """
    Return the public key of a JWK (RFC 7517).

    :raises NotProven: if it is private, shared, too short, or of a kind that is not used here
    """
    if not isinstance(jwk, dict):
        raise NotProven("the key must be a JSON object")
    if "d" in jwk or "k" in jwk:
        raise NotProven("the key must be public")
    parts = {name: jwk[name] for name in _PARTS if isinstance(jwk.get(name), str)}
    kind = _KINDS.get((parts.get("kty", ""), parts.get("crv", "")))
    if kind is None:
        raise NotProven("the key must be EC P-256, OKP Ed25519 or RSA")
    try:
        key = kind.import_key(parts)
        number = key.public_key
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise NotProven("the key can't be read") from error
    if isinstance(key, RSAKey) and getattr(number, "key_size", 0) < MIN_RSA_BITS:
        raise NotProven(f"an RSA key must have {MIN_RSA_BITS} bits at least")
    return key


# What makes up a public key; the rest of a JWK is somebody's own notes.
_PARTS = ("kty", "crv", "x", "y", "n", "e")
_KINDS: dict[tuple[str, str], type[PublicKey]] = {
    ("EC", "P-256"): ECKey,
    ("OKP", "Ed25519"): OKPKey,
    ("RSA", ""): RSAKey,
}
