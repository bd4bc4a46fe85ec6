"""What peers say happened, as our events."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from lending.management.conformance.outcome import Unmapped
from lending.rules.events import Event, Kind
from lending.rules.fold import fold
from lending.rules.terms import Terms

ONE_DAY = timedelta(days=1)
HUNDRED = Decimal(100)
SET_UP = {"business_date", "approve", "product_future_allocation"}  # no event of the loan's


def events_of(given: Iterable[Mapping[str, Any]], auto_down_payment: Decimal) -> list[Event]:
    """
    Turn a peer's events into ours, in the order they are told.

    :param auto_down_payment: the share of a disbursement that is repaid the same day, or zero
    :raises Unmapped: for a kind of event that we have no words for
    """
    events: list[Event] = []
    for told in given:
        if told["type"] in SET_UP:
            continue
        if told["type"] not in READERS:
            raise Unmapped(f"event {told['type']}: not yet")
        events.append(READERS[told["type"]](told, len(events) + 1))
        if told["type"] == "disburse" and auto_down_payment:
            part = (events[-1].amount * auto_down_payment).quantize(Decimal("0.01"))
            events.append(_event(Kind.REPAID, events[-1].effective_on, len(events) + 1, part))
    return events


def disbursements(inputs: Mapping[str, Any], on: date) -> list[dict[str, str]]:
    """Read the tranches of a schedule vector; without any, all of it on the first day."""
    given = inputs.get("disbursements") or [
        {"date": on.isoformat(), "amount": inputs["principal"]}
    ]
    return [{"type": "disburse", "date": part["date"], "amount": part["amount"]} for part in given]


def paid_as_planned(terms: Terms, events: list[Event]) -> list[Event]:
    """
    Add the payments that a plain schedule takes for granted.

    A vector that shows a schedule after a second tranche, without saying that anything was paid,
    means that what fell due before was paid on its day.
    """
    if any(event.kind is Kind.REPAID for event in events):
        return events
    paid, last = list(events), max(event.effective_on for event in events)
    for due_on in terms.due_dates:
        if due_on > last:
            break
        owed = fold(terms, paid, due_on).due_now
        if owed:
            paid.append(_event(Kind.REPAID, due_on, len(paid) + 1, owed))
    return paid


def _event(
    kind: Kind,
    on: date,
    number: int,
    amount: Decimal = Decimal(0),
    rate: Decimal | None = None,
    until_on: date | None = None,
) -> Event:
    return Event(
        id=f"{kind}-{number}",
        kind=kind,
        effective_on=on,
        booked_on=on,
        sequence=number,
        amount=amount,
        rate=rate,
        until_on=until_on,
    )


def _amount(kind: Kind) -> Callable[[Mapping[str, Any], int], Event]:
    def read(told: Mapping[str, Any], number: int) -> Event:
        return _event(kind, date.fromisoformat(told["date"]), number, Decimal(told["amount"]))

    return read


def _rate_change(told: Mapping[str, Any], number: int) -> Event:
    # Trap 9: "on D" is the first day whose interest, counted from D − 1, has the new rate.
    on = date.fromisoformat(told["from"]) - ONE_DAY
    rate = Decimal(told["new_annual_rate_pct"]) / HUNDRED
    return _event(Kind.RATE_CHANGED, on, number, rate=rate)


def _pause(told: Mapping[str, Any], number: int) -> Event:
    # Trap 9: both bounds of a pause are days without interest.
    until_on = date.fromisoformat(told["to"]) + ONE_DAY
    on = date.fromisoformat(told["from"])
    return _event(Kind.INTEREST_PAUSED, on, number, until_on=until_on)


READERS: dict[str, Callable[[Mapping[str, Any], int], Event]] = {
    "disburse": _amount(Kind.DISBURSED),
    "repayment": _amount(Kind.REPAID),
    "rate_change": _rate_change,
    "interest_pause": _pause,
}
