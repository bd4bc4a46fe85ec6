"""Partners' part of `verify`: what the lenders hold is what the borrower's ledger says."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from django.db import connection

from ledger.models import JournalEntry, account_id
from lending.models import LoanEvent
from partners.models import PartnerBank
from partners.queries.books import THROUGH, standings
from partners.rules.accounts import DUE_TO_BANKS, DUE_TO_GUARANTORS, FUNDING_HELD
from partners.rules.splitting import Component
from tenancy import room
from tenancy.models import Tenant
from tenancy.proofs import Failure

SHARES = "shares_equal_ledgers"
OWN_SHARES = "own_shares_equal_books"
DUE = "due_to_partners_equal_shares"

# Set-based, so that it costs one pass: each component of each co-lent loan, cut anew.
_DIFFERENCES = """
    SELECT loan.number, running.component, running.total, coalesce(had.total, 0),
           running.partner, coalesce(had.partner, 0)
    FROM partners_participation part
    JOIN lending_loan loan ON loan.tenant_id = part.tenant_id AND loan.id = part.loan_id
    JOIN lending_loanposition position
      ON position.tenant_id = part.tenant_id AND position.loan_id = part.loan_id
    CROSS JOIN LATERAL (
        SELECT component, total, round(total * fraction, part.decimals) AS partner
        FROM (VALUES
            ('disbursed', position.disbursed, part.principal_fraction),
            ('principal', position.disbursed - position.principal, part.principal_fraction),
            ('interest', position.interest_paid, part.interest_fraction),
            ('fee', position.fee_paid, part.fee_fraction),
            ('penalty', position.penalty_paid, part.penalty_fraction)
        ) AS told(component, total, fraction)
    ) AS running
    LEFT JOIN LATERAL (
        SELECT sum(share.total) AS total,
               sum(share.total - share.own_part)
                   + coalesce((SELECT sum(least(greatest(running.partner - cession.starts_at, 0),
                                               coalesce(cession."limit", running.partner)))
                               FROM partners_cession cession
                               WHERE cession.tenant_id = part.tenant_id
                                 AND cession.participation_id = part.id
                                 AND cession.component = running.component
                                 AND cession.holder = 'own' AND NOT cession.is_void), 0) AS partner
        FROM partners_share share
        WHERE share.tenant_id = part.tenant_id AND share.participation_id = part.id
          AND share.component = running.component
    ) AS had ON true
    WHERE (running.total, running.partner)
          IS DISTINCT FROM (coalesce(had.total, 0), coalesce(had.partner, 0))
    ORDER BY loan.number, running.component
"""
# What was collected for a partner, bought from it or agreed besides, less what was paid and what a
# bank has collected itself. A bank's shares count from the day on which they are in the books.
_DUE = f"""
    WITH through AS ({THROUGH}), told AS (
        SELECT '{DUE_TO_BANKS}' ::text AS kind, share.bank_id AS partner, share.bank_part AS amount
        FROM partners_share share
        JOIN through ON through.tenant_id = share.tenant_id AND through.id = share.bank_id
        WHERE share.component <> 'disbursed' AND share.booked_on <= through.day
        UNION ALL
        SELECT '{DUE_TO_BANKS}', receipt.bank_id, -receipt.amount
        FROM partners_bankreceipt receipt
        JOIN through ON through.tenant_id = receipt.tenant_id AND through.id = receipt.bank_id
        WHERE receipt.booked_on <= through.day
        UNION ALL
        SELECT '{DUE_TO_BANKS}', bank_id, fees_due_to_partner - fees_due_to_platform + adjustments
        FROM partners_settlement
        UNION ALL
        SELECT '{DUE_TO_BANKS}', part.bank_id, bought.price
        FROM partners_buyback bought
        JOIN partners_participation part
          ON part.tenant_id = bought.tenant_id AND part.id = bought.participation_id
        UNION ALL
        SELECT '{DUE_TO_BANKS}', settlement.bank_id,
            CASE payment.direction WHEN 'TO_BANK' THEN -payment.amount ELSE payment.amount END
        FROM partners_partnerpayment payment
        JOIN partners_settlement settlement
          ON settlement.tenant_id = payment.tenant_id AND settlement.id = payment.settlement_id
        WHERE payment.status = 'PAID'
        UNION ALL
        -- Differences of reconciliation are known by their entries alone.
        SELECT '{DUE_TO_BANKS}', line.subject_id, -line.amount
        FROM ledger_journalentry entry
        JOIN ledger_posting line
          ON line.tenant_id = entry.tenant_id AND line.entry_id = entry.id
        WHERE line.account_id = ANY(%(accounts)s)
          AND (entry.key LIKE 'reconciliation:%%' OR entry.key LIKE 'break:%%')
        UNION ALL
        SELECT '{DUE_TO_GUARANTORS}', part.guarantor_id, share.guarantor_part
        FROM partners_share share
        JOIN through ON through.tenant_id = share.tenant_id AND through.id = share.bank_id
        JOIN partners_participation part
          ON part.tenant_id = share.tenant_id AND part.id = share.participation_id
        WHERE share.guarantor_part <> 0 AND share.booked_on <= through.day
        UNION ALL
        SELECT '{DUE_TO_GUARANTORS}', line.subject_id, -line.amount
        FROM ledger_journalentry entry
        JOIN ledger_posting line
          ON line.tenant_id = entry.tenant_id AND line.entry_id = entry.id
        WHERE line.account_id = ANY(%(accounts)s) AND entry.kind = 'guarantor.paid_over'
        UNION ALL
        SELECT '{FUNDING_HELD}', part.bank_id, leg.amount
        FROM partners_fundingleg leg
        JOIN partners_participation part
          ON part.tenant_id = leg.tenant_id AND part.id = leg.participation_id
        WHERE leg.side = 'bank' AND leg.status = 'CONFIRMED'
        UNION ALL
        SELECT '{FUNDING_HELD}', share.bank_id, -share.bank_part
        FROM partners_share share
        JOIN through ON through.tenant_id = share.tenant_id AND through.id = share.bank_id
        WHERE share.component = 'disbursed' AND share.booked_on <= through.day
    ), owed AS (
        SELECT kind, partner, sum(amount) AS amount FROM told GROUP BY kind, partner
    ), booked AS (
        SELECT account.code AS kind, line.subject_id AS partner,
            -sum(line.amount) AS amount
        FROM ledger_posting line
        JOIN ledger_account account
          ON account.tenant_id = line.tenant_id AND account.id = line.account_id
        WHERE line.account_id = ANY(%(accounts)s)
        GROUP BY account.code, line.subject_id
    )
    SELECT kind, partner, coalesce(owed.amount, 0), coalesce(booked.amount, 0)
    FROM owed FULL JOIN booked USING (kind, partner)
    WHERE coalesce(owed.amount, 0) <> coalesce(booked.amount, 0)
    ORDER BY kind, partner
