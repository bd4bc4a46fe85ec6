"""
Which component a receipt pays: penalty, fee, interest, principal; the oldest instalment first.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from lending.rules.instalment import Instalment

ZERO = Decimal(0)


@dataclass(slots=True)
class Allocation:
    """How the amount of one event was used; the components sum to the amount."""

    event_id: str
    on: date
    amount: Decimal
    penalty: Decimal = ZERO
    fee: Decimal = ZERO
    interest: Decimal = ZERO
    principal: Decimal = ZERO
    overpaid: Decimal = ZERO


def pay_charges(row: Instalment, left: Decimal, into: Allocation) -> Decimal:
    """Pay a row's penalty, then its fee; return what is left."""
    owed = row.penalty_due - row.penalty_paid
    if owed:
        part = owed if owed < left else left
        row.penalty_paid += part
        into.penalty += part
        left -= part
    owed = row.fee_due - row.fee_paid
    if owed:
        part = owed if owed < left else left
        row.fee_paid += part
        into.fee += part
        left -= part
    return left


def pay_interest(row: Instalment, owed: Decimal, left: Decimal, into: Allocation) -> Decimal:
    """Pay `owed` of a row's interest as far as the money goes; return what is left."""
    part = owed if owed < left else left
    if part > 0:
        row.interest_paid += part
        into.interest += part
        left -= part
    return left


def pay_principal(row: Instalment, left: Decimal, into: Allocation) -> Decimal:
    """Pay a row's principal as far as the money goes; return what is left."""
    owed = row.principal_due - row.principal_paid
    part = owed if owed < left else left
    if part > 0:
        row.principal_paid += part
        into.principal += part
        left -= part
    return left
