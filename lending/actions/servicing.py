"""
The one way in which something happens to a loan: append an event, fold, write the difference.

Back-dated and reversed events take the same way. What the fold says differently from before is
posted in the open period, on the business date.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db import IntegrityError
from django.utils.translation import gettext_lazy as _

from ledger.actions.posting import Line, post
from lending.actions import cached, news
from lending.actions.holding import HeldLoan
from lending.models import LoanStatus
from lending.models.loan import LOAN_TRANSITIONS
from lending.rules.books import Standing, difference, standing
from lending.rules.events import Event, Kind
from lending.rules.fold import fold
from lending.rules.state import Accrual, LoanState
from tenancy.actions import audit
from tenancy.actors import Actor
from tenancy.errors import FieldError, Invalid, Refusal
from tenancy.ids import uuid7
from tenancy.rules.transitions import require_step

ZERO = Decimal(0)


class LoanNotOpenForThis(Refusal):
    """The loan's status does not allow this event."""

    code = "loan_status"


class KeyUsedForAnotherEvent(Refusal):
    """The idempotency key belongs to an event with other facts."""

    code = "idempotency_key_reused"
    status = 422


@dataclass(frozen=True, slots=True)
class NewEvent:
    """What is to happen: the engine's event, without the facts that only the lock can tell."""

    kind: Kind
    effective_on: date
    key: str
    amount: Decimal = ZERO
    reverses: str | None = None
    rate: Decimal | None = None
    until_on: date | None = None
    due_dates: tuple[date, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Booked:
    """An event as it stands in the loan's history, and the loan after it on the business date."""

    loan_id: UUID
    event: Event
    is_new: bool
    status: LoanStatus
    state: LoanState


def append(
    held: HeldLoan,
    new: NewEvent,
    *,
    allowed: frozenset[LoanStatus],
    action: str,
    actor: Actor,
    at: datetime,
) -> Booked:
    """
    Let an event happen to a loan that the caller holds, in the caller's transaction.

    Repeating a key returns the event that it made. `action` names the audit row.

    :raises KeyUsedForAnotherEvent: if the key made an event with other facts
    :raises LoanNotOpenForThis: if the loan's status is not among `allowed`
    :raises Invalid: for a day that lies ahead of the business date or before the disbursement
    """
    known = held.keys.get(new.key)
    if known is not None:
        return _repeated(held, known, new)
    _check(held, new, allowed)
    event = Event(
        id=str(uuid7()),
        kind=new.kind,
        effective_on=new.effective_on,
        booked_on=held.business_date,
        sequence=held.next_sequence,
        amount=new.amount,
        reverses=new.reverses,
        rate=new.rate,
        until_on=new.until_on,
        due_dates=new.due_dates,
    )
    before = standing_before(held)
    held.events.append(event)
    state = fold(held.terms, held.events, held.business_date)
    writes = cached.Writes()
    writes.insert("lending_loanevent", _event_row(held, event, new, at))
    status = cached.put(writes, held, state)
    if status != held.status:
        require_step(LOAN_TRANSITIONS, held.status, status, of=held.number)
    writes.insert("tenancy_auditevent", _audit_row(held, event, action, actor, at, new.note))
    _execute(writes)
    _post(held, event, before, standing(state), at)
    news.tell(held, event, status, at=at)
    return Booked(held.id, event, True, status, state)


def refresh(held: HeldLoan, *, at: datetime) -> LoanState:
    """
    Bring a held loan's cached fold up to the business date; no event, so no new sequence.

    What became due by the mere passing of days (fees of an instalment) is posted.
    """
    before = standing_before(held)
    state = fold(held.terms, held.events, held.business_date)
    writes = cached.Writes()
    cached.put(writes, held, state)
    writes.execute()
    lines = _lines(held, before, standing(state))
    if lines:
        post(
            key=f"loan:{held.id}:refresh:{held.business_date}",
            kind="loan.due",
            value_date=held.business_date,
            booked_on=held.business_date,
            at=at,
            narrative=held.number,
            lines=lines,
        )
    return state


def standing_before(held: HeldLoan) -> Standing:
    """Return what the books should know of the loan on the business date, from its cached fold."""
    row = held.position
    if not row:
        return Standing()
    interest, penalty = _accrued_before(held)
    return Standing(
        is_open=row["is_open"],
        disbursed=row["disbursed"],
        principal=row["principal"],
        interest_accrued=interest,
        interest_paid=row["interest_paid"],
        fee_charged=row["fee_charged"],
        fee_paid=row["fee_paid"],
        fee_withheld=row["fee_withheld"],
        penalty_accrued=penalty,
        penalty_paid=row["penalty_paid"],
        overpaid=row["overpaid"],
    )


def _accrued_before(held: HeldLoan) -> tuple[Decimal, Decimal]:
    """
    Return interest and penalty accrued by the business date, as the daily aggregate counts them.

    Interest has one closed form. Penalties have one per overdue instalment, and beyond
    `refresh_on` the form no longer holds: there the events are folded.
    """
    row, today = held.position, held.business_date
    if not row["is_open"] or row["as_of"] == today:
        return row["interest_accrued"], row["penalty_accrued"]
    bears_penalty = row["arrears_since"] is not None and row["penalty_rate"]
    if bears_penalty or (row["refresh_on"] is not None and row["refresh_on"] < today):
        totals = fold(held.terms, held.events, today).balances
        return totals.interest_accrued, totals.penalty_accrued
    return held.terms.rounding.money(_accrual(held).at(today)), row["penalty_accrued"]


def _accrual(held: HeldLoan) -> Accrual:
    row = held.position
    return Accrual(
        base=row["accrual_base"],
        annual_rate=row["accrual_rate"],
        day_count=held.terms.day_count,
        year_days=row["accrual_year_days"],
        accrued_at=row["accrued_at_since"],
        since_on=row["accrual_since"],
        until_on=None,
    )


def _execute(writes: cached.Writes) -> None:
    try:
        writes.execute()
    except IntegrityError as error:
        # The loan's own keys were looked at under its lock; this one is another loan's.
        if "lending_loanevent_once" not in str(error):
            raise
        raise KeyUsedForAnotherEvent(_("This key was used for another loan")) from error


def _repeated(held: HeldLoan, known: Event, new: NewEvent) -> Booked:
    facts = (known.kind, known.effective_on, known.amount, known.reverses, known.due_dates)
    if facts != (new.kind, new.effective_on, new.amount, new.reverses, new.due_dates):
        raise KeyUsedForAnotherEvent(_("This key was used for another event of the loan"))
    state = fold(held.terms, held.events, held.business_date)
    return Booked(held.id, known, False, held.status, state)


def _check(held: HeldLoan, new: NewEvent, allowed: frozenset[LoanStatus]) -> None:
    if held.status not in allowed:
        raise LoanNotOpenForThis(
            _("%(loan)s is %(status)s") % {"loan": held.number, "status": held.status.label}
        )
    earliest = cached.disbursed_on(held) if held.events else held.terms.starts_on
    if not earliest <= new.effective_on <= held.business_date:
        raise Invalid(
            _("The day does not fit"),
            errors=[
                FieldError("/on", str(new.effective_on), f"{earliest} – {held.business_date}")
            ],
        )


def _event_row(held: HeldLoan, event: Event, new: NewEvent, at: datetime) -> dict[str, object]:
    return {
        "id": event.id,
        "loan_id": held.id,
        "sequence": event.sequence,
        "kind": event.kind.value,
        "effective_on": event.effective_on,
        "booked_on": event.booked_on,
        "recorded_at": at,
        "amount": event.amount,
        "reverses_id": event.reverses,
        "rate": event.rate,
        "until_on": event.until_on,
        "due_dates": json.dumps(event.due_dates, default=str),
        "note": new.note,
        "key": new.key,
    }


def _audit_row(
    held: HeldLoan, event: Event, action: str, actor: Actor, at: datetime, reason: str
) -> dict[str, object]:
    facts = audit.facts(
        actor,
        at,
        action,
        "",
        {"number": held.number, "amount": str(event.amount), "on": str(event.effective_on)},
        reason,
    )
    facts |= {"subject_type": "lending.loan", "subject_id": str(held.id)}
    return facts | {"changes": json.dumps(facts["changes"])}


def _post(held: HeldLoan, event: Event, before: Standing, after: Standing, at: datetime) -> None:
    lines = _lines(held, before, after)
    if lines:
        post(
            key=f"loan:{held.id}:{event.sequence}",
            kind=f"loan.{event.kind.value}",
            value_date=event.effective_on,
            booked_on=held.business_date,
            at=at,
            narrative=held.number,
            lines=lines,
        )


def _lines(held: HeldLoan, before: Standing, after: Standing) -> list[Line]:
    return difference(
        before, after, loan_id=held.id, version_id=held.version_id, currency=held.currency
    )
