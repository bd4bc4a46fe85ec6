"""The platform's side: an ordinary client of the API that applies, draws and repays."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import httpx

from config.demonstration.cast import CLIENT_SECRET

T = TypeVar("T")
R = TypeVar("R")
# As many as two cores answer without queueing; the server has eight threads.
AT_ONCE = 4
_BUSY = 409
_TRIES = 5
_UNDECIDED = {"SUBMITTED", "ASSESSING"}


class Unexpected(RuntimeError):
    """The API answered what the demonstration did not expect."""


class Platform:
    """One client with its token; safe to use from several threads."""

    def __init__(self, address: str, client_id: str) -> None:
        self._http = httpx.Client(base_url=f"{address}/api/v1", timeout=60)
        answer = self._http.post(
            "/oauth/token",
            data={"grant_type": "client_credentials"},
            auth=(client_id, CLIENT_SECRET),
        )
        self._http.headers["Authorization"] = f"Bearer {_body(answer)['access_token']}"

    def close(self) -> None:
        """Let the connections go."""
        self._http.close()

    def get(self, path: str) -> dict[str, Any]:
        """
        Read one thing.

        :raises Unexpected: for anything but success
        """
        return _body(self._send("GET", path))

    def post(self, path: str, body: dict[str, Any], *, key: str) -> dict[str, Any]:
        """
        Write once under an idempotency key; sent again while a first sending is being answered.

        :raises Unexpected: for anything but success
        """
        for patience in range(20):
            answer = self._send("POST", path, body=body, key=key)
            if answer.status_code != _BUSY or _code(answer) != "request_in_progress":
                break
            time.sleep(0.05 * patience)
        return _body(answer)

    def refused(self, path: str, body: dict[str, Any], *, key: str) -> str:
        """Write and expect a refusal; return its code, or "" if it was done after all."""
        answer = self._send("POST", path, body=body, key=key)
        return "" if answer.is_success else _code(answer)

    def _send(
        self, method: str, path: str, *, body: dict[str, Any] | None = None, key: str = ""
    ) -> httpx.Response:
        """Send once more what a lost connection left unanswered: the key makes that harmless."""
        headers = {"Idempotency-Key": key} if key else {}
        for _ in range(_TRIES - 1):
            try:
                return self._http.request(method, path, json=body, headers=headers)
            except httpx.TransportError:
                time.sleep(0.2)
        return self._http.request(method, path, json=body, headers=headers)

    def wait(
        self, path: str, until: Callable[[dict[str, Any]], bool], *, seconds: float = 120
    ) -> dict[str, Any]:
        """
        Read again and again until what is read is as wished.

        :raises Unexpected: if it never is
        """
        deadline = time.monotonic() + seconds
        pause = 0.02
        while True:
            found = self.get(path)
            if until(found):
                return found
            if time.monotonic() > deadline:
                raise Unexpected(f"{path} is still {found.get('stage') or found.get('status')}")
            time.sleep(pause)
            pause = min(2 * pause, 1)


def is_decided(application: dict[str, Any]) -> bool:
    """Whether an application has left the machine's hands."""
    return application["stage"] not in _UNDECIDED


def each(work: Callable[[T], R], items: Iterable[T], tell: Callable[[int], object]) -> list[R]:
    """Do a piece of work for each item, several at once; `tell` hears of each that is done."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        results = []
        for result in pool.map(work, items):
            results.append(result)
            tell(1)
        return results


def _body(answer: httpx.Response) -> dict[str, Any]:
    if not answer.is_success:
        raise Unexpected(f"{answer.request.url.path}: {answer.status_code} {answer.text[:500]}")
    found: dict[str, Any] = answer.json()
    return found


def _code(answer: httpx.Response) -> str:
    return str(answer.json().get("code", ""))
