"""A day's receipts of co-lent loans with one bank, each with its parts: one statement."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from partners.models import PartnerBank
from partners.queries.setwise import fetch
from partners.rules.files.rows import RepayDetail, TransactionType

# Where a receipt stood in the schedule follows from what had been paid before it: the position's
# totals less the shares from this event on, so that a day settled late gives the same rows.
_RECEIPTS = """
    WITH part AS (
        SELECT share.tenant_id, share.loan_id, share.sequence, share.participation_id,
            sum(share.total) AS total,
            sum(share.own_part + share.guarantor_part) AS own,
            coalesce(sum(share.total) FILTER (WHERE component = 'principal'), 0) AS principal,
            coalesce(sum(share.total) FILTER (WHERE component = 'interest'), 0) AS interest,
            coalesce(sum(share.total) FILTER (WHERE component = 'penalty'), 0) AS penalty,
            coalesce(sum(share.total) FILTER (WHERE component = 'fee'), 0) AS fee,
            coalesce(sum(bank_part) FILTER (WHERE component = 'principal'), 0) AS bank_principal,
            coalesce(sum(bank_part) FILTER (WHERE component = 'interest'), 0) AS bank_interest,
            coalesce(sum(bank_part) FILTER (WHERE component = 'penalty'), 0) AS bank_penalty,
            coalesce(sum(bank_part) FILTER (WHERE component = 'fee'), 0) AS bank_fee
        FROM partners_share share
        WHERE share.bank_id = %(bank)s AND share.booked_on = %(on)s
          AND share.component <> 'disbursed'
        GROUP BY share.tenant_id, share.loan_id, share.sequence, share.participation_id
        HAVING bool_or(share.total <> 0 OR share.bank_part <> 0)
    ), since AS (
        SELECT tenant_id, loan_id, sequence, sum(sum(total)) OVER (
                PARTITION BY tenant_id, loan_id ORDER BY sequence DESC) AS total
        FROM (
            SELECT tenant_id, loan_id, sequence,
                CASE WHEN component IN ('principal', 'interest') THEN total ELSE 0 END AS total
            FROM partners_share
            WHERE bank_id = %(bank)s AND booked_on >= %(on)s
        ) told
        GROUP BY tenant_id, loan_id, sequence
    ), paid AS (
        SELECT part.tenant_id, part.loan_id, part.sequence,
            position.disbursed - position.principal + position.interest_paid - since.total
                AS before,
            position.disbursed - position.principal + position.interest_paid - since.total
                + part.principal + part.interest AS after
        FROM part
        JOIN since USING (tenant_id, loan_id, sequence)
        JOIN lending_loanposition position USING (tenant_id, loan_id)
    ), owed AS (
        SELECT row.tenant_id, row.loan_id, row.number, row.due_on,
            sum(row.principal_due + row.interest_due) OVER (
                PARTITION BY row.tenant_id, row.loan_id ORDER BY row.number) AS due
        FROM lending_instalment row
        WHERE row.loan_id IN (SELECT loan_id FROM part)
    ), due AS (
        SELECT paid.tenant_id, paid.loan_id, paid.sequence,
            min(number) FILTER (WHERE due > least(before, after)) AS number,
            min(due_on) FILTER (WHERE due > least(before, after)) AS due_on,
            min(due_on) FILTER (WHERE due > before) AS due_before,
            min(due_on) FILTER (WHERE due > after) AS due_after
        FROM paid JOIN owed USING (tenant_id, loan_id)
        GROUP BY paid.tenant_id, paid.loan_id, paid.sequence
    )
    SELECT loan.number, part.sequence, participation.bank_loan_number, due.number, due.due_on,
        event.recorded_at, event.effective_on, event.key, loan.currency, part.total,
        part.principal, part.interest, part.penalty, part.fee, part.bank_principal,
        part.bank_interest, part.bank_penalty, part.bank_fee, part.own,
        greatest(event.effective_on - due.due_before, 0) AS dpd_before,
        greatest(event.effective_on - due.due_after, 0) AS dpd_after,
        event.booked_on, reversed.sequence AS reversed_sequence, collected.bank_ref
    FROM part
    JOIN due USING (tenant_id, loan_id, sequence)
    JOIN lending_loan loan
      ON loan.tenant_id = part.tenant_id AND loan.id = part.loan_id
    JOIN lending_loanevent event
      ON event.tenant_id = part.tenant_id AND event.loan_id = part.loan_id
     AND event.sequence = part.sequence
    LEFT JOIN partners_bankreceipt collected
      ON collected.tenant_id = event.tenant_id AND collected.event_id = event.id
    JOIN partners_participation participation
      ON participation.tenant_id = part.tenant_id AND participation.id = part.participation_id
    LEFT JOIN lending_loanevent reversed
      ON reversed.tenant_id = event.tenant_id AND reversed.id = event.reverses_id
    ORDER BY loan.number, part.sequence
