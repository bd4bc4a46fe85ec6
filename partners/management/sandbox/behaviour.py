"""How the sandbox bank behaves: what it sends for an application, decided by its script alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_DOWN, Decimal
from enum import StrEnum
from typing import Any

from partners.management.sandbox.files import FileBehaviour

COUNTERED_PART = Decimal("0.80")
VALID_DAYS = 2


class Behaviour(StrEnum):
    """What the bank does with an application."""

    APPROVE = "approve"
    COUNTER = "counter"
    DECLINE = "decline"
    SILENT = "silent"
    LATE = "late"
    DUPLICATE = "duplicate"
    CONTRADICTORY = "contradictory"


@dataclass(frozen=True, slots=True)
class Script:
    """
    The rule, and its exceptions.

    An exception names an application's number or amount and how to behave towards it, or a
    settled date and how the bank's file of it differs, or what the bank collects itself: an
    amount, the date, and the loan's number unless it is each loan's.
    """

    otherwise: Behaviour
    exceptions: Sequence[Mapping[str, str]] = ()
    files: FileBehaviour = FileBehaviour.EXACT

    def behaviour(self, application: Mapping[str, Any]) -> Behaviour:
        """Return how to behave towards an application."""
        for each in self.exceptions:
            if "behaviour" not in each:
                continue
            if each.get("number") == application["number"] or (
                each.get("amount") == application["amount"]["amount"]
            ):
                return Behaviour(each["behaviour"])
        return self.otherwise

    def collects(self, loan_number: str, today: str) -> list[Mapping[str, str]]:
        """Return what borrowers have paid the bank for a loan by a day."""
        return [
            each
            for each in self.exceptions
            if "collect" in each
            and each.get("loan", loan_number) == loan_number
            and each["date"] <= today
        ]

    def file_behaviour(self, settled_on: str) -> FileBehaviour:
        """Return how the bank's file of a settled date differs from the lender's."""
        for each in self.exceptions:
            if "files" in each and each.get("date") == settled_on:
                return FileBehaviour(each["files"])
        return self.files


def decisions(
    application: Mapping[str, Any], behaviour: Behaviour, now: datetime
) -> list[dict[str, Any]]:
    """Return the decisions to send now, in their order."""
    if behaviour == Behaviour.SILENT:
        return []
    if behaviour == Behaviour.LATE and now < moment(application["respond_by"]):
        return []
    approval = _granting(application, "APPROVE", now)
    match behaviour:
        case Behaviour.COUNTER:
            return [_countered(application, now)]
        case Behaviour.DECLINE:
            return [_declined(application, now)]
        case Behaviour.DUPLICATE:
            return [approval, approval]
        case Behaviour.CONTRADICTORY:
            return [approval, _declined(application, now)]
        case _:
            return [approval]


def moment(text: str) -> datetime:
    """Return a moment as the API writes it."""
    return datetime.fromisoformat(text)


def _countered(application: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """Grant four fifths, in whole hundreds."""
    asked = Decimal(application["amount"]["amount"])
    part = (asked * COUNTERED_PART / 100).quantize(Decimal(1), ROUND_DOWN) * 100
    money = {**application["amount"], "amount": f"{part:.2f}"}
    return _granting(application, "COUNTER", now) | {"amount": money}


def _granting(application: Mapping[str, Any], result: str, now: datetime) -> dict[str, Any]:
    valid_until = min(now + timedelta(days=VALID_DAYS), moment(application["expires_at"]))
    return _decision(application, result, now) | {
        "valid_until": valid_until.isoformat(),
        "amount": application["amount"],
        "term": application["term"],
        "term_unit": application["term_unit"],
        "rate_annual": application["annual_rate"],
        "funding_ratio_bp": application["bank_ratio_bp"],
    }


def _declined(application: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    reason = {"code": "POLICY", "text": "Outside our policy", "disclose_to_borrower": True}
    return _decision(application, "DECLINE", now) | {"reasons": [reason]}


def _decision(application: Mapping[str, Any], result: str, now: datetime) -> dict[str, Any]:
    return {
        "decision_id": f"{application['number']}-{result}",
        "result": result,
        "decided_at": now.isoformat(),
        "decided_by": "AUTO",
        "model_version": "sandbox-1",
    }
