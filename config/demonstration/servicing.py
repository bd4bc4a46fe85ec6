"""Sixty days of repayments and closes: most firms pay on the day, some late, a few never."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

from django.utils import timezone

from config.demonstration import firms
from config.demonstration.cast import DIRECTOR
from config.demonstration.lending import Drawn
from config.demonstration.platform import Platform, each
from lending.actions import close
from tenancy import room
from tenancy.models import Tenant

DAYS = 60
# What remains after one who pays partly has paid.
_PART = Decimal("0.6")


def serve(
    platform: Platform, loans: list[Drawn], *, until: date, tell: Callable[[int], object]
) -> float:
    """
    Let each day's repayments arrive and close it, up to a business date.

    :return: seconds that the closes took
    """
    due = _calendar(loans, until)
    seconds = 0.0
    today = _business_date()
    while today < until:
        each(lambda drawn, day=today: _repay(platform, drawn, day), due[today], lambda _n: None)  # type: ignore[misc]
        began = time.perf_counter()
        close.run(to=today + timedelta(days=1), actor=DIRECTOR, clock=timezone.now)
        seconds += time.perf_counter() - began
        today = _business_date()
        tell(1)
    return seconds


def _business_date() -> date:
    return Tenant.objects.get(pk=room.current()).business_date


def _calendar(loans: list[Drawn], until: date) -> dict[date, list[Drawn]]:
    days: defaultdict[date, list[Drawn]] = defaultdict(list)
    for drawn in loans:
        for day in _days_of(drawn):
            if day is not None and day < until:
                days[day].append(drawn)
    return days


def _days_of(drawn: Drawn) -> list[date | None]:
    disbursed = date.fromisoformat(drawn.loan["disbursed_on"])
    days = [
        firms.pays_on(drawn.code, date.fromisoformat(row["due_on"]))
        for row in drawn.loan["schedule"]
    ]
    if drawn.loan["product"] == "seller-line":
        days.append(disbursed + timedelta(days=firms.redeems_after(drawn.code)))
    return days


def _repay(platform: Platform, drawn: Drawn, day: date) -> None:
    loan = platform.get(f"/loans/{drawn.loan['id']}")
    is_redeemed = loan["product"] == "seller-line" and loan["status"] == "ACTIVE"
    owed = loan["balances"]["payoff"] if is_redeemed else loan["due_now"]
    amount = Decimal(owed["amount"])
    if firms.manner(drawn.code) is firms.Manner.PARTLY:
        amount = (amount * _PART).quantize(Decimal("0.01"))
    if amount > 0:
        body = {"amount": {"amount": str(amount), "currency": owed["currency"]}}
        platform.post(f"/loans/{loan['id']}/repayments", body, key=f"repay-{loan['id']}-{day}")
