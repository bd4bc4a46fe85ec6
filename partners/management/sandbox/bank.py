"""The sandbox bank at work: each round its inbox, then its news, done as its script says."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import httpx

from partners.management.sandbox.behaviour import Behaviour, Script, decisions
from partners.management.sandbox.book import Book
from partners.management.sandbox.client import BankClient
from partners.management.sandbox.news import Clerk

UNANSWERED = ("SUBMITTED", "ACKED", "INFO_PROVIDED")


class SandboxBank:
    """A bank that works by itself, a round at a time; a round repeated changes nothing."""

    def __init__(self, client: BankClient, script: Script, book: Book) -> None:
        """Sit down with a book that may have been begun before."""
        self.client, self.script, self.book = client, script, book
        self.clerk = Clerk(client, script, book)

    def work(self, now: datetime) -> int:
        """Do one round at a moment; return how many applications were answered."""
        answered = 0
        for status in UNANSWERED:
            for application in self.client.every(f"applications?status={status}"):
                answered += self._take(application, now)
        self.book.keep()
        self.clerk.work()
        self.book.keep()
        return answered

    def _take(self, application: dict[str, Any], now: datetime) -> int:
        number = application["number"]
        behaviour = self.script.behaviour(application)
        held = self.book.applications.setdefault(number, {"behaviour": behaviour, "sent": []})
        if behaviour == Behaviour.SILENT or held["sent"]:
            return 0
        if application["status"] == "SUBMITTED":
            body = {"your_reference": f"SB-{number}"}
            self._write("ack", application, body, key=f"ack-{number}")
        package = self.client.get(f"applications/{application['id']}")
        self.book.note("read", number, package.status_code)
        sent = decisions(application, behaviour, now)
        for count, decision in enumerate(sent, start=1):
            # Each sending has a key of its own, so that the lender sees two requests.
            key = f"decide-{number}-{count}"
            answer = self._write("decisions", application, decision, key=key)
            held["sent"].append({"decision": decision, "status": answer.status_code})
        return int(bool(sent))

    def _write(
        self, what: str, application: dict[str, Any], body: dict[str, Any], *, key: str
    ) -> httpx.Response:
        answer = self.client.post(f"applications/{application['id']}/{what}", body, key=key)
        code = "" if answer.is_success else str(answer.json().get("code", ""))
        self.book.note(what, application["number"], answer.status_code, code)
        return answer
