"""Requests that are wrong from the first byte on: refused, and never an error of ours."""

import base64
import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from pytest_django.live_server_helper import LiveServer

from tenancy.models import Tenant
from tests.adversary.requests import MARK, NASTY, marked, places, writes
from tests.api.build import Platform

JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
LISTS = ("applications", "loans", "credit-lines", "webhook-subscriptions")
FILTERS = ("stage", "status", "borrower", "product", "submitted_from", "submitted_before",
           "credit_line", "application", "limit", "cursor")  # fmt: skip
IN_QUERIES = ("%00", "'%20OR%201=1--", "%ff%fe", "%ED%A0%80", "9" * 400, "-1", "1e999", "=", "%0a",
              "0000-00-00", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00%2B14:00",
              "%EF%BC%91", "AAAA" * 6, "_" * 22, "x" * 5000)  # fmt: skip


def failures(answers: Iterator[tuple[Any, httpx.Response]]) -> list[Any]:
    return [asked for asked, answer in answers if answer.status_code >= 500]


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_no_value_in_any_place_of_any_body_is_our_error(
    platform: Platform, ids: dict[str, str]
) -> None:
    def ask() -> Iterator[tuple[Any, httpx.Response]]:
        for write in writes(ids):
            for place in places(write.body):
                template = json.dumps(marked(write.body, place)).encode()
                # The whole range for the body, a part of it for each place: another each time.
                step = (1, 3, 7)[min(len(place), 2)]
                some = NASTY[len(template) % step :: step]
                for nasty in some:
                    content = template.replace(json.dumps(MARK).encode(), nasty)
                    answer = platform.post(write.path, content=content, headers=JSON)
                    yield (write.path, place, nasty[:20]), answer

    assert failures(ask()) == []


@pytest.mark.parametrize("name", [r"\u0000", r"\ud800", "a/b~", "k" * 5000])
def test_no_name_of_a_field_is_our_error(platform: Platform, lender: Tenant, name: str) -> None:
    body = f'{{"reference": "F-9", "kind": "firm", "name": "X", "{name}": "x"}}'.encode()
    answer = platform.post("borrowers", content=body, headers=JSON)
    assert answer.status_code in (400, 422)
    evidence = f'{{"inputs": {{"{name}": "x", "n": {{"{name}": 1e999}}}}}}'.encode()
    path = "applications/00000000-0000-7000-8000-000000000000/inputs"
    assert platform.post(path, content=evidence, headers=JSON).status_code in (400, 404, 422)


@pytest.mark.parametrize("depth", [60, 65, 300, 450, 600, 900, 990])
def test_no_depth_is_our_error(platform: Platform, lender: Tenant, depth: int) -> None:
    for content in (
        b'{"a":' * depth + b"1" + b"}" * depth,
        b'{"evidence":' + b"[" * depth + b"1" + b"]" * depth + b"}",
    ):
        answer = platform.post("applications", content=content, headers=JSON)
        assert answer.status_code == (400 if depth > 64 else 422), answer.text


def test_half_a_character_is_refused_without_being_repeated(
    platform: Platform, lender: Tenant
) -> None:
    body = rb'{"reference": "F-9", "kind": "firm", "name": "Wang \ud83d"}'
    answer = platform.post("borrowers", content=body, headers=JSON)
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed_body")
    assert "Wang" not in answer.text
    whole = body.replace(rb"\ud83d", rb"\ud83d\udc51")
    assert platform.post("borrowers", content=whole, headers=JSON).json()["name"] == "Wang 👑"


@pytest.mark.slow
def test_no_query_is_our_error(platform: Platform, ids: dict[str, str]) -> None:
    asked = [f"{rows}?{name}={text}" for rows in LISTS for name in FILTERS for text in IN_QUERIES]
    assert failures((query, platform.get(query)) for query in asked) == []


