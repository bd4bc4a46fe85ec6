"""Opening accounts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from ledger.models import Account, account_id
from ledger.rules.chart import STANDARD_CHART, ChartAccount
from ledger.rules.money import exponent
from tenancy import room
from tenancy.actions import audit
from tenancy.actors import Actor
from tenancy.permissions import Permission, require


@room.atomic
def open_accounts(
    chart: Sequence[ChartAccount] = STANDARD_CHART, *, currency: str, actor: Actor, at: datetime
) -> list[Account]:
    """
    Open a chart's accounts in a currency; those that are open already stay as they are.

    Return all of the chart's accounts, in its order.

    :raises UnknownCurrency: if ISO 4217 does not list the currency
    :raises Forbidden: if the actor may not configure the tenant
    """
    require(actor, Permission.TENANT_CONFIGURE)
    exponent(currency)
    tenant_id = room.current()
    accounts = [
        Account(
            tenant_id=tenant_id,
            id=account_id(tenant_id, row.code, currency),
            code=row.code,
            name=row.name,
            name_zh=row.name_zh,
            kind=row.kind.value,
            currency=currency,
        )
        for row in chart
    ]
    there = Account.objects.in_bulk([account.pk for account in accounts])
    new = [account for account in accounts if account.pk not in there]
    if new:
        # Whoever opens the same accounts at the same moment made the same rows.
        Account.objects.bulk_create(new, ignore_conflicts=True)
        codes = {"currency": currency, "codes": [account.code for account in new]}
        audit.record(actor=actor, at=at, action="ledger.open_accounts", changes=codes)
    return [there.get(account.pk, account) for account in accounts]
