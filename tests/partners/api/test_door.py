"""The way in for a bank's program, over HTTP, and every way that is none."""

import base64
from datetime import timedelta
from typing import Any

import httpx
import pytest
from django.utils import timezone
from joserfc.jwk import ECKey
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

from partners.actions import access, credentials
from partners.models import BankCall, BankCredential, BankToken, PartnerBank, SpentProof
from tenancy import room
from tenancy.models import AuditEvent, Tenant
from tenancy.roles import Role
from tests.api import build as api_build
from tests.partners.api.conftest import Connect, bank_of
from tests.partners.api.program import TOKEN_PATH, Program
from tests.tenancy.build import actor

HEALTH = "/bank/v1/health"


def refused(answer: httpx.Response, error: str, description: str = "") -> None:
    assert answer.status_code in (400, 401), answer.text
    assert answer.json()["error"] == error
    assert description in answer.json()["error_description"]


def not_in(answer: httpx.Response, reason: str = "") -> None:
    assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")
    assert answer.headers["WWW-Authenticate"].startswith("DPoP")
    assert reason in answer.json()["detail"]


class TestToken:
    def test_opens_with_its_proof(self, program: Program, harbour: PartnerBank) -> None:
        answer = program.get("health")
        assert answer.status_code == 200, answer.text
        assert (answer.json()["status"], answer.json()["bank"]) == ("ok", harbour.code)

    def test_is_kept_as_a_hash_only(self, program: Program, riverside: Tenant) -> None:
        with room.enter(riverside.pk):
            kept = BankToken.objects.get()
        assert kept.checksum == access.checksum(program.token)
        assert kept.thumbprint == program.holder.thumbprint()

    def test_is_told_as_oauth_says(self, program: Program, riverside: Tenant) -> None:
        answer = program.ask()
        assert answer.json().keys() == {"access_token", "token_type", "expires_in", "scope"}
        assert (answer.json()["token_type"], answer.json()["scope"]) == ("DPoP", "bank")
        assert answer.headers["Cache-Control"] == "no-store"
        with room.enter(riverside.pk):
            assert AuditEvent.objects.filter(action="bank_token.issue").count() == 2

    def test_is_not_given_for_the_same_assertion_twice(self, program: Program) -> None:
        assertion = program.assertion()
        assert program.ask(client_assertion=assertion).status_code == 200
        refused(program.ask(client_assertion=assertion), "invalid_client", "jti")

    def test_is_not_given_for_the_same_proof_twice(self, program: Program) -> None:
        program.token = ""
        proof = program.proof("POST", TOKEN_PATH)
        assert program.ask(proof=proof).status_code == 200
        refused(program.ask(proof=proof), "invalid_dpop_proof", "jti")

    @pytest.mark.parametrize(
        ("claims", "reason"),
        [
            ({"exp": 1_700_000_000}, "exp"),
            ({"exp": 9_000_000_000}, "exp"),
            ({"aud": "https://other.example/token"}, "aud"),
            ({"sub": "riverside-coast"}, "sub"),
            ({"jti": ""}, "jti"),
        ],
        ids=str,
    )
    def test_is_not_given_for_a_claim_that_does_not_fit(
        self, program: Program, claims: dict[str, Any], reason: str
    ) -> None:
        refused(
            program.ask(client_assertion=program.assertion(**claims)), "invalid_client", reason
        )

    def test_is_not_given_without_a_signature(self, program: Program) -> None:
        _head, body, signature = program.assertion().split(".")
        none = base64.urlsafe_b64encode(b'{"alg":"none"}').rstrip(b"=").decode()
        for token in (f"{none}.{body}.", f"{none}.{body}.{signature}", f"{none}.{body}", "", "x"):
            refused(program.ask(client_assertion=token), "invalid_client")

    def test_is_not_given_to_another_key(self, program: Program) -> None:
        program.key = ECKey.generate_key("P-256")
        refused(program.ask(), "invalid_client", "signature")

    @pytest.mark.parametrize(
        ("proof", "reason"),
        [
            ({"method": "GET"}, "htm"),
            ({"path": HEALTH}, "htu"),
            ({"iat": 1_700_000_000}, "iat"),
        ],
        ids=str,
    )
    def test_is_not_given_without_a_proof_for_this_request(
        self, program: Program, proof: dict[str, Any], reason: str
    ) -> None:
        program.token = ""
        facts = {"method": "POST", "path": TOKEN_PATH, **proof}
        refused(program.ask(proof=program.proof(**facts)), "invalid_dpop_proof", reason)
        refused(program.ask(proof=""), "invalid_dpop_proof")

    @pytest.mark.parametrize(
        ("form", "error"),
        [
            ({"grant_type": "password"}, "unsupported_grant_type"),
            ({"grant_type": None}, "unsupported_grant_type"),
            ({"scope": "lending"}, "invalid_scope"),
            ({"client_assertion_type": "basic"}, "invalid_client"),
            ({"client_id": "riverside-coast"}, "invalid_client"),
            ({"client_assertion": "é\x00.é.é"}, "invalid_client"),
            ({"client_assertion": "x" * 20_000}, "invalid_client"),
        ],
        ids=str,
    )
    def test_is_asked_for_in_one_way_only(
        self, program: Program, form: dict[str, Any], error: str
    ) -> None:
        refused(program.ask(**form), error)

    def test_is_not_given_to_a_platform_or_a_stranger(
        self, program: Program, riverside: Tenant
    ) -> None:
        for client_id in (api_build.credentials(riverside, Role.PLATFORM).client_id, "nobody"):
            program.client_id = client_id
            refused(program.ask(), "invalid_client", "not known")

    def test_is_not_given_once_the_credential_is_revoked(
        self, program: Program, riverside: Tenant
    ) -> None:
        with room.enter(riverside.pk):
            credentials.revoke(
                actor=actor(Role.RISK_MANAGER),
                at=timezone.now(),
                credential_id=BankCredential.objects.get().pk,
                reason="Lost",
            )
        not_in(program.get("health"), "unknown")
        refused(program.ask(), "invalid_client")

    def test_comes_with_either_key_while_two_are_live(
        self, program_of: Connect, riverside: Tenant, harbour: PartnerBank
    ) -> None:
        new = ECKey.generate_key("P-256")
        program = program_of(riverside, harbour, new)
        old = program.key
        assert program.ask().status_code == 200
        program.key, program.kid = new, "two"
        assert program.ask().status_code == 200
        with room.enter(riverside.pk):
            credential_id = BankCredential.objects.get().pk
            credentials.retire_key(
                actor=actor(Role.RISK_MANAGER),
                at=timezone.now(),
                credential_id=credential_id,
                kid="one",
            )
        assert program.ask().status_code == 200
        program.key, program.kid = old, "one"
        refused(program.ask(), "invalid_client", "kid")

    def test_is_asked_for_at_a_bearable_pace(self, program: Program, settings: Settings) -> None:
        settings.TOKEN_REQUESTS_PER_MINUTE = {"client": 1, "address": 100}
        answers = [program.ask() for _ in range(4)]
        told = next(answer for answer in answers if answer.status_code == 429)
        assert told.json()["code"] == "too_many_requests"
        assert int(told.headers["Retry-After"]) > 0


