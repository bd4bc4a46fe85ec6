"""A merchant's turnover month by month, for the eye."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.db.models import Sum
from django.db.models.functions import TruncMonth

from merchants.models import Direction, Invoice, Merchant

ZERO = Decimal(0)
Month = tuple[date, Decimal, Decimal]


def months(merchant: Merchant) -> list[Month]:
    """Return each month with its net sales and purchases; void invoices count for nothing."""
    rows = (
        Invoice.objects.filter(merchant=merchant, is_void=False)
        .annotate(month=TruncMonth("issued_on"))
        .values_list("month", "direction")
        .annotate(total=Sum("net"))
        .order_by("month")
    )
    found: dict[date, dict[str, Decimal]] = {}
    for month, direction, total in rows:
        found.setdefault(month, {})[direction] = total
    return [
        (month, sides.get(Direction.SALE, ZERO), sides.get(Direction.PURCHASE, ZERO))
        for month, sides in sorted(found.items())
    ]
