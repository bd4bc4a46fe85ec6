"""
A village partner's commission: earned with the loan's later conduct, taken back with it.

What is entitled is always recomputed from what is known of the loan today, and an entry is the
difference to what was entered before. So a late receipt, a reversal or a fraud found after a year
all come out right, and the sum of a loan's entries is never anything but what is entitled.
Shares, days and rates are a tariff's data (domain text: rural, §3.8).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from ledger.rules.money import rounded
from lending.rules.calendar import add_months

ZERO = Decimal(0)


class Relation(StrEnum):
    """What the recommender is to the farmer, as the recommendation form asks."""

    NONE = "none"
    KIN = "kin"
    CREDITOR = "creditor"
    EMPLOYER = "employer"


# A recommendation by kin or by a creditor is allowed, flagged, and earns nothing.
EARNS_NOTHING = frozenset({Relation.KIN, Relation.CREDITOR})


class Entry(StrEnum):
    """Why a partner's balance changed."""

    EARNED = "earned"
    CLAWED_BACK = "clawed_back"
    PAID = "paid"
    RECOVERED = "recovered"


class Basis(StrEnum):
    """What decides what a loan earns today."""

    NOT_YET = "not_yet"
    RELATED = "related"
    FIRST_PART = "first_part"
    BOTH_PARTS = "both_parts"
    FIRST_DEFAULT = "first_default"
    FRAUD = "fraud"
    ARREARS = "arrears"


@dataclass(frozen=True, slots=True)
class Tariff:
    """
    How commission is earned and lost; one dated row of a lender's data.

    `rate` and the shares are fractions. `arrears_days` past due within `watch_months` of the
    disbursement take `arrears_clawback` of everything back; a first due date that is unpaid after
    `first_default_days`, or fraud, takes all.
    """

    rate: Decimal
    first_share: Decimal
    cooling_off_days: int
    on_time_dues: int
    first_default_days: int
    arrears_days: int
    watch_months: int
    arrears_clawback: Decimal


@dataclass(frozen=True, slots=True)
class Conduct:
    """
    What is known of one recommended loan today; amounts in the loan's currency.

    `dues_on_time` counts the due dates that were met in full on the day or before.
    `in_arrears_on` is the day on which the loan first reached the tariff's arrears, if ever.
    """

    disbursed: Decimal
    disbursed_on: date
    currency: str
    relation: Relation
    dues_on_time: int = 0
    is_first_default: bool = False
    is_fraud: bool = False
    in_arrears_on: date | None = None
    is_repaid: bool = False


@dataclass(frozen=True, slots=True)
class Entitlement:
    """What a loan has earned in all by a day, and why."""

    amount: Decimal
    basis: Basis


def entitlement(tariff: Tariff, conduct: Conduct, on: date) -> Entitlement:
    """
    Return all that a loan has earned its recommender by `on`, never below zero.

    A loan that was repaid in full before its third due date has kept every promise, so it
    earns the second part too.
    """
    if conduct.relation in EARNS_NOTHING:
        return Entitlement(ZERO, Basis.RELATED)
    if conduct.is_fraud:
        return Entitlement(ZERO, Basis.FRAUD)
    if conduct.is_first_default:
        return Entitlement(ZERO, Basis.FIRST_DEFAULT)
    earned, basis = _parts(tariff, conduct, on)
    if earned and _was_in_arrears(tariff, conduct):
        kept = rounded(earned * (1 - tariff.arrears_clawback), conduct.currency)
        return Entitlement(kept, Basis.ARREARS)
    return Entitlement(earned, basis)


def change(entered: Decimal, entitled: Decimal) -> tuple[Entry, Decimal] | None:
    """Return the entry that brings a loan from what was entered to what is entitled, if any."""
    difference = entitled - entered
    if difference == 0:
        return None
    return (Entry.EARNED if difference > 0 else Entry.CLAWED_BACK), difference


@dataclass(frozen=True, slots=True)
class Month:
    """A partner's month: brought forward, moved, to be paid, carried on. Debts are negative."""

    opening: Decimal
    earned: Decimal
    clawed_back: Decimal
    payable: Decimal
    carried: Decimal


def month(opening: Decimal, changes: Iterable[Decimal]) -> Month:
    """
    Close a month: what was clawed back nets from what is paid, and the rest of it is carried on.

    Nothing below zero is ever payable: a debt waits for the next earnings.
    """
    amounts = list(changes)
    earned = sum((amount for amount in amounts if amount > 0), ZERO)
    clawed_back = sum((amount for amount in amounts if amount < 0), ZERO)
    balance = opening + earned + clawed_back
    payable = max(balance, ZERO)
    return Month(opening, earned, clawed_back, payable, balance - payable)


def _parts(tariff: Tariff, conduct: Conduct, on: date) -> tuple[Decimal, Basis]:
    if on <= conduct.disbursed_on + timedelta(days=tariff.cooling_off_days):
        return ZERO, Basis.NOT_YET
    whole = rounded(conduct.disbursed * tariff.rate, conduct.currency)
    if conduct.dues_on_time >= tariff.on_time_dues or conduct.is_repaid:
        return whole, Basis.BOTH_PARTS
    return rounded(whole * tariff.first_share, conduct.currency), Basis.FIRST_PART


def _was_in_arrears(tariff: Tariff, conduct: Conduct) -> bool:
    watched_until = add_months(conduct.disbursed_on, tariff.watch_months)
    return conduct.in_arrears_on is not None and conduct.in_arrears_on <= watched_until