class TestCall:
    def test_without_a_token_is_refused(self, program: Program) -> None:
        not_in(program.http.get(HEALTH))
        program.token = "1.nonsense"
        not_in(program.get("health"), "unknown")

    @pytest.mark.parametrize("token", [".", "x.y", "1", "9" * 30 + ".x", "\x7f.x", "x" * 500])
    def test_with_an_odd_token_is_refused(self, program: Program, token: str) -> None:
        program.token = token
        not_in(program.get("health"))

    def test_as_bearer_is_refused_even_with_the_proof(self, program: Program) -> None:
        headers = program.headers("GET", HEALTH) | {"Authorization": f"Bearer {program.token}"}
        not_in(program.http.get(HEALTH, headers=headers), "DPoP")

    def test_without_a_proof_is_refused(self, program: Program) -> None:
        headers = {"Authorization": f"DPoP {program.token}"}
        not_in(program.http.get(HEALTH, headers=headers))

    def test_by_who_stole_the_token_is_refused(self, program: Program) -> None:
        thief = ECKey.generate_key("P-256")
        headers = program.headers("GET", HEALTH) | {
            "DPoP": program.proof("GET", HEALTH, holder=thief)
        }
        not_in(program.http.get(HEALTH, headers=headers), "another key")

    def test_by_who_stole_token_and_proof_is_refused_the_second_time(
        self, program: Program
    ) -> None:
        headers = program.headers("GET", HEALTH)
        assert program.http.get(HEALTH, headers=headers).status_code == 200
        not_in(program.http.get(HEALTH, headers=headers), "used before")

    def test_with_the_proof_of_another_request_is_refused(self, program: Program) -> None:
        for proof, reason in (
            (program.proof("POST", HEALTH), "htm"),
            (program.proof("GET", "/bank/v1/meta/enums"), "htu"),
            (program.proof("GET", HEALTH, iat=1_700_000_000), "iat"),
            (program.proof("GET", HEALTH, ath="x"), "ath"),
            (program.proof("GET", HEALTH, jti=""), "jti"),
        ):
            headers = program.headers("GET", HEALTH) | {"DPoP": proof}
            not_in(program.http.get(HEALTH, headers=headers), reason)

    def test_after_the_token_has_ended_is_refused(
        self, program: Program, riverside: Tenant
    ) -> None:
        with room.enter(riverside.pk):
            BankToken.objects.update(
                issued_at=timezone.now() - timedelta(hours=2),
                expires_at=timezone.now() - timedelta(seconds=1),
            )
        not_in(program.get("health"), "expired")

    def test_with_a_platforms_token_is_refused_and_the_other_way_round(
        self, live_server: LiveServer, program: Program, riverside: Tenant
    ) -> None:
        platform = api_build.Platform(live_server.url, api_build.credentials(riverside))
        not_in(program.http.get(HEALTH, headers={"Authorization": f"DPoP {platform.token}"}))
        for scheme in ("Bearer", "DPoP"):
            answer = program.http.get(
                "/api/v1/loans", headers={"Authorization": f"{scheme} {program.token}"}
            )
            assert answer.status_code == 401
        platform.close()

    def test_of_another_lenders_bank_lands_in_that_lenders_room(
        self, program_of: Connect, program: Program
    ) -> None:
        hillside = api_build.tenant("hillside")
        coast = bank_of(hillside, "coast")
        elsewhere = program_of(hillside, coast).sign_in()
        assert elsewhere.get("health").json()["bank"] == "coast"
        # The token's beginning says where to look, and proves nothing.
        elsewhere.token = program.token.partition(".")[0] + elsewhere.token[1:]
        not_in(elsewhere.get("health"), "unknown")

    def test_is_answered_as_a_problem_where_nothing_is(self, program: Program) -> None:
        answer = program.get("nowhere")
        assert answer.headers["Content-Type"] == "application/problem+json"

    def test_is_written_down(self, program: Program, riverside: Tenant) -> None:
        answer = program.get("health")
        program.post("health")
        with room.enter(riverside.pk):
            refused, told = BankCall.objects.order_by("-pk")[:2]
        assert (told.method, told.path, told.status) == ("GET", HEALTH, 200)
        assert told.request_id == answer.headers["X-Request-ID"]
        assert (refused.method, refused.status, refused.code) == (
            "POST",
            405,
            "method_not_allowed",
        )


