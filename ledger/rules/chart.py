"""The chart of accounts that every lender starts with."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class AccountKind(StrEnum):
    """The five kinds of account; assets and expenses usually stand in debit."""

    ASSET = "asset"
    LIABILITY = "liability"
    INCOME = "income"
    EXPENSE = "expense"
    EQUITY = "equity"


@dataclass(frozen=True, slots=True)
class ChartAccount:
    """One account of a chart, to be opened in any currency."""

    code: str
    name: str
    name_zh: str
    kind: AccountKind


CASH = "1000"
IN_TRANSIT = "1010"
PRINCIPAL = "1100"
ACCRUED_INTEREST = "1210"
FEES_RECEIVABLE = "1310"
PENALTY_RECEIVABLE = "1320"
OVERPAYMENTS = "2100"
UNIDENTIFIED_RECEIPTS = "2200"
INTEREST_INCOME = "4100"
FEE_INCOME = "4200"
PENALTY_INCOME = "4300"
WRITE_OFFS = "5100"

STANDARD_CHART = tuple(
    ChartAccount(*row)
    for row in (
        (CASH, "Cash at bank", "银行存款", AccountKind.ASSET),
        (IN_TRANSIT, "Payments in transit", "在途资金", AccountKind.ASSET),
        (PRINCIPAL, "Loan principal", "贷款本金", AccountKind.ASSET),
        (ACCRUED_INTEREST, "Accrued interest", "应收利息", AccountKind.ASSET),
        (FEES_RECEIVABLE, "Fees receivable", "应收费用", AccountKind.ASSET),
        (PENALTY_RECEIVABLE, "Penalty receivable", "应收罚息", AccountKind.ASSET),
        (OVERPAYMENTS, "Borrower overpayments", "借款人多还款项", AccountKind.LIABILITY),
        (UNIDENTIFIED_RECEIPTS, "Unidentified receipts", "待确认收款", AccountKind.LIABILITY),
        (INTEREST_INCOME, "Interest income", "利息收入", AccountKind.INCOME),
        (FEE_INCOME, "Fee income", "手续费收入", AccountKind.INCOME),
        (PENALTY_INCOME, "Penalty income", "罚息收入", AccountKind.INCOME),
        (WRITE_OFFS, "Write-offs", "贷款核销损失", AccountKind.EXPENSE),
    )
)
