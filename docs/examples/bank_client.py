"""
A bank's first program: signs in, reads its inbox and its news.

    pip install httpx joserfc
    python bank_client.py https://lender.example bank-main private-key.json

The last one is the private JWK of the public key that the lender has registered for you. Nothing
of this is the lender's code; take it as a beginning.
"""

import base64
import hashlib
import json
import sys
import time
import uuid
from pathlib import Path
from typing import Any

import httpx
from joserfc import jwt
from joserfc.jwk import ECKey

JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


class Bank:
    """Speaks `/bank/v1` with one key: it says who you are, and holds your tokens."""

    def __init__(self, lender: str, client_id: str, key: ECKey) -> None:
        """Get ready; the token is fetched with the first request."""
        self.root = f"{lender.rstrip('/')}/bank/v1"
        self.client_id, self.key = client_id, key
        self.token, self.ends_at = "", 0.0

    def request(self, method: str, path: str, body: Any = None, key: str = "") -> Any:
        """Send one request; `key` makes a write repeatable without harm."""
        if time.time() > self.ends_at - 30:
            self.sign_in()
        url = f"{self.root}/{path}"
        headers = {"Authorization": f"DPoP {self.token}", "DPoP": self.proof(method, url)}
        if method != "GET":
            headers["Idempotency-Key"] = key or str(uuid.uuid4())
        answer = httpx.request(method, url, json=body, headers=headers, timeout=30)
        if answer.is_error:
            # RFC 9457: branch on `code`; `errors` name each field.
            raise RuntimeError(answer.text)
        return answer.json()

    def sign_in(self) -> None:
        """Fetch a token: who you are, signed (RFC 7523), bound to your key (RFC 9449)."""
        url, now = f"{self.root}/oauth/token", int(time.time())
        claims = {
            "iss": self.client_id, "sub": self.client_id, "aud": url,
            "iat": now, "exp": now + 60, "jti": str(uuid.uuid4()),
        }  # fmt: skip
        self.token = ""
        answer = httpx.post(
            url,
            headers={"DPoP": self.proof("POST", url)},
            data={
                "grant_type": "client_credentials",
                "client_assertion_type": JWT_BEARER,
                "client_assertion": jwt.encode(
                    {"alg": "ES256", "kid": self.key.kid}, claims, self.key
                ),
            },
        )
        answer.raise_for_status()
        told = answer.json()
        self.token, self.ends_at = told["access_token"], time.time() + told["expires_in"]

    def proof(self, method: str, url: str) -> str:
        """Prove, for this one request, that the token's key is here."""
        claims: dict[str, Any] = {
            "htm": method, "htu": url.partition("?")[0],
            "iat": int(time.time()), "jti": str(uuid.uuid4()),
        }  # fmt: skip
        if self.token:
            digest = hashlib.sha256(self.token.encode()).digest()
            claims["ath"] = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        public = self.key.as_dict(private=False)
        jwk = {name: public[name] for name in ("kty", "crv", "x", "y")}
        return jwt.encode({"alg": "ES256", "typ": "dpop+jwt", "jwk": jwk}, claims, self.key)


def main(lender: str, client_id: str, key_file: str) -> None:
    """Say hello, list what waits, and read all news."""
    key = ECKey.import_key(json.loads(Path(key_file).read_text()))
    bank = Bank(lender, client_id, key)
    health = bank.request("GET", "health")
    print(f"{health['bank']}: {health['status']}, business date {health['business_date']}")
    for waiting in bank.request("GET", "applications?status=SUBMITTED")["results"]:
        package = bank.request("GET", f"applications/{waiting['id']}")["package"]
        print(waiting["number"], waiting["amount"], package["evidence_hash"][:12])
    for quota in bank.request("GET", "quotas"):
        print(quota["agreement"], quota["period"], "left:", quota["left"])


if __name__ == "__main__":
    main(*sys.argv[1:4])
