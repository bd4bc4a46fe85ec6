"""Firms apply, accept and draw through the API; workers decide and the sandbox pays."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from typing import Any

from config.demonstration import firms
from config.demonstration.platform import Platform, each, is_decided

Tell = Callable[[int], object]
_HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A loan that the sandbox has paid out, as the API shows it."""

    code: str
    loan: dict[str, Any]


def apply(platform: Platform, codes: list[str], tell: Tell) -> list[dict[str, Any]]:
    """Apply for every firm, several at a time, each until a worker has decided."""

    def submit(code: str) -> dict[str, Any]:
        wish = firms.wish(code)
        body = {
            "product": wish.product,
            "amount": {"amount": str(wish.amount), "currency": "CNY"},
            "term": wish.term,
            "purpose": wish.purpose,
        }
        made = platform.post(f"/merchants/{code}/applications", body, key=f"apply-{code}")
        return platform.wait(f"/applications/{made['id']}", is_decided)

    return each(submit, codes, tell)


def lend(platform: Platform, applications: list[dict[str, Any]], tell: Tell) -> list[Drawn]:
    """Accept every offer that was made, draw, and wait for the rail's answers."""

    def draw(application: dict[str, Any]) -> tuple[str, str]:
        code = application["borrower"]
        offer = platform.get(f"/offers/{application['offer_id']}")
        line = platform.post(
            f"/offers/{offer['id']}/acceptance",
            {"cost_hash": offer["cost_hash"]},
            key=f"accept-{code}",
        )
        limit = Decimal(line["limit"]["amount"])
        wanted = (limit * firms.drawn_share(code)).quantize(_HUNDRED, ROUND_DOWN)
        body = {"amount": {"amount": str(max(wanted, Decimal(5000))), "currency": "CNY"}}
        loan = platform.post(f"/credit-lines/{line['id']}/draws", body, key=f"draw-{code}")
        return code, f"/loans/{loan['id']}"

    offered = [made for made in applications if made["stage"] in {"APPROVED", "ACCEPTED"}]
    asked = each(draw, offered, tell)
    paid = [(code, platform.wait(path, _is_answered)) for code, path in asked]
    return [Drawn(code, loan) for code, loan in paid if loan["status"] != "CANCELLED"]


def _is_answered(loan: dict[str, Any]) -> bool:
    return loan["status"] != "PENDING"
