"""What banks have taken from borrowers themselves."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.db.models import Sum

from partners.models import BankReceipt, PartnerBank


def collected_on(bank: PartnerBank, on: date) -> Decimal:
    """Return what was booked on a day as collected by a bank, less what was taken back then."""
    rows = BankReceipt.objects.filter(bank=bank, booked_on=on)
    return rows.aggregate(total=Sum("amount"))["total"] or Decimal(0)
