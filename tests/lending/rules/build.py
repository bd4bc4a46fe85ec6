"""Short ways to write a loan's terms and events in tests."""

from datetime import date, timedelta
from decimal import Decimal
from textwrap import dedent
from typing import Any

from lending.rules.calendar import Unit
from lending.rules.events import Event, Kind
from lending.rules.fold import fold
from lending.rules.state import LoanState
from lending.rules.terms import DayCount, Method, Terms

START = date(2026, 1, 5)


def day(number: int) -> date:
    """The n-th day after the start."""
    return START + timedelta(days=number)


def terms(principal: str, rate: str, method: Method = Method.BULLET, **options: Any) -> Terms:
    """Terms in yuan from 5 January 2026, actual/365, unless told otherwise."""
    options.setdefault("day_count", DayCount.ACTUAL_365)
    options.setdefault("starts_on", START)
    return Terms(
        principal=Decimal(principal),
        currency="CNY",
        annual_rate=Decimal(rate),
        method=method,
        **options,
    )


def days_terms(principal: str, rate: str, days: int, method: Method = Method.BULLET) -> Terms:
    """Terms with one due date, some days after the start."""
    return terms(principal, rate, method, periods=1, every=days, unit=Unit.DAYS)


class Story:
    """A loan's events in the order they are told; dates are numbers of days after the start."""

    def __init__(self, agreed: Terms) -> None:
        self.terms = agreed
        self.events: list[Event] = []

    def told(self, kind: Kind, on: date | int, amount: str = "0", **more: Any) -> "Story":
        effective_on = day(on) if isinstance(on, int) else on
        number = len(self.events) + 1
        event = Event(
            id=more.pop("id", f"{kind}-{number}"),
            kind=kind,
            effective_on=effective_on,
            booked_on=more.pop("booked_on", effective_on),
            sequence=number,
            amount=Decimal(amount),
            **more,
        )
        self.events.append(event)
        return self

    def drawn(self, on: date | int, amount: str) -> "Story":
        return self.told(Kind.DISBURSED, on, amount)

    def repaid(self, on: date | int, amount: str) -> "Story":
        return self.told(Kind.REPAID, on, amount)

    def charged(self, on: date | int, amount: str) -> "Story":
        return self.told(Kind.FEE_CHARGED, on, amount)

    def reversed(self, event_id: str, on: date | int) -> "Story":
        return self.told(Kind.REVERSED, on, reverses=event_id)

    def as_of(self, on: date | int) -> LoanState:
        return fold(self.terms, self.events, day(on) if isinstance(on, int) else on)


def schedule_table(state: LoanState) -> str:
    """The schedule as a lender would write it: due, principal, interest, balance."""
    return "\n".join(
        f"{row.number}  {row.due_on}  {row.principal_due:>9.2f}  {row.interest_due:>8.2f}"
        f"  {row.balance:>9.2f}"
        for row in state.schedule
    )


def receipts_table(state: LoanState) -> str:
    """What each receipt paid: penalty, fee, interest, principal, overpaid."""
    return "\n".join(
        f"{a.on}  {a.amount:>9.2f}  {a.penalty:>6.2f}  {a.fee:>6.2f}  {a.interest:>8.2f}"
        f"  {a.principal:>9.2f}  {a.overpaid:>6.2f}"
        for a in state.allocations
    )


def table(text: str) -> str:
    """An indented table in a test, without the indentation."""
    return dedent(text).strip("\n")
