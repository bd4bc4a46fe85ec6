"""Pages in a hostile browser: framed, forged, guessed at, with somebody else's cookie."""

import pytest
from django.test import Client
from django.test.client import Client as Browser
from pytest_django.fixtures import Settings

from tenancy.actions import tenants
from tenancy.models import Membership, Tenant, User
from tenancy.roles import Role
from tests.tenancy.build import NOON
from tests.tenancy.test_sign_in import SYSTEM

PASSWORD = "correct horse"
PAGES = (
    "/",
    "/admin/",
    "/api/v1/docs",
    "/healthz",
    "/nowhere",
    "/api/v1/nowhere",
    "/api/v1/loans",
)


@pytest.fixture
def person(room: Tenant) -> User:
    user = User.objects.create_user("wang", PASSWORD, name="Wang Fang")
    tenants.admit(user=user, role=Role.OFFICER, actor=SYSTEM, at=NOON)
    return user


def sign_in(browser: Browser, password: str = PASSWORD, **headers: str) -> int:
    answer = browser.post("/", {"username": "wang", "password": password}, headers=headers)
    return answer.status_code


class TestEveryPage:
    @pytest.mark.parametrize("signed_in", [False, True])
    @pytest.mark.parametrize("path", PAGES)
    def test_cannot_be_framed_sniffed_or_made_to_load_from_elsewhere(
        self, client: Client, person: User, path: str, signed_in: bool
    ) -> None:
        if signed_in:
            sign_in(client)
        answer = client.get(path)
        policy = answer.headers["Content-Security-Policy"]
        for rule in ("default-src 'self'", "frame-ancestors 'none'", "object-src 'none'"):
            assert rule in policy
        scripts = next(part for part in policy.split(";") if "script-src" in part)
        assert "unsafe-inline" not in scripts
        # Alpine, on which Unfold's own pages run, evaluates what stands in their attributes.
        assert ("unsafe-eval" in scripts) == (path == "/admin/")
        assert "http" not in policy
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"

    def test_behind_tls_is_only_served_over_tls(
        self, client: Client, settings: Settings, person: User
    ) -> None:
        settings.SECURE_SSL_REDIRECT = True
        answer = client.get("/")
        assert (answer.status_code, answer.headers["Location"]) == (301, "https://testserver/")

    def test_for_another_host_is_refused(self, client: Client, db: None) -> None:
        assert client.get("/", headers={"host": "evil.example"}).status_code == 400


class TestCookies:
    def test_are_out_of_reach_of_scripts_and_other_sites(
        self, client: Client, person: User
    ) -> None:
        sign_in(client)
        client.get("/")
        session = client.cookies["sessionid"]
        assert session["httponly"]
        assert session["samesite"] == "Lax"
        assert client.cookies["csrftoken"]["samesite"] == "Lax"

    def test_are_new_after_signing_in_and_dead_after_signing_out(
        self, client: Client, person: User
    ) -> None:
        client.get("/")
        client.cookies["sessionid"] = "a" * 32  # one that the attacker has planted
        sign_in(client)
        mine = client.cookies["sessionid"].value
        assert mine != "a" * 32
        assert client.get("/admin/").status_code == 200
        assert client.get("/sign-out").status_code == 405
        client.post("/sign-out")
        thief = Client()
        thief.cookies["sessionid"] = mine
        assert thief.get("/admin/").status_code == 302

    @pytest.mark.parametrize("end", ["person", "membership"])
    def test_end_with_the_person_or_his_membership(
        self, client: Client, person: User, room: Tenant, end: str
    ) -> None:
        sign_in(client)
        assert client.get("/admin/").status_code == 200
        if end == "person":
            User.objects.update(is_active=False)
        else:
            Membership.objects.update(is_active=False)
        assert client.get("/admin/").status_code == 302


class TestForgery:
    @pytest.mark.parametrize("path", ["/", "/room", "/language", "/sign-out"])
    def test_of_a_form_on_another_site_is_refused(self, person: User, path: str) -> None:
        browser = Client(enforce_csrf_checks=True)
        browser.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        body = {"username": "wang", "password": PASSWORD, "language": "en", "membership": "1"}
        assert browser.post(path, body).status_code == 403

    def test_of_a_page_to_come_back_to_is_ignored(self, client: Client, person: User) -> None:
        for evil in (
            "//evil.example/",
            "https://evil.example/",
            "javascript:alert(1)",
            "\\\\evil",
        ):
            answer = client.post("/", {"username": "wang", "password": PASSWORD, "next": evil})
            assert answer.headers["Location"] == "/admin/"
            client.post("/sign-out")


class TestGuessing:
    def test_ends_after_ten_wrong_passwords_whatever_address_is_claimed(
        self, client: Client, person: User
    ) -> None:
        for n in range(10):
            sign_in(client, f"guess {n}", **{"X-Forwarded-For": f"192.0.2.{n}"})
        assert sign_in(client) == 429
        assert client.get("/admin/").status_code == 302

    def test_tells_nobody_which_names_exist(self, client: Client, person: User) -> None:
        pages = [
            client.post("/", {"username": name, "password": "wrong"}).content.decode()
            for name in ("wang", "wong")
        ]
        told = [page[page.index('role="alert"') :].partition("</")[0] for page in pages]
        assert told[0] == told[1]