class TestPace:
    def test_is_the_banks_own_limit(
        self, program_of: Connect, riverside: Tenant, program: Program
    ) -> None:
        slow = bank_of(riverside, "coast", requests_per_minute=2)
        hasty = program_of(riverside, slow).sign_in()
        assert [hasty.get("health").status_code for _ in range(4)] == [200, 200, 429, 429]
        answer = hasty.get("health")
        assert answer.json()["code"] == "too_many_requests"
        assert 0 < int(answer.headers["Retry-After"]) <= 60
        assert program.get("health").status_code == 200

    def test_counts_the_last_minute_and_what_was_let_in(
        self, program_of: Connect, riverside: Tenant
    ) -> None:
        hasty = program_of(riverside, bank_of(riverside, "coast", requests_per_minute=2)).sign_in()
        statuses = [hasty.get("health").status_code for _ in range(5)]
        assert statuses.count(200) == 2
        with room.enter(riverside.pk):
            minute_ago = timezone.now() - timedelta(seconds=61)
            SpentProof.objects.update(spent_at=minute_ago)
        assert hasty.get("health").status_code == 200

    def test_a_proof_that_came_too_soon_is_spent_all_the_same(
        self, program_of: Connect, riverside: Tenant
    ) -> None:
        hasty = program_of(riverside, bank_of(riverside, "coast", requests_per_minute=1)).sign_in()
        hasty.get("health")
        headers = hasty.headers("GET", HEALTH)
        assert hasty.http.get(HEALTH, headers=headers).status_code == 429
        with room.enter(riverside.pk):
            SpentProof.objects.filter(kind="call").delete()
        not_in(hasty.http.get(HEALTH, headers=headers), "used before")


class TestForgetting:
    def test_leaves_nothing_that_grows(self, program: Program, riverside: Tenant) -> None:
        program.get("health")
        with room.enter(riverside.pk):
            assert access.forget(at=timezone.now()) == 0
            later = timezone.now() + timedelta(minutes=20)
            assert access.forget(at=later) == 4
            assert not SpentProof.objects.exists()
            assert not BankToken.objects.exists()
            assert BankCall.objects.exists()
            assert access.forget(at=later + timedelta(days=31)) == 1
