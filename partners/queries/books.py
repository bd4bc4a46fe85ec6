"""What partners hold of loans, what was collected for them, and how much of it is in the books."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from ledger.models import account_id
from lending.queries.accrual import INTEREST_EARNED, PENALTY_ADDED
from partners.models import PartnerBank
from partners.queries.setwise import fetch
from partners.rules.accounts import CONTRA, Flow
from partners.rules.splitting import Component
from tenancy import room

# The key of the entry that holds a day's shares of a bank; the next is the first day after it.
FLOWS_KEY = "partner.shares"
# Up to which day a bank's shares are in the books. A range of keys, so that the unique index is
# read; every key of it ends in an ISO day.
THROUGH = f"""
    SELECT bank.tenant_id, bank.id, bank.currency, (
        SELECT right(max(entry.key), 10)::date FROM ledger_journalentry entry
        WHERE entry.tenant_id = bank.tenant_id
          AND entry.key BETWEEN '{FLOWS_KEY}:' || bank.id || ':0'
                            AND '{FLOWS_KEY}:' || bank.id || ':9'
    ) AS day
    FROM partners_partnerbank bank
"""
_FLOWS = f"""
    WITH through AS ({THROUGH})
    SELECT share.booked_on, share.component, part.guarantor_id, sum(share.bank_part),
        sum(share.guarantor_part), sum(share.spread)
    FROM partners_share share
    JOIN through ON through.tenant_id = share.tenant_id AND through.id = share.bank_id
    JOIN partners_participation part
      ON part.tenant_id = share.tenant_id AND part.id = share.participation_id
    WHERE share.bank_id = %(bank)s AND share.booked_on <= %(on)s
      AND share.booked_on > coalesce(through.day, '-infinity')
    GROUP BY share.booked_on, share.component, part.guarantor_id
    ORDER BY share.booked_on, share.component, part.guarantor_id
"""
_COLLECTED = f"""
    WITH through AS ({THROUGH})
    SELECT receipt.booked_on, sum(receipt.amount)
    FROM partners_bankreceipt receipt
    JOIN through ON through.tenant_id = receipt.tenant_id AND through.id = receipt.bank_id
    WHERE receipt.bank_id = %(bank)s AND receipt.booked_on <= %(on)s
      AND receipt.booked_on > coalesce(through.day, '-infinity')
    GROUP BY receipt.booked_on
