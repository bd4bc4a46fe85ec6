"""Tenants, clients and connections of the API, made the way an installation makes them."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import httpx

from tenancy import room
from tenancy.actions import tenants
from tenancy.actors import Actor
from tenancy.models import Tenant
from tenancy.roles import Role

SYSTEM = Actor.system("test")
OPENED = datetime(2026, 1, 5, 1, tzinfo=UTC)
SECRET = "correct horse battery staple"


@dataclass(frozen=True)
class Credentials:
    client_id: str
    secret: str = SECRET


def tenant(slug: str = "riverside", on: date = date(2026, 1, 5)) -> Tenant:
    """A lender's room, open and empty."""
    return tenants.open_tenant(
        slug=slug, name=slug.title(), business_date=on, actor=SYSTEM, at=OPENED
    )


def credentials(of: Tenant, role: Role = Role.PLATFORM) -> Credentials:
    """A registered client of a tenant."""
    given = Credentials(f"{of.slug}-{role}-{uuid4().hex[:6]}")
    with room.entered(of.pk):
        tenants.register_client(
            name=f"{of.slug} {role}",
            client_id=given.client_id,
            client_secret=given.secret,
            role=role,
            actor=SYSTEM,
            at=OPENED,
        )
    return given


class Platform:
    """A program outside, which knows the address of the API and its own secret."""

    def __init__(self, url: str, given: Credentials) -> None:
        """Fetch a token."""
        self.http = httpx.Client(base_url=url, timeout=30)
        answer = self.http.post(
            "/api/v1/oauth/token",
            data={"grant_type": "client_credentials"},
            auth=(given.client_id, given.secret),
        )
        answer.raise_for_status()
        self.token: str = answer.json()["access_token"]
        self.http.headers["Authorization"] = f"Bearer {self.token}"

    def get(self, path: str, **options: Any) -> httpx.Response:
        """Read."""
        return self.http.get(f"/api/v1/{path}", **options)

    def post(
        self, path: str, body: Any = None, *, key: str | None = None, **options: Any
    ) -> httpx.Response:
        """Write, under a new key unless one is given."""
        headers = {"Idempotency-Key": key or uuid4().hex} | options.pop("headers", {})
        if body is not None:
            options["json"] = body
        return self.http.post(f"/api/v1/{path}", headers=headers, **options)

    def close(self) -> None:
        """Hang up."""
        self.http.close()
