"""What guarantors were asked for or paid on a day, and what we bought back, with one bank."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from django.db.models import Q, Sum

from partners.models import BuyBack, CompensationClaim, PartnerBank
from partners.rules.files.rows import Compensated, Scope


def compensated(bank: PartnerBank, on: date) -> Iterator[Compensated]:
    """Return the claims of a bank that were filed, or paid, on a day."""
    claims = (
        CompensationClaim.objects.filter(participation__bank=bank)
        .filter(Q(filed_on=on) | Q(paid_on=on))
        .select_related("participation__loan", "guarantor")
        .order_by("number")
    )
    for claim in claims:
        # As it stood at the day's end, however much later it is read.
        paid_on = claim.paid_on if claim.paid_on and claim.paid_on <= on else None
        yield Compensated(
            claim_id=claim.number,
            loan_no=claim.participation.loan.number,
            trigger_dpd=claim.trigger_dpd,
            scope=Scope(claim.scope),
            claim_amt_principal=claim.principal,
            claim_amt_interest=claim.interest,
            claim_amt_other=claim.fee + claim.penalty,
            claimed_at=claim.filed_on,
            due_by=None,
            paid_at=paid_on,
            bank_ref=claim.reference if paid_on else "",
            new_creditor=claim.guarantor.code if paid_on else "",
        )


def bought_back(bank: PartnerBank, on: date) -> Decimal:
    """Return what we owe a bank for the parts that we bought back on a day."""
    bought = BuyBack.objects.filter(participation__bank=bank, on=on)
    return bought.aggregate(total=Sum("price"))["total"] or Decimal(0)