"""
# Each open loan's totals, cut as its shares are: what was ever owed less what was ever paid is
# what each partner still has to get. One statement, so that a receipt that comes meanwhile is in
# all of it or in none. Joined as sets, see `setwise`.
_STANDING = f"""
    WITH through AS ({THROUGH}), late AS (
        SELECT row.tenant_id, row.loan_id, sum({PENALTY_ADDED}) AS added
        FROM lending_instalment row
        JOIN lending_loanposition position
          ON position.tenant_id = row.tenant_id AND position.loan_id = row.loan_id
        WHERE position.is_open AND position.arrears_since IS NOT NULL
          AND row.due_on < %(on)s AND position.as_of < %(on)s
          AND row.principal_due > row.principal_paid
          AND row.loan_id IN (SELECT loan_id FROM partners_participation)
        GROUP BY row.tenant_id, row.loan_id
    ), earned AS (
        SELECT *, {INTEREST_EARNED} AS interest FROM lending_loanposition WHERE is_open
    ), part AS (
        SELECT held.tenant_id, held.id, held.bank_id, held.guarantor_id, held.currency,
            round(disbursed * principal_fraction, held.decimals) AS principal_owed,
            round((disbursed - principal) * principal_fraction, held.decimals) AS principal_paid,
            round(interest * interest_fraction, held.decimals) AS interest_owed,
            round(interest_paid * interest_fraction, held.decimals) AS interest_paid,
            round(fee_charged * fee_fraction, held.decimals) AS fee_owed,
            round(fee_paid * fee_fraction, held.decimals) AS fee_paid,
            round((penalty_accrued + coalesce(late.added, 0)) * penalty_fraction, held.decimals)
                AS penalty_owed,
            round(penalty_paid * penalty_fraction, held.decimals) AS penalty_paid
        FROM partners_participation held
        JOIN earned ON earned.tenant_id = held.tenant_id AND earned.loan_id = held.loan_id
        LEFT JOIN late ON late.tenant_id = held.tenant_id AND late.loan_id = held.loan_id
    ), cut AS (
        SELECT tenant_id, id, bank_id, guarantor_id, currency, 'principal' AS component,
            principal_owed AS owed, principal_paid AS paid FROM part
        UNION ALL SELECT tenant_id, id, bank_id, guarantor_id, currency, 'interest',
            interest_owed, interest_paid FROM part
        UNION ALL SELECT tenant_id, id, bank_id, guarantor_id, currency, 'fee',
            fee_owed, fee_paid FROM part
        UNION ALL SELECT tenant_id, id, bank_id, guarantor_id, currency, 'penalty',
            penalty_owed, penalty_paid FROM part
    ), ceded AS (
        SELECT cut.bank_id, cut.guarantor_id, cut.currency, cut.component, cession.holder,
            sum(least(greatest(owed - starts_at, 0), coalesce("limit", owed))
                - least(greatest(paid - starts_at, 0), coalesce("limit", paid))) AS amount
        FROM cut
        JOIN partners_cession cession
          ON cession.tenant_id = cut.tenant_id AND cession.participation_id = cut.id
         AND cession.component = cut.component AND NOT cession.is_void
        GROUP BY cut.bank_id, cut.guarantor_id, cut.currency, cut.component, cession.holder
    ), target AS (
        SELECT component, currency, bank_id AS subject_id, sum(owed - paid) AS held
        FROM cut GROUP BY component, currency, bank_id
        UNION ALL
        SELECT component, currency, bank_id, -sum(amount)
        FROM ceded GROUP BY component, currency, bank_id
        UNION ALL
        SELECT component, currency, guarantor_id, sum(amount)
        FROM ceded WHERE holder = 'guarantor' GROUP BY component, currency, guarantor_id
    ), fresh AS (
        SELECT share.component, through.currency, share.bank_id, part.guarantor_id,
            sum(share.bank_part) AS bank, sum(share.guarantor_part) AS guarantor
        FROM partners_share share
        JOIN through ON through.tenant_id = share.tenant_id AND through.id = share.bank_id
        JOIN partners_participation part
          ON part.tenant_id = share.tenant_id AND part.id = share.participation_id
        WHERE share.booked_on > coalesce(through.day, '-infinity')
        GROUP BY share.component, through.currency, share.bank_id, part.guarantor_id
    ), flow AS (
        SELECT CASE component WHEN 'disbursed' THEN 'principal' ELSE component END AS component,
            currency, bank_id AS subject_id,
            CASE component WHEN 'disbursed' THEN -bank ELSE bank END AS amount
        FROM fresh
        UNION ALL
        SELECT component, currency, guarantor_id, guarantor FROM fresh WHERE guarantor <> 0
    ), contra AS (
        SELECT account.component, posting.currency, posting.subject_id, sum(posting.amount)
            AS amount
        FROM ledger_posting posting
        JOIN unnest(%(accounts)s::uuid[], %(components)s::text[]) AS account(id, component)
          ON account.id = posting.account_id
        GROUP BY account.component, posting.currency, posting.subject_id
    )
    SELECT component, currency, subject_id, sum(held), sum(posted), sum(unposted)
    FROM (
        SELECT component, currency, subject_id, held, 0 AS posted, 0 AS unposted FROM target
        UNION ALL SELECT component, currency, subject_id, 0, amount, 0 FROM contra
        UNION ALL SELECT component, currency, subject_id, 0, 0, amount FROM flow
    ) told
    GROUP BY component, currency, subject_id
    HAVING sum(held) <> 0 OR sum(posted) <> 0 OR sum(unposted) <> 0
    ORDER BY subject_id, currency, component
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """
    One partner's part of one component of all open loans, beside the books.

    `held` is what the partner still has to get, `posted` its contra account (credit negative),
    `unposted` what the shares since the last posted day will debit to it.
    """

    component: Component
    currency: str
    subject_id: UUID
    held: Decimal
    posted: Decimal
    unposted: Decimal

    @property
    def missing(self) -> Decimal:
        """What the partner has earned that the books do not show yet."""
        return self.held + self.posted + self.unposted


def standings(on: date) -> list[Standing]:
    """Return every partner's part at the start of a day, against its contra accounts."""
    currencies = sorted(set(PartnerBank.objects.values_list("currency", flat=True)))
    pairs = [
        (account_id(room.current(), code, currency), component.value)
        for currency in currencies
        for component, code in CONTRA.items()
    ]
    parameters = {
        "on": on,
        "accounts": [account for account, _component in pairs],
        "components": [component for _account, component in pairs],
    }
    return [Standing(Component(row[0]), *row[1:]) for row in fetch(_STANDING, parameters)]


def flows(bank: PartnerBank, on: date) -> Iterator[tuple[date, list[Flow]]]:
    """Return the shares with a bank up to a day that are not in the books, day by day."""
    days: dict[date, list[Flow]] = {}
    rows = fetch(_FLOWS, {"bank": bank.pk, "on": on})
    for booked_on, component, guarantor_id, to_bank, to_guarantor, spread in rows:
        flow = Flow(Component(component), to_bank, to_guarantor, spread, guarantor_id)
        days.setdefault(booked_on, []).append(flow)
    yield from days.items()


def collected(bank: PartnerBank, on: date) -> dict[date, Decimal]:
    """Return what a bank collected itself up to a day and is not in the books, by day."""
    return dict(fetch(_COLLECTED, {"bank": bank.pk, "on": on}))
