"""Proofs that whoever sends a token holds its key: DPoP (RFC 9449)."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from partners.rules.jose import NotProven, PublicKey, opened, public_key

# How far the clock of a proof may be from ours; no longer does its jti have to be remembered.
WINDOW_SECONDS = 60
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Proof:
    """A proof for one request: its key's thumbprint (RFC 7638), its name, and until when."""

    thumbprint: str
    jti: str
    expires: int


def check(proof: str, *, method: str, url: str, now: int, token: str | None = None) -> Proof:
    """
    Return the proof if it was made for this request, now, and for this access token.

    `now` is in seconds since 1970; `token` is None where one is only asked for. That it comes
    for the first time, and by the key that the token is bound to, is for the caller to see to.

    :raises NotProven: naming the claim that does not fit
    """
    thumbprints: list[str] = []

    def key_for(header: Mapping[str, Any]) -> PublicKey:
        if header.get("typ") != "dpop+jwt":
            raise NotProven("typ must be dpop+jwt")
        key = public_key(header.get("jwk"))
        thumbprints.append(key.thumbprint())
        return key

    read = opened(proof, key_for)
    if read.text("htm", 20) != method:
        raise NotProven("htm is not this request's method")
    if plain(read.text("htu", 2000)) != plain(url):
        raise NotProven("htu is not this request's address")
    made = read.moment("iat")
    if abs(now - made) > WINDOW_SECONDS:
        raise NotProven(f"iat is more than {WINDOW_SECONDS} seconds from our clock")
    if token is not None and read.text("ath") != access_token_hash(token):
        raise NotProven("ath is not the hash of this access token")
    return Proof(thumbprints[0], read.text("jti"), made + WINDOW_SECONDS)


def access_token_hash(token: str) -> str:
    """Return the hash by which a proof names its access token (RFC 9449, section 4.1)."""
    digest = hashlib.sha256(token.encode("ascii", "replace")).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def plain(url: str) -> tuple[str, str, int | None, str]:
    """
    Return what two addresses have in common when they are the same (RFC 3986, section 6.2).

    Without query and fragment, which a proof leaves out.

    :raises NotProven: if it is no address
    """
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS.get(parts.scheme)
    except ValueError as error:
        raise NotProven("htu is no address") from error
    return parts.scheme, (parts.hostname or "").lower(), port, unquote(parts.path) or "/"