HEADERS = [
    {"X-Request-ID": "x" * 5000},
    {"X-Request-ID": b"\xe9\xff"},
    {"X-Forwarded-For": "' OR 1=1, 10.0.0.1"},
    {"X-Forwarded-Host": "evil.example"},
    {"Authorization": b"Bearer \xff\xfe"},
    {"Authorization": "Bearer " + "x" * 20_000},
    {"Accept-Language": "zh" * 4000},
    {"Accept": "x" * 3000},
    {"Idempotency-Key": b"\xff"},
    {"Content-Type": "application/json; charset=utf-16"},
    {"Content-Type": "multipart/form-data"},
    {"Content-Type": ";;;"},
    {"Content-Encoding": "gzip"},
    {"Cookie": r'sessionid="\000aaaaaaaaaaaa"'},
    {"Cookie": r'csrftoken="\000"; messages="\000"; django_language="\000"'},
]


@pytest.mark.parametrize("headers", HEADERS, ids=str)
def test_no_header_is_our_error(
    live_server: LiveServer, platform: Platform, headers: dict[str, Any]
) -> None:
    for method, path, body in (
        ("POST", "/api/v1/borrowers", b'{"reference": "a", "kind": "firm", "name": "b"}'),
        ("GET", "/api/v1/loans", None),
        ("GET", "/", None),
        ("GET", "/admin/", None),
        ("POST", "/language", b"language=en"),
    ):
        mine = {"Authorization": f"Bearer {platform.token}", "Idempotency-Key": "k", **JSON}
        answer = httpx.request(
            method, live_server.url + path, content=body, headers={**mine, **headers}
        )
        assert answer.status_code < 500, path


@pytest.mark.parametrize(
    "body",
    [
        b"grant_type=client_credentials&client_id=%00&client_secret=x",
        b"grant_type=client_credentials&scope=%00",
        b"grant_type=authorization_code&code=%00&client_id=%00",
        b"grant_type=refresh_token&refresh_token=%00",
        b"grant_type=%00",
        b"\xff\xfe",
    ],
)
@pytest.mark.parametrize("basic", [None, b"\x00:x", b"a%00:b", b"\xff\xfe:\xff"])
def test_no_request_for_a_token_is_our_error(
    live_server: LiveServer, riverside: Tenant, body: bytes, basic: bytes | None
) -> None:
    known = {"Authorization": f"Basic {base64.b64encode(basic).decode()}"} if basic else {}
    answer = httpx.post(
        f"{live_server.url}/api/v1/oauth/token", content=body, headers={**FORM, **known}
    )
    assert answer.status_code in (400, 401)


@pytest.mark.parametrize("tenant", ["%00", "riverside%00", "", "%ff", "x" * 5000])
@pytest.mark.parametrize("timestamp", ["", "NaN", "1e999", "9" * 400, "-1"])
def test_no_callback_is_our_error(
    live_server: LiveServer, riverside: Tenant, tenant: str, timestamp: str
) -> None:
    signed = {"webhook-id": "a", "webhook-timestamp": timestamp, "webhook-signature": "v1,AAAA"}
    for slug in (tenant, "riverside"):
        address = f"{live_server.url}/api/v1/rails/sandbox/callbacks?tenant={slug}"
        for content in (b"{}", b"\xff"):
            answer = httpx.post(address, content=content, headers={**JSON, **signed})
            assert (answer.status_code, answer.json()["code"]) == (403, "signature_invalid")


@pytest.mark.parametrize(
    "body",
    [b"username=%00&password=%00", b"username=" + b"x" * 5000 + b"&password=a", b"\xff"],
    ids=["nul", "long", "latin"],
)
def test_no_sign_in_is_our_error(live_server: LiveServer, riverside: Tenant, body: bytes) -> None:
    with httpx.Client(base_url=live_server.url) as browser:
        browser.get("/")
        headers = {"X-CSRFToken": browser.cookies["csrftoken"], **FORM}
        assert browser.post("/", content=body, headers=headers).status_code == 200
