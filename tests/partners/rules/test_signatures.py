"""Messages that a bank has signed as a whole (RFC 9421)."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from http_message_signatures import HTTPMessageSigner, MappingKeyResolver, algorithms
from joserfc.jwk import ECKey, OKPKey, RSAKey

from partners.rules import signatures
from partners.rules.jose import NotProven
from partners.rules.keys import key_set
from tests.partners.bank_keys import Key, key_set_of

NOW = datetime(2026, 1, 5, 4, tzinfo=UTC)
URL = "https://lender.example/bank/v1/applications/7/decisions"
EC, ED, RSA = (
    ECKey.generate_key("P-256"),
    OKPKey.generate_key("Ed25519"),
    RSAKey.generate_key(2048),
)
COVERED = ("@method", "@target-uri", "authorization", "dpop", "idempotency-key", "content-digest")
ALGORITHM = {
    "EC": algorithms.ECDSA_P256_SHA256,
    "OKP": algorithms.ED25519,
    "RSA": algorithms.RSA_PSS_SHA512,
}


def sent(
    key: Key = EC, *, covered: tuple[str, ...] = COVERED, body: bytes = b'{"result": "APPROVE"}',
    at: datetime = NOW, tag: str = signatures.TAG, kid: str = "one",
) -> Any:  # fmt: skip
    headers = {"authorization": "DPoP t", "dpop": "p", "idempotency-key": "k"}
    request = SimpleNamespace(method="POST", url=URL, headers=headers)
    own: dict[str, Any] = {kid: key.private_key}
    signer = HTTPMessageSigner(
        signature_algorithm=ALGORITHM[key.key_type],
        key_resolver=MappingKeyResolver(public_keys={}, private_keys=own),
    )
    is_covered = "content-digest" in covered
    signer.sign(
        request, key_id=kid, created=at, tag=tag, body=body if is_covered else None,
        covered_component_ids=tuple(name for name in covered if name != "content-digest"),
    )  # fmt: skip
    return request


def check(
    request: Any, *keys: Key, body: bytes = b'{"result": "APPROVE"}', **changes: Any
) -> None:
    registered = key_set(key_set_of(*keys or (EC,)))
    facts = {"method": request.method, "url": request.url, "headers": request.headers, **changes}
    headers = {name.lower(): value for name, value in facts.pop("headers").items()}
    signatures.check(
        signatures.Message(**facts, headers=headers, body=body), keys=registered, now=NOW
    )


@pytest.mark.parametrize("key", [EC, ED, RSA], ids=lambda key: key.key_type)
def test_a_signed_message_passes(key: Key) -> None:
    check(sent(key), key)


def test_either_live_key_will_do() -> None:
    check(sent(ED, kid="two"), EC, ED)


def test_nothing_that_matters_may_be_left_uncovered() -> None:
    for left_out in COVERED:
        with pytest.raises(NotProven):
            check(sent(covered=tuple(name for name in COVERED if name != left_out)))


@pytest.mark.parametrize(
    "changes",
    [
        {"method": "PUT"},
        {"url": URL.replace("/7/", "/8/")},
        {"url": f"{URL}?x=1"},
        {"body": b'{"result": "DECLINE"}'},
    ],
    ids=str,
)
def test_nothing_of_it_may_be_changed(changes: dict[str, Any]) -> None:
    with pytest.raises(NotProven):
        check(sent(), **changes)


def test_neither_may_its_headers() -> None:
    for name in ("authorization", "dpop", "idempotency-key"):
        request = sent()
        request.headers[name] = "other"
        with pytest.raises(NotProven):
            check(request)


@pytest.mark.parametrize("seconds", [-61, 61])
def test_it_is_good_for_a_minute(seconds: int) -> None:
    with pytest.raises(NotProven, match="clock"):
        check(sent(at=NOW + timedelta(seconds=seconds)))


def test_another_banks_key_will_not_do() -> None:
    with pytest.raises(NotProven):
        check(sent(), ECKey.generate_key("P-256"))
    with pytest.raises(NotProven):
        check(sent(ED), EC)


def test_a_signature_for_something_else_will_not_do() -> None:
    with pytest.raises(NotProven):
        check(sent(tag="else"))


@pytest.mark.parametrize("value", ["", "nonsense", "one=(", "one=:AA==:", 'one=("@method")'])
def test_nonsense_is_refused(value: str) -> None:
    request = sent()
    for name in ("Signature", "Signature-Input"):
        spoilt = SimpleNamespace(**vars(request))
        spoilt.headers = {**request.headers, name: value}
        with pytest.raises(NotProven):
            check(spoilt)
