"""
A bank's first program: decides, pays, books, settles and reconciles, a round at a time.

    pip install httpx joserfc
    python bank_client.py https://lender.example bank-main private-key.json

The last one is the private JWK of the public key that the lender has registered for you. Run it
again whenever you like: what is done is not done twice. Nothing of this is the lender's code;
take it as a beginning, and put your own judgement and your own books where it has none.
"""

import base64
import hashlib
import json
import sys
import time
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
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
        return self.send(method, path, key, json=body).json()

    def every(self, path: str) -> Iterator[Any]:
        """Yield all rows of a list, page by page."""
        following: str | None = path
        while following:
            page = self.request("GET", following)
            yield from page["results"]
            following = page["next"] and page["next"].partition("/bank/v1/")[2]

    def send(self, method: str, path: str, key: str = "", **what: Any) -> httpx.Response:
        """Send one request and return the answer, whatever it holds."""
        if time.time() > self.ends_at - 30:
            self.sign_in()
        url = f"{self.root}/{path}"
        headers = {"Authorization": f"DPoP {self.token}", "DPoP": self.proof(method, url)}
        if method != "GET":
            headers["Idempotency-Key"] = key or str(uuid.uuid4())
        answer = httpx.request(method, url, headers=headers, timeout=30, **what)
        if answer.is_error:
            # RFC 9457: branch on `code`; `errors` name each field.
            raise RuntimeError(answer.text)
        return answer

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


def decide(bank: Bank) -> None:
    """Approve what waits, at the terms that were asked for: your judgement belongs here."""
    for waiting in bank.every("applications?status=SUBMITTED"):
        package = bank.request("GET", f"applications/{waiting['id']}")["package"]
        now = datetime.fromtimestamp(time.time(), UTC)
        decision = {
            "decision_id": f"D-{waiting['number']}",
            "result": "APPROVE",
            "decided_at": now.isoformat(),
            "valid_until": min(now + timedelta(days=1), moment(waiting["expires_at"])).isoformat(),
            "decided_by": "MANUAL",
        }
        path = f"applications/{waiting['id']}/decisions"
        bank.request("POST", path, decision, key=decision["decision_id"])
        print("approved", waiting["number"], package["evidence_hash"][:12])


def fund(bank: Bank, business_date: str) -> None:
    """Pay your part of each loan that asks for it; the payment itself is your own system's."""
    for leg in bank.every("fundings?status=REQUESTED"):
        paid = {
            "result": "PAID",
            "amount": leg["amount"],
            "value_date": business_date,
            "bank_ref": f"PAY-{leg['reference']}",
        }
        bank.request("POST", f"fundings/{leg['id']}/confirmations", paid, key=f"pay-{leg['id']}")
        print("paid", leg["loan_number"], leg["amount"]["amount"])


def book(bank: Bank) -> None:
    """Enter each loan that was paid out into your books, and tell its number there."""
    for loan in bank.every("loans?status=ACTIVE"):
        if loan["bank_loan_number"]:
            continue
        booked = {"bank_loan_number": f"MY-{loan['number']}", "amount": loan["funded"]}
        path = f"loans/{loan['id']}/booking-confirmations"
        bank.request("POST", path, booked, key=f"book-{loan['id']}")
        print("booked", loan["number"], loan["principal"]["amount"])


def reconcile(bank: Bank) -> None:
    """Fetch the receipts of each settled day, and hand in the same day out of your own book."""
    for day in bank.every("settlements"):
        print("settled", day["date"], day["status"], day["net"]["amount"])
        files = [file for file in day["files"] if file["type"] == "REPAY_DETAIL"]
        if day["status"] == "RECONCILED" or not files:
            continue
        file = max(files, key=lambda each: each["seq"])
        theirs = bank.send("GET", f"settlements/{day['id']}/files/REPAY_DETAIL").content
        if hashlib.sha256(theirs).hexdigest() != file["sha256"]:
            raise RuntimeError(f"{file['name']} is not what was published")
        # A file of your own rows, written as docs/co-lending.md says, belongs here.
        mine = {"file": (file["name"], theirs, "text/csv")}
        run = bank.send("POST", "recon-files", key=file["name"], files=mine).json()
        print("compared", run["file_name"], run["rows_matched"], "agree", run["breaks_found"])
        for found in bank.every(f"recon-runs/{run['id']}/breaks"):
            print("differs", found["type"], found["row"], found["amount"]["amount"])


def moment(text: str) -> datetime:
    """Read a moment as the API writes it."""
    return datetime.fromisoformat(text)


def main(lender: str, client_id: str, key_file: str) -> None:
    """Say hello, and work one round."""
    key = ECKey.import_key(json.loads(Path(key_file).read_text()))
    bank = Bank(lender, client_id, key)
    health = bank.request("GET", "health")
    print(f"{health['bank']}: {health['status']}, business date {health['business_date']}")
    for quota in bank.request("GET", "quotas"):
        print(quota["agreement"], quota["period"], "left:", quota["left"]["amount"])
    decide(bank)
    fund(bank, health["business_date"])
    book(bank)
    reconcile(bank)


if __name__ == "__main__":
    main(*sys.argv[1:4])
