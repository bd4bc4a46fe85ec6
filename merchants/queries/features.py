"""One merchant's features, from sums that the database makes."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection

from merchants.models import Invoice, Merchant
from merchants.rules.columns import PURCHASE, SALE
from merchants.rules.features import Features, from_summary
from merchants.rules.summary import Side, Summary, recent_window
from tenancy import room

_TABLE = Invoice._meta.db_table
# Both read the merchant's rows through the unique index on (tenant, merchant, direction, number)
# and mean exactly what `rules.summary.summed_up` means.
_BY_MONTH = f"""
    SELECT (12 * extract(year FROM issued_on) + extract(month FROM issued_on) - 1)::integer,
           direction,
           count(*) FILTER (WHERE NOT is_void),
           count(*) FILTER (WHERE is_void),
           count(*) FILTER (WHERE NOT is_void AND net < 0),
           sum(net) FILTER (WHERE NOT is_void),
           max(issued_on) FILTER (WHERE NOT is_void)
    FROM {_TABLE}
    WHERE tenant_id = %(tenant)s AND merchant_id = %(merchant)s AND issued_on <= %(as_of)s
    GROUP BY 1, 2
"""
_BY_SIDE = f"""
    SELECT direction, count(*), sum(recent) FILTER (WHERE recent > 0),
           sum(recent * recent) FILTER (WHERE recent > 0)
    FROM (
        SELECT direction, counterparty,
               sum(net) FILTER (WHERE issued_on BETWEEN %(since)s AND %(until)s) AS recent
        FROM {_TABLE}
        WHERE tenant_id = %(tenant)s AND merchant_id = %(merchant)s
          AND issued_on <= %(as_of)s AND NOT is_void
        GROUP BY direction, counterparty
    ) parties
    GROUP BY direction
"""
_SOURCES = f"""
    SELECT run.sha256, run.file_name, count(*)
    FROM {_TABLE} invoice
    JOIN merchants_importrun run
      ON run.tenant_id = invoice.tenant_id AND run.id = invoice.import_run_id
    WHERE invoice.tenant_id = %(tenant)s AND merchant_id = %(merchant)s
      AND issued_on <= %(as_of)s
    GROUP BY run.sha256, run.file_name
    ORDER BY run.sha256, run.file_name
"""


class _Month(NamedTuple):
    month: int
    direction: str
    valid: int
    void: int
    negative: int
    net: Decimal | None
    last_on: date | None


def features(merchant: Merchant, as_of: date) -> Features:
    """
    Return the merchant's features as of a date, as `rules.features` defines them.

    Reads inside the caller's transaction; about two milliseconds per thousand invoices.
    """
    return from_summary(summary(merchant, as_of), as_of)


def evidence(merchant: Merchant, as_of: date) -> dict[str, Any]:
    """
    Return what is known of the merchant as of a date, ready for an application's snapshot.

    JSON values only, numbers as decimal strings: the merchant's code, the features, counts of
    the invoices behind them, and the files (by hash) that these came from.
    """
    summed = summary(merchant, as_of)
    values = from_summary(summed, as_of)
    return {
        "merchant": merchant.code,
        "as_of": as_of.isoformat(),
        "features": {name: None if v is None else format(v, "f") for name, v in values.items()},
        "invoices": {
            "sales": summed.sales,
            "void_sales": summed.void_sales,
            "credit_notes": summed.negative_sales,
            "purchases": summed.purchases,
        },
        "sources": [
            {"sha256": sha256, "file": name, "invoices": count}
            for sha256, name, count in _rows(_SOURCES, merchant, as_of)
        ],
    }


def summary(merchant: Merchant, as_of: date) -> Summary:
    """Return the merchant's invoices summed up as of a date."""
    months = [_Month._make(row) for row in _rows(_BY_MONTH, merchant, as_of)]
    sales = [month for month in months if month.direction == SALE]
    purchases = [month for month in months if month.direction == PURCHASE]
    sides = {
        direction: Side(parties, recent or Decimal(0), squares or Decimal(0))
        for direction, parties, recent, squares in _rows(_BY_SIDE, merchant, as_of)
    }
    return Summary(
        sales_by_month={month.month: month.net for month in sales if month.net is not None},
        sales=sum(month.valid for month in sales),
        void_sales=sum(month.void for month in sales),
        negative_sales=sum(month.negative for month in sales),
        purchases=sum(month.valid for month in purchases),
        purchases_total=sum((month.net or Decimal(0) for month in purchases), Decimal(0)),
        last_sale_on=max((month.last_on for month in sales if month.last_on), default=None),
        buyers=sides.get(SALE, Side()),
        sellers=sides.get(PURCHASE, Side()),
    )


def _rows(query: str, merchant: Merchant, as_of: date) -> list[tuple[Any, ...]]:
    since, until = recent_window(as_of)
    values: Mapping[str, Any] = {
        "tenant": room.current(),
        "merchant": merchant.pk,
        "as_of": as_of,
        "since": since,
        "until": until,
    }
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return cursor.fetchall()
