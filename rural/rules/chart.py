"""The accounts that village partners' commission needs, beside a lender's standard chart."""

from __future__ import annotations

from ledger.rules.chart import AccountKind, ChartAccount

COMMISSION_PAYABLE = "2410"
COMMISSION_EXPENSE = "5410"

COMMISSION_CHART = (
    ChartAccount(COMMISSION_PAYABLE, "Commission payable", "应付佣金", AccountKind.LIABILITY),
    ChartAccount(
        COMMISSION_EXPENSE, "Village partner commission", "村级合伙人佣金", AccountKind.EXPENSE
    ),
)
