"""A bank's keys and what it signs with them, made by joserfc as a bank's programmer would."""

from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey, OKPKey, RSAKey
from joserfc.jws import JWSRegistry

Key = ECKey | OKPKey | RSAKey


class Roomy(JWSRegistry):
    """An RSA key in a header needs more than the library's 512 bytes."""

    max_header_length = 4096


def public(key: Key, kid: str = "one") -> dict[str, Any]:
    return {**key.as_dict(private=False), "kid": kid}


def key_set_of(*keys: Key) -> dict[str, Any]:
    """The JWK set of one or two keys, called "one" and "two"."""
    return {"keys": [public(key, kid) for key, kid in zip(keys, ("one", "two"), strict=False)]}


def signed(claims: dict[str, Any], key: Key, alg: str = "ES256", **header: Any) -> str:
    registry = Roomy(algorithms=[alg])
    return jwt.encode({"alg": alg, **header}, claims, key, algorithms=[alg], registry=registry)


def assertion(key: Key, client_id: str, audience: str, now: int, **claims: Any) -> str:
    facts = {"iss": client_id, "sub": client_id, "aud": audience, "exp": now + 60, "jti": "a1"}
    header = claims.pop("header", {"kid": "one"})
    alg = claims.pop("alg", "ES256")
    kept = {name: value for name, value in {**facts, **claims}.items() if value is not None}
    return signed(kept, key, alg, **header)


def proof(key: Key, method: str, url: str, now: int, **claims: Any) -> str:
    facts = {"htm": method, "htu": url, "iat": now, "jti": "p1"}
    header = claims.pop("header", {"typ": "dpop+jwt", "jwk": key.as_dict(private=False)})
    alg = claims.pop("alg", "ES256")
    kept = {name: value for name, value in {**facts, **claims}.items() if value is not None}
    return signed(kept, key, alg, **header)
