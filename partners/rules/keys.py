"""A bank's registered keys: public, named, and two at the most, so that one can follow another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from partners.rules.jose import NotProven, PublicKey, public_key

MOST_KEYS = 2
KID_CHARACTERS = 100


def key_set(jwks: Any) -> dict[str, PublicKey]:
    """
    Return the keys of a JWK set by their names.

    :raises NotProven: if it has none or more than two, or one without a name of its own
    """
    listed = jwks.get("keys") if isinstance(jwks, Mapping) else None
    if not isinstance(listed, list) or not 0 < len(listed) <= MOST_KEYS:
        raise NotProven(f"a JWK set of 1 to {MOST_KEYS} keys")
    found: dict[str, PublicKey] = {}
    for jwk in listed:
        key = public_key(jwk)
        name = jwk.get("kid", "")
        if not isinstance(name, str) or not 0 < len(name) <= KID_CHARACTERS or name in found:
            raise NotProven("each key needs a kid of its own")
        found[name] = key
    return found


def named(keys: Mapping[str, PublicKey], header: Mapping[str, Any]) -> PublicKey:
    """
    Return the key that a header names; it may leave the name out where there is only one.

    :raises NotProven: if it names none of them
    """
    kid = header.get("kid")
    if kid is None and len(keys) == 1:
        return next(iter(keys.values()))
    if not isinstance(kid, str) or kid not in keys:
        raise NotProven("kid names none of the registered keys")
    return keys[kid]
