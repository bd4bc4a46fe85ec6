"""A bank that wants every message signed gets no unsigned one done."""

import json
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from http_message_signatures import HTTPMessageSigner, MappingKeyResolver, algorithms
from joserfc.jwk import ECKey

from partners.models import PartnerBank
from tenancy.models import Tenant
from tests.partners.api.conftest import Connect, bank_of
from tests.partners.api.program import Program

HOOKS = "/bank/v1/webhooks"
BODY = {"url": "http://127.0.0.1:1/hooks", "topics": ["application.submitted"]}


@pytest.fixture
def careful(program_of: Connect, riverside: Tenant) -> Program:
    """The program of a bank that wants signatures, with a token."""
    bank: PartnerBank = bank_of(riverside, "coast", signatures_required=True)
    return program_of(riverside, bank).sign_in()


def signed(program: Program, body: Any, *, key: ECKey | None = None) -> dict[str, str]:
    content = json.dumps(body).encode()
    request = SimpleNamespace(
        method="POST",
        url=f"{program.url}{HOOKS}",
        headers={
            **program.headers("POST", HOOKS),
            "Idempotency-Key": "once",
            "Content-Type": "application/json",
        },
    )
    own: dict[str, Any] = {program.kid: (key or program.key).private_key}
    HTTPMessageSigner(
        signature_algorithm=algorithms.ECDSA_P256_SHA256,
        key_resolver=MappingKeyResolver(public_keys={}, private_keys=own),
    ).sign(
        request,
        key_id=program.kid,
        tag="fapi-2-request",
        body=content,
        covered_component_ids=(
            "@method", "@target-uri", "authorization", "dpop", "idempotency-key",
        ),
    )  # fmt: skip
    return dict(request.headers)


def send(program: Program, headers: dict[str, str], body: Any) -> httpx.Response:
    return program.http.post(HOOKS, content=json.dumps(body).encode(), headers=headers)


def test_a_signed_message_is_done(careful: Program) -> None:
    answer = send(careful, signed(careful, BODY), BODY)
    assert answer.status_code == 201, answer.text


def test_an_unsigned_one_is_not(careful: Program) -> None:
    answer = careful.post("webhooks", BODY)
    assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")
    assert careful.get("health").status_code == 401


def test_neither_is_one_with_another_body(careful: Program) -> None:
    answer = send(careful, signed(careful, BODY), {**BODY, "topics": ["loan.funded"]})
    assert answer.status_code == 401
    assert "signature" in answer.json()["detail"]


def test_nor_one_by_another_key(careful: Program) -> None:
    headers = signed(careful, BODY, key=ECKey.generate_key("P-256"))
    assert send(careful, headers, BODY).status_code == 401


def test_nor_one_that_is_too_large_to_be_checked(careful: Program) -> None:
    headers = signed(careful, BODY)
    answer = careful.http.post(HOOKS, content=b" " * 2_700_000, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
