"""What is sealed to a bank's key opens with the private half of it, and with nothing else."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey

from partners.rules.jose import NotProven
from partners.rules.sealing import CONTENT, encryption_key, sealed

KEYS: dict[str, Any] = {"EC": ECKey.generate_key("P-256"), "RSA": RSAKey.generate_key(2048)}
ALGORITHMS = ["ECDH-ES+A256KW", "RSA-OAEP-256", CONTENT]


def public(key: Any) -> dict[str, Any]:
    return {**key.as_dict(private=False), "kid": "seal-1"}


@pytest.mark.parametrize("kind", list(KEYS))
@settings(max_examples=20)
@given(value=st.text(st.characters(codec="utf-8", categories=("L", "N", "P")), min_size=1))
def test_opens_with_the_private_half(kind: str, value: str) -> None:
    token = sealed(value, public(KEYS[kind]))

    assert token is not None
    opened = jwe.decrypt_compact(token, KEYS[kind], algorithms=ALGORITHMS)
    assert opened.plaintext is not None
    assert opened.plaintext.decode() == value
    assert opened.headers()["kid"] == "seal-1"


def test_opens_with_no_other_key() -> None:
    token = sealed("330106198001011234", public(KEYS["EC"]))

    assert token is not None
    with pytest.raises((JoseError, ValueError)):
        jwe.decrypt_compact(token, ECKey.generate_key("P-256"), algorithms=ALGORITHMS)


def test_is_another_text_each_time() -> None:
    assert sealed("1", public(KEYS["EC"])) != sealed("1", public(KEYS["EC"]))


@pytest.mark.parametrize(("value", "key"), [("", public(KEYS["EC"])), ("123", None)])
def test_of_nothing_or_without_a_key_there_is_nothing(value: str, key: Any) -> None:
    assert sealed(value, key) is None


@pytest.mark.parametrize(
    "key",
    [
        KEYS["EC"].as_dict(private=True),
        OKPKey.generate_key("Ed25519").as_dict(private=False),
        {"kty": "oct", "k": "c2VjcmV0"},
        {"kty": "EC"},
        {},
    ],
    ids=["private", "signing only", "shared secret", "half", "nothing"],
)
def test_takes_public_keys_only(key: dict[str, Any]) -> None:
    with pytest.raises(NotProven):
        encryption_key(key)
