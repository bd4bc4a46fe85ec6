"""A bank's program as its programmer would write it: joserfc, httpx, and nothing of ours."""

from __future__ import annotations

import base64
import hashlib
import time
from typing import Any
from uuid import uuid4

import httpx
from joserfc import jwt
from joserfc.jwk import ECKey

TOKEN_PATH = "/bank/v1/oauth/token"
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


class Program:
    """Speaks the bank API at an address; `key` says who it is, `holder` holds its tokens."""

    def __init__(self, url: str, client_id: str, key: ECKey, kid: str = "one") -> None:
        """Get ready; ask for nothing yet."""
        self.http = httpx.Client(base_url=url, timeout=30)
        self.url, self.client_id, self.key, self.kid = url, client_id, key, kid
        self.holder = ECKey.generate_key("P-256")
        self.token = ""

    def assertion(self, **claims: Any) -> str:
        """Say who asks."""
        now = int(time.time())
        facts = {
            "iss": self.client_id,
            "sub": self.client_id,
            "aud": f"{self.url}{TOKEN_PATH}",
            "iat": now,
            "exp": now + 60,
            "jti": uuid4().hex,
        }
        return jwt.encode({"alg": "ES256", "kid": self.kid}, {**facts, **claims}, self.key)

    def proof(self, method: str, path: str, *, holder: ECKey | None = None, **claims: Any) -> str:
        """Prove for one request that the key is here."""
        holder = holder or self.holder
        facts: dict[str, Any] = {
            "htm": method,
            "htu": f"{self.url}{path.partition('?')[0]}",
            "iat": int(time.time()),
            "jti": uuid4().hex,
        }
        if self.token:
            digest = hashlib.sha256(self.token.encode()).digest()
            facts["ath"] = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        header = {"alg": "ES256", "typ": "dpop+jwt", "jwk": holder.as_dict(private=False)}
        return jwt.encode(header, {**facts, **claims}, holder)

    def ask(self, *, proof: str | None = None, **form: Any) -> httpx.Response:
        """Ask for a token."""
        self.token = ""
        facts = {"grant_type": "client_credentials", "client_assertion_type": ASSERTION_TYPE}
        if "client_assertion" not in form:
            facts["client_assertion"] = self.assertion()
        sent = {name: value for name, value in {**facts, **form}.items() if value is not None}
        headers = {"DPoP": proof if proof is not None else self.proof("POST", TOKEN_PATH)}
        return self.http.post(TOKEN_PATH, data=sent, headers=headers)

    def sign_in(self) -> Program:
        """Ask for a token and keep it."""
        answer = self.ask()
        assert answer.status_code == 200, answer.text
        self.token = answer.json()["access_token"]
        return self

    def headers(self, method: str, path: str, **more: str) -> dict[str, str]:
        """Return what goes with one request."""
        return {
            "Authorization": f"DPoP {self.token}",
            "DPoP": self.proof(method, path),
            **more,
        }

    def get(self, path: str, **headers: str) -> httpx.Response:
        """Read."""
        path = f"/bank/v1/{path}"
        return self.http.get(path, headers=self.headers("GET", path, **headers))

    def post(
        self, path: str, body: Any = None, *, key: str = "", **headers: str
    ) -> httpx.Response:
        """Write, under a new key unless one is given."""
        return self._write("POST", path, body, key, headers)

    def put(self, path: str, body: Any = None, *, key: str = "", **headers: str) -> httpx.Response:
        """Replace, under a new key unless one is given."""
        return self._write("PUT", path, body, key, headers)

    def _write(
        self, method: str, path: str, body: Any, key: str, headers: dict[str, str]
    ) -> httpx.Response:
        path = f"/bank/v1/{path}"
        sent = self.headers(method, path, **{"Idempotency-Key": key or uuid4().hex, **headers})
        return self.http.request(method, path, json=body, headers=sent)

    def close(self) -> None:
        """Hang up."""
        self.http.close()
