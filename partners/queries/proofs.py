"""Partners' part of `verify`: what the lenders hold is what the borrower's ledger says."""

from __future__ import annotations

from collections.abc import Callable

from django.db import connection

from tenancy.proofs import Failure

SHARES = "shares_equal_ledgers"

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


PROOFS: dict[str, Callable[[], list[Failure]]] = {SHARES: shares_equal_ledgers}
