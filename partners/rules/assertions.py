"""How a bank's program says who it is: `private_key_jwt` (RFC 7523, FAPI 2.0 section 5.3.2.1)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from partners.rules.jose import NotProven, Opened, PublicKey, opened
from partners.rules.keys import named

MAX_LIFETIME_SECONDS = 300
# Two clocks never agree.
SKEW_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Assertion:
    """A proof of who asks: good once, until it expires (seconds since 1970)."""

    jti: str
    expires: int


def check(
    token: str,
    *,
    client_id: str,
    keys: Mapping[str, PublicKey],
    audiences: Collection[str],
    now: int,
) -> Assertion:
    """
    Return the assertion if the client has signed it, for us, for the next five minutes at most.

    `now` and times inside are seconds since 1970. That it comes for the first time is for the
    caller to see to.

    :raises NotProven: naming the claim that does not fit
    """
    read = opened(token, lambda header: named(keys, header))
    for name in ("iss", "sub"):
        if read.text(name) != client_id:
            raise NotProven(f"{name} must be the client id")
    _check_audience(read, audiences)
    expires = read.moment("exp")
    if expires <= now - SKEW_SECONDS:
        raise NotProven("exp has passed")
    if expires > now + MAX_LIFETIME_SECONDS + SKEW_SECONDS:
        raise NotProven(f"exp must be at most {MAX_LIFETIME_SECONDS} seconds ahead")
    for name in ("iat", "nbf"):
        if name in read.claims and read.moment(name) > now + SKEW_SECONDS:
            raise NotProven(f"{name} is in the future")
    return Assertion(read.text("jti"), expires + SKEW_SECONDS)


def _check_audience(read: Opened, audiences: Collection[str]) -> None:
    """One audience only: an assertion that others accept too could be used here by them."""
    audience = read.claims.get("aud")
    if isinstance(audience, list) and len(audience) == 1:
        (audience,) = audience
    if not isinstance(audience, str) or audience not in audiences:
        raise NotProven("aud must be this token endpoint or its issuer, alone")