"""


def shares_equal_ledgers() -> list[Failure]:
    """Cut every co-lent loan's totals anew and hold them against its shares."""
    with connection.cursor() as cursor:
        cursor.execute(_DIFFERENCES)
        rows = cursor.fetchall()
    return [
        Failure(
            proof=SHARES,
            row=f"loan {number} {component}",
            expected=f"{total} of which the partner's {partner}",
            got=f"{shared} of which the partner's {held}",
        )
        for number, component, total, shared, partner, held in rows
    ]


def own_shares_equal_books() -> list[Failure]:
    """
    Hold what partners have to get of all open loans against their contra accounts.

    The standard accounts are every loan as a whole, so what is left of them is our own. Shares
    of days that are not posted yet are added. What has accrued is only compared where it was
    posted this morning and nothing was booked since: a receipt of an earlier day changes it.
    """
    today = Tenant.objects.get(pk=room.current()).business_date
    rows = standings(today)
    is_brought_up = _is_brought_up(today)
    return [
        Failure(
            proof=OWN_SHARES,
            row=f"partner {each.subject_id} {each.component}",
            expected=f"{-each.held - each.unposted:.2f} {each.currency}",
            got=f"{each.posted:.2f} {each.currency}",
        )
        for each in rows
        if each.missing and (each.component is Component.PRINCIPAL or is_brought_up)
    ]


def due_to_partners_equal_shares() -> list[Failure]:
    """Hold what the books owe banks and guarantors against shares that are not settled yet."""
    with connection.cursor() as cursor:
        accounts = [
            account_id(room.current(), code, currency)
            for currency in PartnerBank.objects.values_list("currency", flat=True).distinct()
            for code in (DUE_TO_BANKS, DUE_TO_GUARANTORS, FUNDING_HELD)
        ]
        cursor.execute(_DUE, {"accounts": accounts})
        rows = cursor.fetchall()
    return [
        Failure(proof=DUE, row=f"{code} {partner}", expected=f"{owed:.2f}", got=f"{booked:.2f}")
        for code, partner, owed, booked in rows
    ]


def _is_brought_up(today: date) -> bool:
    entries = JournalEntry.objects.filter(booked_on=today)
    posted = entries.filter(kind="partner.accrued").order_by("booked_at").last()
    if posted is None:
        return False
    return not LoanEvent.objects.filter(
        booked_on=today, recorded_at__gte=posted.booked_at, loan__participations__isnull=False
    ).exists()


PROOFS: dict[str, Callable[[], list[Failure]]] = {
    SHARES: shares_equal_ledgers,
    OWN_SHARES: own_shares_equal_books,
    DUE: due_to_partners_equal_shares,
}
