"""The way into a room over HTTP, and what is left of a request that was refused."""

import hashlib
from datetime import timedelta

import httpx
import pytest
from django.utils import timezone
from oauth2_provider.models import AccessToken
from pytest_django.live_server_helper import LiveServer

from tenancy import room
from tenancy.models import AuditEvent, Tenant
from tenancy.roles import Role
from tests.api.build import Platform, credentials
from tests.api.conftest import Connect

pytestmark = pytest.mark.urls("tests.api.urls")


def events(tenant: Tenant, action: str) -> list[AuditEvent]:
    with room.enter(tenant.pk):
        return list(AuditEvent.objects.filter(action=action))


class TestToken:
    def test_is_kept_as_a_hash_only(self, platform: Platform) -> None:
        kept = AccessToken.objects.get()
        assert kept.token == ""
        assert kept.token_checksum == hashlib.sha256(platform.token.encode()).hexdigest()

    def test_is_refused_for_a_wrong_secret(
        self, live_server: LiveServer, riverside: Tenant
    ) -> None:
        given = credentials(riverside)
        answer = httpx.post(
            f"{live_server.url}/api/v1/oauth/token",
            data={"grant_type": "client_credentials"},
            auth=(given.client_id, "guessed"),
        )
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")

    @pytest.mark.parametrize("header", ["", "Bearer nonsense", "Basic cml2ZXI6c2lkZQ==", "Bearer"])
    def test_is_needed(self, live_server: LiveServer, header: str) -> None:
        answer = httpx.get(f"{live_server.url}/api/v1/notes", headers={"Authorization": header})
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
        assert answer.json()["code"] == "not_authenticated"

    def test_does_not_count_in_the_address(self, platform: Platform) -> None:
        answer = httpx.get(
            str(platform.http.base_url.join(f"/api/v1/notes?access_token={platform.token}"))
        )
        assert answer.status_code == 401

    def test_ends(self, platform: Platform) -> None:
        AccessToken.objects.update(expires=timezone.now() - timedelta(seconds=1))
        assert platform.get("notes").status_code == 401

    def test_ends_with_its_client(self, platform: Platform) -> None:
        AccessToken.objects.get().application.delete()
        assert platform.get("notes").status_code == 401


class TestRoom:
    def test_is_the_clients_own(self, connect_as: Connect, riverside: Tenant) -> None:
        from tests.api import build

        hillside = build.tenant("hillside")
        writer = connect_as(riverside)
        assert writer.post("notes", {"text": "hello"}).status_code == 201
        for tenant, seen in ((riverside, 1), (hillside, 0)):
            answer = connect_as(tenant, Role.AUDITOR).get("notes")
            assert answer.json() == {"notes": seen}

    def test_a_role_without_the_permission_may_not_read(self, platform: Platform) -> None:
        answer = platform.get("notes")
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")

    def test_the_trail_names_client_address_and_request(
        self, platform: Platform, riverside: Tenant
    ) -> None:
        answer = platform.post("notes", {"text": "hello"})
        (event,) = events(riverside, "note")
        assert (event.actor_kind, event.actor_name) == ("client", "riverside platform")
        assert (event.source, event.role) == ("127.0.0.1", "platform")
        assert event.request_id == answer.headers["X-Request-ID"]


class TestRefusal:
    def test_is_a_problem(self, platform: Platform) -> None:
        answer = platform.post("notes", {"text": "x", "then": "refuse"})
        assert answer.headers["Content-Type"] == "application/problem+json"
        problem = answer.json()
        assert problem.pop("request_id")
        assert problem == {
            "type": "urn:granary:problem:not_today",
            "title": "Conflict",
            "status": 409,
            "code": "not_today",
            "detail": "Come back tomorrow",
            "errors": [{"pointer": "/text", "value": "x", "expected": "another day"}],
            "rule": "CN-OPENING-HOURS",
            "source": "House rules, 3",
        }

    def test_leaves_no_trace_but_its_audit_row(
        self, platform: Platform, riverside: Tenant
    ) -> None:
        platform.post("notes", {"text": "x", "then": "refuse"})
        assert events(riverside, "note") == []
        (event,) = events(riverside, "request.refused")
        assert event.changes == {
            "code": "not_today",
            "status": 409,
            "path": "/api/v1/notes",
            "fields": ["/text"],
        }

    def test_of_a_shape_names_each_field(self, platform: Platform) -> None:
        answer = platform.post("notes", {"then": "sing", "text": "y" * 21})
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")
        assert [(e["pointer"], e["value"]) for e in answer.json()["errors"]] == [
            ("/text", "y" * 21),
            ("/then", "sing"),
        ]

    def test_of_an_unknown_field_keeps_a_misspelt_one_from_being_lost(
        self, platform: Platform
    ) -> None:
        (error,) = platform.post("notes", {"text": "x", "tehn": "refuse"}).json()["errors"]
        assert (error["pointer"], error["value"]) == ("/tehn", "refuse")

    def test_never_repeats_a_personal_number(self, platform: Platform, riverside: Tenant) -> None:
        body = {"text": "x", "id_number": "330102199001011234"}
        answer = platform.post("notes", body)
        assert answer.json()["errors"][0]["value"] == "330***********1234"
        assert "1990" not in str(events(riverside, "request.refused")[0].canonical())

    def test_speaks_the_callers_language(self, platform: Platform) -> None:
        answer = platform.post("notes", {}, headers={"Accept-Language": "zh-CN"})
        assert answer.headers["Content-Language"] == "zh-hans"
        assert "必填" in answer.json()["errors"][0]["expected"]

    @pytest.mark.parametrize(
        ("body", "media_type", "status", "code"),
        [
            (b"{", "application/json", 400, "malformed_body"),
            (b'{"text": NaN}', "application/json", 400, "malformed_body"),
            (b'{"text": "a", "text": "b"}', "application/json", 400, "malformed_body"),
            ("{'a': 'ä'}".encode("latin-1"), "application/json", 400, "malformed_body"),
            (b"[" * 100_000, "application/json", 400, "malformed_body"),
            (b'"' + b"x" * 3_000_000 + b'"', "application/json", 413, "body_too_large"),
            (b"[]", "application/json", 422, "invalid_input"),
            (b"<text/>", "application/xml", 415, "unsupported_media_type"),
        ],
        ids=["cut", "nan", "twice", "latin-1", "deep", "large", "list", "xml"],
    )
    def test_of_an_unreadable_body(
        self, platform: Platform, body: bytes, media_type: str, status: int, code: str
    ) -> None:
        answer = platform.post("notes", content=body, headers={"Content-Type": media_type})
        assert (answer.status_code, answer.json()["code"]) == (status, code)

    @pytest.mark.parametrize(
        ("method", "path", "accept", "status"),
        [
            ("DELETE", "/api/v1/notes", "*/*", 405),
            ("OPTIONS", "/api/v1/notes", "*/*", 405),
            ("GET", "/api/v1/nowhere", "*/*", 404),
            ("GET", "/api/v1/notes", "application/xml", 406),
        ],
    )
    def test_before_any_handler_is_a_problem_too(
        self, platform: Platform, method: str, path: str, accept: str, status: int
    ) -> None:
        answer = platform.http.request(method, path, headers={"Accept": accept})
        assert answer.status_code == status
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert answer.json()["status"] == status


class TestBug:
    def test_is_a_bare_problem_and_undoes_everything(
        self, platform: Platform, riverside: Tenant
    ) -> None:
        answer = platform.post("notes", {"text": "x", "then": "break"})
        assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
        assert "ZeroDivision" not in answer.text
        assert events(riverside, "note") == []
