"""The bank API, spoken: a token by private_key_jwt, a DPoP proof with every request."""

from __future__ import annotations

import base64
import hashlib
import time
from typing import Any
from uuid import uuid4

import httpx
from joserfc import jwt
from joserfc.jwk import ECKey

ROOT = "/bank/v1"
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
TIMEOUT_SECONDS = 30.0
RENEW_SECONDS = 30
MOST_WAITS = 5


class BankClient:
    """One program of a bank: its key says who it is, and holds its tokens as well."""

    def __init__(self, url: str, client_id: str, key: ECKey, kid: str) -> None:
        """Connect to a lender; `key` is the private one of the key that he has registered."""
        self.url = url.rstrip("/")
        self.client_id, self.key, self.kid = client_id, key, kid
        self.http = httpx.Client(timeout=TIMEOUT_SECONDS)
        self._token, self._ends_at = "", 0.0

    def get(self, path: str) -> httpx.Response:
        """Read."""
        return self.send("GET", path)

    def read(self, path: str) -> dict[str, Any]:
        """
        Read what must be there.

        :raises httpx.HTTPStatusError: if the lender refuses
        """
        return dict(self.get(path).raise_for_status().json())

    def post(
        self, path: str, body: Any = None, *, key: str = "", files: Any = None
    ) -> httpx.Response:
        """Write once under a key; a new one unless one is given."""
        return self.send("POST", path, body, key=key or uuid4().hex, files=files)

    def every(self, path: str) -> list[dict[str, Any]]:
        """Return all rows of a list, page by page."""
        rows: list[dict[str, Any]] = []
        following: str | None = path
        while following:
            page = self.get(following).raise_for_status().json()
            rows += page["results"]
            following = page["next"] and page["next"].partition(f"{ROOT}/")[2]
        return rows

    def send(
        self, method: str, path: str, body: Any = None, *, key: str = "", files: Any = None
    ) -> httpx.Response:
        """Send one request; wait where one is told to wait."""
        url = f"{self.url}{ROOT}/{path}"
        for _attempt in range(MOST_WAITS):
            headers = {
                "Authorization": f"DPoP {self.token()}",
                "DPoP": self._proof(method, url, self._token),
            }
            if key:
                headers["Idempotency-Key"] = key
            answer = self.http.request(method, url, json=body, files=files, headers=headers)
            if answer.status_code != 429:
                break
            time.sleep(float(answer.headers.get("Retry-After", "1")))
        return answer

    def token(self) -> str:
        """Return a token that is good for a while yet."""
        if time.time() < self._ends_at - RENEW_SECONDS:
            return self._token
        url = f"{self.url}{ROOT}/oauth/token"
        now = int(time.time())
        claims = {
            "iss": self.client_id,
            "sub": self.client_id,
            "aud": url,
            "iat": now,
            "exp": now + 60,
            "jti": uuid4().hex,
        }
        answer = self.http.post(
            url,
            data={
                "grant_type": "client_credentials",
                "client_assertion_type": ASSERTION_TYPE,
                "client_assertion": jwt.encode(
                    {"alg": "ES256", "kid": self.kid}, claims, self.key
                ),
            },
            headers={"DPoP": self._proof("POST", url)},
        )
        answer.raise_for_status()
        told = answer.json()
        self._token, self._ends_at = told["access_token"], time.time() + told["expires_in"]
        return self._token

    def close(self) -> None:
        """Hang up."""
        self.http.close()

    def _proof(self, method: str, url: str, token: str = "") -> str:
        """Prove for one request that the key is here (RFC 9449)."""
        claims: dict[str, Any] = {
            "htm": method,
            "htu": url.partition("?")[0],
            "iat": int(time.time()),
            "jti": uuid4().hex,
        }
        if token:
            digest = hashlib.sha256(token.encode()).digest()
            claims["ath"] = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        public = self.key.as_dict(private=False)
        jwk = {name: public[name] for name in ("kty", "crv", "x", "y")}
        return jwt.encode({"alg": "ES256", "typ": "dpop+jwt", "jwk": jwk}, claims, self.key)