"""
_RAIL = "payment:"


class _Found(NamedTuple):
    loan_no: str
    sequence: int
    partner_loan_no: str
    instalment_no: int | None
    due_date: date | None
    paid_at: datetime
    value_date: date
    key: str
    currency: str
    total: Decimal
    principal: Decimal
    interest: Decimal
    penalty: Decimal
    fee: Decimal
    bank_principal: Decimal
    bank_interest: Decimal
    bank_penalty: Decimal
    bank_fee: Decimal
    own: Decimal
    dpd_before: int | None
    dpd_after: int | None
    booked_on: date
    reversed_sequence: int | None
    collected_ref: str | None


def receipts(bank: PartnerBank, on: date) -> Iterator[RepayDetail]:
    """
    Return what came in for loans of a bank and was booked on a day, in the order of the loans.

    A guarantor who has paid the bank is not the bank: his part counts as ours here, and the
    compensation file says that it is his. Where such a change cuts anew what was received
    before, the row belongs to an earlier event; it is of the type COMPENSATION.
    """
    for row in fetch(_RECEIPTS, {"bank": bank.pk, "on": on}):
        yield _receipt(_Found(*row), on)


def _receipt(found: _Found, on: date) -> RepayDetail:
    channel, channel_ref = _channel(found)
    reversed_ = found.reversed_sequence
    is_recut = found.booked_on != on
    return RepayDetail(
        txn_id=f"{found.loan_no}-{found.sequence}" + (f"-{on:%y%m%d}" if is_recut else ""),
        loan_no=found.loan_no,
        partner_loan_no=found.partner_loan_no,
        instalment_no=found.instalment_no,
        due_date=found.due_date,
        paid_at=found.paid_at,
        value_date=found.value_date,
        channel=channel,
        channel_ref=channel_ref,
        currency=found.currency,
        total_amt=found.total,
        principal=found.principal,
        interest=found.interest,
        penalty=found.penalty,
        fee=found.fee,
        partner_principal=found.bank_principal,
        partner_interest=found.bank_interest,
        partner_penalty=found.bank_penalty,
        partner_fee=found.bank_fee,
        own_amt=found.own,
        dpd_before=found.dpd_before or 0,
        dpd_after=found.dpd_after or 0,
        txn_type=TransactionType.COMPENSATION if is_recut else _type(found),
        reversal_of=f"{found.loan_no}-{reversed_}" if reversed_ is not None else "",
    )


def _channel(found: _Found) -> tuple[str, str]:
    """Return which way the money came, and its reference there."""
    if found.collected_ref is not None:
        return "bank", found.collected_ref
    if found.key.startswith(_RAIL):
        return "rail", found.key.removeprefix(_RAIL)
    return "direct", ""


def _type(found: _Found) -> TransactionType:
    if found.reversed_sequence is not None:
        return TransactionType.REVERSAL
    if found.dpd_before:
        return TransactionType.OVERDUE
    if found.due_date is None or found.due_date > found.value_date:
        return TransactionType.PREPAY
    return TransactionType.NORMAL


# What the fee of a version is taken of.
_INTEREST = """
    SELECT version.service_fee_rate, sum(share.bank_part)
    FROM partners_share share
    JOIN partners_participation participation
      ON participation.tenant_id = share.tenant_id AND participation.id = share.participation_id
    JOIN partners_agreementversion version
      ON version.tenant_id = participation.tenant_id AND version.id = participation.version_id
    WHERE share.bank_id = %(bank)s AND share.booked_on = %(on)s AND share.component = 'interest'
      AND version.service_fee_rate > 0
    GROUP BY version.id, version.service_fee_rate
    ORDER BY version.id
"""


def interest_by_fee(bank: PartnerBank, on: date) -> list[tuple[Decimal, Decimal]]:
    """Return, by agreement version, the service fee's rate and the bank's interest of a day."""
    rows = fetch(_INTEREST, {"bank": bank.pk, "on": on})
    return [(rate, interest) for rate, interest in rows]
