"""Signed HTTP requests (RFC 9421), for banks that want more than a token: the message itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from http_message_signatures import (
    HTTPMessageSignaturesException,
    HTTPMessageVerifier,
    HTTPSignatureAlgorithm,
    InvalidSignature,
    MappingKeyResolver,
    algorithms,
)
from joserfc.jwk import ECKey, OKPKey

from partners.rules.jose import NotProven, PublicKey

WINDOW = timedelta(seconds=60)
# What FAPI 2.0 Http Signatures wants covered, and under which tag.
TAG = "fapi-2-request"
ALWAYS_COVERED = ("@method", "@target-uri", "authorization", "dpop")


@dataclass(frozen=True, slots=True)
class Message:
    """One HTTP request as it came; the names of its headers in lower case."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes = b""


def check(message: Message, *, keys: Mapping[str, PublicKey], now: datetime) -> None:
    """
    Let a message pass that one of the keys has signed, within a minute of `now`.

    The signature tagged `fapi-2-request` has to cover method, address, token, proof, the
    Idempotency-Key where there is one, and a Content-Digest (RFC 9530) where there is a body.

    :raises NotProven: saying what is missing or does not hold
    """
    needed = list(ALWAYS_COVERED)
    if "idempotency-key" in message.headers:
        needed.append("idempotency-key")
    if message.body:
        needed.append("content-digest")
    reason = "there is no registered key"
    for name, key in keys.items():
        known: dict[str, Any] = {name: key.public_key}
        verifier = _Verifier(
            signature_algorithm=_algorithm(key),
            key_resolver=MappingKeyResolver(public_keys=known, private_keys={}),
        )
        verifier.now = now
        try:
            verifier.verify(
                message,
                max_age=WINDOW,
                expect_tag=TAG,
                require_components=needed,
                body=message.body or None,
            )
        except HTTPMessageSignaturesException as error:
            reason = str(error)
        else:
            return
    raise NotProven(f"the message's signature does not hold: {reason}")


class _Verifier(HTTPMessageVerifier):
    """The library's, with the clock as an argument."""

    now: datetime

    def validate_created_and_expires(self, sig_input: Any, max_age: Any = None) -> None:
        created, expires = (sig_input.params.get(name) for name in ("created", "expires"))
        if type(created) is not int or abs(self.now.timestamp() - created) > WINDOW.seconds:
            raise InvalidSignature("created is not within a minute of our clock")
        if expires is not None and expires < self.now.timestamp():
            raise InvalidSignature("expires has passed")


def _algorithm(key: PublicKey) -> type[HTTPSignatureAlgorithm]:
    """Return the one algorithm for a kind of key: what the message says of it has to agree."""
    if isinstance(key, ECKey):
        return algorithms.ECDSA_P256_SHA256
    return algorithms.ED25519 if isinstance(key, OKPKey) else algorithms.RSA_PSS_SHA512
