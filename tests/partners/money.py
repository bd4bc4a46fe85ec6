"""Loans that a bank funds along, brought to where they stand by the real actions."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Sum

from lending.models import Loan, PaymentOrder
from lending.rules.terms import Terms
from partners.actions import legs, participations
from partners.models import AgreementVersion, FundingLeg, Participation, Share
from tests.lending.servicing import build as servicing
from tests.partners import build

NOON, ON, SYSTEM = servicing.NOON, servicing.ON, servicing.SYSTEM
COLUMNS = ("total", "bank_part", "guarantor_part", "own_part", "spread")


def ten_thousand(**changes: Any) -> Terms:
    """10,000 at 18 % a year in twelve equal instalments, 30/360."""
    return servicing.terms(**{"principal": Decimal("10000.00"), **changes})


def held(
    key: str = "draw-1",
    of: Terms | None = None,
    version: AgreementVersion | None = None,
    **changes: Any,
) -> Participation:
    """A loan whose legs have been asked for, 70:30 unless the agreement says otherwise."""
    servicing.ready()
    loan = servicing.pending(key, of or ten_thousand(), is_held=True)
    return participations.open_under(
        actor=SYSTEM,
        at=NOON,
        on=ON,
        loan_id=loan.pk,
        version=version or build.agreement(**changes),
    )


def bank_leg(part: Participation) -> FundingLeg:
    return FundingLeg.objects.get(participation=part, side="bank")


def confirm(part: Participation, **changes: Any) -> FundingLeg:
    """The bank says that its money is there."""
    leg = bank_leg(part)
    facts: dict[str, Any] = {
        "actor": build.actor_of(part.bank), "at": NOON, "on": ON, "leg_id": leg.pk,
        "amount": leg.amount, "value_on": ON, "bank_reference": f"B-{part.loan.number}",
    }  # fmt: skip
    return legs.confirm(**{**facts, **changes})


def co_lent(
    key: str = "draw-1",
    of: Terms | None = None,
    version: AgreementVersion | None = None,
    **changes: Any,
) -> Loan:
    """A loan that both lenders funded and the rail paid out."""
    part = held(key, of, version, **changes)
    confirm(part)
    servicing.callback(PaymentOrder.objects.get(loan=part.loan_id, direction="out"))
    participations.paid_out(actor=SYSTEM, at=NOON, loan_id=part.loan_id)
    return Loan.objects.get(pk=part.loan_id)


def repay(loan: Loan, amount: str, on: date | None = None, **changes: Any) -> Any:
    return servicing.repay(loan, amount, on, **changes)


def shared(loan: Loan, component: str, **only: Any) -> tuple[Decimal, ...]:
    """Total, the bank's, the guarantor's and our part, and the spread in it, so far."""
    rows = Share.objects.filter(loan=loan, component=component, **only)
    sums = rows.aggregate(**{f"sum_{name}": Sum(name) for name in COLUMNS})
    return tuple(sums[f"sum_{name}"] or Decimal(0) for name in COLUMNS)
