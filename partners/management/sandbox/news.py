"""What the sandbox bank does about its news: it pays, books, and reconciles."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import httpx

from partners.management.sandbox.behaviour import Behaviour, Script
from partners.management.sandbox.book import Book
from partners.management.sandbox.client import BankClient
from partners.management.sandbox.files import KIND, FileBehaviour, answers, name_of, parsed

AT_ONCE = 100


class Clerk:
    """Works off the bank's events in order; what was done twice is one thing at the lender."""

    def __init__(self, client: BankClient, script: Script, book: Book) -> None:
        """Sit down with the bank's book and its line to the lender."""
        self.client, self.script, self.book = client, script, book
        self.does = {
            "funding.requested": self._fund,
            "loan.disbursed": self._enter,
            "settlement.published": self._note,
            "settlement.corrected": self._note,
        }

    def work(self) -> None:
        """Read on from the bookmark, then send the files whose day has come."""
        while self._read():
            pass
        does_collect = any("collect" in each for each in self.script.exceptions)
        if does_collect or self.book.files_to_send():
            today = date.fromisoformat(self.client.read("health")["business_date"])
            for number in self.book.loans if does_collect else ():
                self._collect(number, today)
            for settlement_id, held in self.book.files_to_send():
                self._reconcile(settlement_id, held, today)

    def _read(self) -> bool:
        path = f"events?after={self.book.bookmark}&limit={AT_ONCE}"
        page = self.client.read(path)
        for event in page["results"]:
            does = self.does.get(event["topic"])
            if does is not None:
                does(event["data"])
            self.book.bookmark = event["id"]
            self.book.keep()
        return len(page["results"]) == AT_ONCE

    def _fund(self, told: dict[str, Any]) -> None:
        """Pay the leg that is asked for, or say that it will not come."""
        leg = self.client.read(f"fundings/{told['funding_id']}")
        behaviour = self._behaviour(told)
        held = self.book.loans.setdefault(leg["loan_number"], {"behaviour": behaviour})
        paid = {
            "result": "PAID",
            "amount": leg["amount"],
            "value_date": told["value_date"],
            "bank_ref": f"SB-{leg['reference']}",
        }
        bodies = {
            Behaviour.SILENT: [],
            Behaviour.DECLINE: [{"result": "FAILED", "reason": "No cover"}],
            Behaviour.DUPLICATE: [paid, paid],
            Behaviour.CONTRADICTORY: [paid, {**paid, "bank_ref": f"SB-{leg['reference']}-X"}],
        }.get(behaviour, [paid])
        path = f"fundings/{leg['id']}/confirmations"
        held["funded"] = self._send("fund", path, leg["loan_number"], bodies)

    def _enter(self, told: dict[str, Any]) -> None:
        """Enter the loan into the bank's own book, and tell the lender its number."""
        number = told["loan_number"]
        held = self.book.loans.setdefault(number, {"behaviour": self.script.otherwise})
        booked = {
            "bank_loan_number": f"SB-{number}",
            "amount": {"amount": told["amount"], "currency": told["currency"]},
            "first_due_on": told["first_due_on"],
        }
        bodies = {
            Behaviour.SILENT: [],
            Behaviour.DUPLICATE: [booked, booked],
            Behaviour.CONTRADICTORY: [booked, {**booked, "bank_loan_number": f"SB-{number}-X"}],
        }.get(Behaviour(held["behaviour"]), [booked])
        path = f"loans/{told['loan_id']}/booking-confirmations"
        held |= {"id": told["loan_id"], "currency": told["currency"]}
        held["booked"] = self._send("book", path, number, bodies)

    def _collect(self, number: str, today: date) -> None:
        """Tell what the borrower has paid the bank for a loan that it has booked."""
        held = self.book.loans[number]
        told = held.setdefault("collected", {})
        for each in self.script.collects(number, today.isoformat()) if "id" in held else ():
            reference = f"SB-{number}-{each['date']}"
            if reference in told:
                continue
            paid = {
                "amount": {"amount": each["collect"], "currency": held["currency"]},
                "value_date": each["date"],
                "bank_ref": reference,
            }
            less = {"amount": "0.01", "currency": held["currency"]}
            bodies = {
                Behaviour.DUPLICATE: [paid, paid],
                Behaviour.CONTRADICTORY: [paid, {**paid, "amount": less}],
            }.get(Behaviour(held["behaviour"]), [paid])
            path = f"loans/{held['id']}/repayments"
            told[reference] = self._send("collect", path, number, bodies, f"-{reference}")
            self.book.keep()

    def _note(self, told: dict[str, Any]) -> None:
        """Remember that a day is settled; its file follows when its time has come."""
        behaviour = self.script.file_behaviour(told["date"])
        held = self.book.files.setdefault(told["settlement_id"], {"date": told["date"], "seq": 0})
        held |= {"behaviour": behaviour, "is_sent": behaviour == FileBehaviour.SILENT}

    def _reconcile(self, settlement_id: str, held: dict[str, Any], today: date) -> None:
        """Fetch the day's file and hand the bank's own in; a late one a day after its time."""
        behaviour = FileBehaviour(held["behaviour"])
        if behaviour == FileBehaviour.LATE and today <= _late_after(held["date"]):
            return
        file = self.client.get(f"settlements/{settlement_id}/files/{KIND}").raise_for_status()
        table = parsed(file.content)
        held["seq"] += 1
        name = name_of(table, held["seq"])
        held["runs"] = []
        for count, content in enumerate(answers(table, behaviour), start=1):
            answer = self.client.post(
                "recon-files",
                files={"file": (name, content, "text/csv")},
                key=f"{name}-{count}",
            )
            held["runs"].append(self._noted("reconcile", name, answer))
        held["is_sent"] = True
        self.book.keep()

    def _behaviour(self, told: dict[str, Any]) -> Behaviour:
        application = self.book.applications.get(told["number"], {})
        return Behaviour(application.get("behaviour", self.script.otherwise))

    def _send(
        self, what: str, path: str, number: str, bodies: list[dict[str, Any]], once: str = ""
    ) -> list[dict[str, Any]]:
        # Each sending has a key of its own, so that the lender sees two requests.
        return [
            self._noted(what, number, self.client.post(path, body, key=f"{path}{once}-{count}"))
            for count, body in enumerate(bodies, start=1)
        ]

    def _noted(self, what: str, reference: str, answer: httpx.Response) -> dict[str, Any]:
        told = answer.json()
        code = "" if answer.is_success else str(told.get("code", ""))
        self.book.note(what, reference, answer.status_code, code)
        return {"status": answer.status_code, "code": code, "id": told.get("id", "")}


def _late_after(settled: str) -> date:
    """The day by which a bank should have answered: the one after the settled one."""
    return date.fromisoformat(settled) + timedelta(days=1)
