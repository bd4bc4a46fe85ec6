"""
The rows of each file, column by column in the order of the file.

Amounts have two decimals and are positive, except in a reversal and in what is netted. `partner_*`
is the bank's part, `own_*` the lender's.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from partners.rules.files.cells import Amount, Currency, Rate, Reference, Text


class TransactionType(StrEnum):
    """Why money moved."""

    NORMAL = "NORMAL"
    PREPAY = "PREPAY"
    OVERDUE = "OVERDUE"
    COMPENSATION = "COMPENSATION"
    BUYBACK = "BUYBACK"
    REVERSAL = "REVERSAL"


class Scope(StrEnum):
    """What a compensation pays: the instalments in arrears, or all that is owed."""

    INSTALMENT = "INSTALMENT"
    FULL = "FULL"


class SettledStatus(StrEnum):
    """How far a day's settlement has come."""

    DRAFT = "DRAFT"
    PUBLISHED = "PUBLISHED"
    PAID = "PAID"
    RECONCILED = "RECONCILED"


@dataclass(frozen=True, slots=True)
class RepayDetail:
    """One receipt of a co-lent loan with its parts, or what took one back."""

    txn_id: Reference
    loan_no: Reference
    partner_loan_no: Text
    instalment_no: int | None
    due_date: date | None
    paid_at: datetime
    value_date: date
    channel: Text
    channel_ref: Text
    currency: Currency
    total_amt: Amount
    principal: Amount
    interest: Amount
    penalty: Amount
    fee: Amount
    partner_principal: Amount
    partner_interest: Amount
    partner_penalty: Amount
    partner_fee: Amount
    own_amt: Amount
    dpd_before: int
    dpd_after: int
    txn_type: TransactionType
    reversal_of: Text


@dataclass(frozen=True, slots=True)
class Outstanding:
    """What one co-lent loan owes at the end of a day."""

    as_of: date
    loan_no: Reference
    partner_loan_no: Text
    contract_amt: Amount
    ratio_bp: int
    principal_os: Amount
    interest_accrued: Amount
    penalty_accrued: Amount
    partner_principal_os: Amount
    partner_interest_accrued: Amount
    next_due_date: date | None
    next_due_amt: Amount
    dpd: int
    bucket: Reference
    class5: Text
    status: Reference


@dataclass(frozen=True, slots=True)
class Disbursed:
    """One co-lent loan that was paid out."""

    loan_no: Reference
    partner_loan_no: Text
    agreement_version: Reference
    disbursed_at: datetime
    value_date: date
    total_amt: Amount
    partner_amt: Amount
    own_amt: Amount
    ratio_bp: int
    bank_ref: Text
    payee_account_masked: Text
    product: Reference
    term: int
    rate_annual: Rate
    rate_basis: Reference
    class5: Text


@dataclass(frozen=True, slots=True)
class SettleSummary:
    """What a day comes to between the lender and one bank."""

    settle_date: date
    partner: Reference
    gross_receipts: Amount
    partner_share: Amount
    fees_due_to_platform: Amount
    fees_due_to_partner: Amount
    adjustments: Amount
    compensation: Amount
    net_pay_to_partner: Amount
    bank_ref: Text
    status: SettledStatus


@dataclass(frozen=True, slots=True)
class Compensated:
    """One claim on the guarantor, or on the lender who buys a loan back."""

    claim_id: Reference
    loan_no: Reference
    trigger_dpd: int
    scope: Scope
    claim_amt_principal: Amount
    claim_amt_interest: Amount
    claim_amt_other: Amount
    claimed_at: date
    due_by: date | None
    paid_at: date | None
    bank_ref: Text
    new_creditor: Text


@dataclass(frozen=True, slots=True)
class Planned:
    """One instalment of a co-lent loan's schedule."""

    loan_no: Reference
    partner_loan_no: Text
    instalment_no: int
    due_date: date
    principal_due: Amount
    interest_due: Amount
    fee_due: Amount
    partner_principal: Amount
    partner_interest: Amount


@dataclass(frozen=True, slots=True)
class Overdue:
    """One co-lent loan in arrears."""

    as_of: date
    loan_no: Reference
    partner_loan_no: Text
    arrears_since: date
    dpd: int
    bucket: Reference
    class5: Text
    overdue_principal: Amount
    overdue_interest: Amount
    penalty: Amount


Row = RepayDetail | Outstanding | Disbursed | SettleSummary | Compensated | Planned | Overdue
