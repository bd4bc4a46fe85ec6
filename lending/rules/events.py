"""What happened to a loan: append-only facts, in whatever order they were delivered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from operator import attrgetter
from typing import Any

from lending.rules.codec import decoded, encoded


class Kind(StrEnum):
    """The events that the engine understands."""

    DISBURSED = "disbursed"
    REPAID = "repaid"
    REVERSED = "reversed"  # takes back the event named by `reverses`, as if it had never been
    FEE_CHARGED = "fee_charged"
    REFUNDED = "refunded"  # an overpaid balance given back to the borrower
    RATE_CHANGED = "rate_changed"  # `rate` is the new annual rate, from `effective_on` on
    INTEREST_PAUSED = "interest_paused"  # from `effective_on` up to, not with, `until_on`
    RESCHEDULED = "rescheduled"  # what is unpaid falls due on `due_dates`


ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Event:
    """
    One event; `id` makes a repeated delivery harmless.

    `effective_on` is the day it counts for, `booked_on` the business date on which it became known
    (a back-dated event has an earlier effective day); `sequence` orders events of the same day.
    """

    id: str
    kind: Kind
    effective_on: date
    booked_on: date
    sequence: int
    amount: Decimal = ZERO
    reverses: str | None = None
    rate: Decimal | None = None
    until_on: date | None = None
    due_dates: tuple[date, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Write the event as JSON values."""
        return dict(encoded(self))

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Event:
        """
        Read an event.

        :raises InvalidEvents: naming the field that is missing, unknown or malformed
        """
        return decoded(cls, data, InvalidEvents)


class InvalidEvents(ValueError):
    """The list of events contradicts itself; a programming error of whoever recorded them."""


IN_ORDER = attrgetter("effective_on", "sequence", "id")


def effective(events: Iterable[Event], as_of: date) -> list[Event]:
    """
    Bring events into the one order that counts, without repetitions and without reversed ones.

    Reversals act whatever their own date: a reversed event never happened, on any day one looks
    at.

    :raises InvalidEvents: if one id carries two different events, or a reversal is itself reversed
    """
    known: dict[str, Event] = {}
    reversed_ids: set[str] = set()
    for event in events:
        same = known.setdefault(event.id, event)
        if same is not event and same != event:
            raise InvalidEvents(f"two different events are called {event.id}")
        if event.kind is Kind.REVERSED and event.reverses is not None:
            reversed_ids.add(event.reverses)
    live = []
    for event in known.values():
        if event.kind is Kind.REVERSED:
            if event.id in reversed_ids:
                raise InvalidEvents(f"reversal {event.id} is reversed: record the event anew")
        elif event.id not in reversed_ids and event.effective_on <= as_of:
            live.append(event)
    live.sort(key=IN_ORDER)
    return live
