"""Writing down how bad loans are: every day by their delay, and when another lender says so."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext_lazy as _

from lending.models import ClassBasis, Loan, LoanClass
from lending.queries.classification import profile
from lending.rules.classification import AssetClass, Level, NoProfile
from tenancy import room
from tenancy.errors import NotFound

# Each loan by its own delay.
_OF_LOANS = """
    SELECT tenant_id, loan_id, max(days) AS days FROM late GROUP BY tenant_id, loan_id
"""
# All open loans of a borrower by the longest of his delays.
_OF_BORROWERS = """
    SELECT other.tenant_id, other.id AS loan_id,
        CASE WHEN position.is_open THEN max(late.days) ELSE 0 END AS days
    FROM late
    JOIN lending_loan loan ON loan.tenant_id = late.tenant_id AND loan.id = late.loan_id
    JOIN lending_loan other
      ON other.tenant_id = loan.tenant_id AND other.borrower_id = loan.borrower_id
    JOIN lending_loanposition position
      ON position.tenant_id = other.tenant_id AND position.loan_id = other.id
    GROUP BY other.tenant_id, other.id, position.is_open
"""
# Only loans that are late, or were: what nobody is late with has no rows and is not looked at.
_CHANGES = """
    WITH floor AS (
        SELECT * FROM unnest(%(days)s::int[], %(classes)s::text[]) AS floor(from_days, class)
    ), last AS (
        SELECT DISTINCT ON (loan_id) tenant_id, loan_id, asset_class
        FROM lending_loanclass WHERE basis = 'delay' ORDER BY loan_id, id DESC
    ), late AS (
        SELECT position.tenant_id, position.loan_id,
            CASE WHEN position.is_open
                 THEN greatest(%(on)s::date - position.arrears_since, 0) ELSE 0 END AS days
        FROM lending_loanposition position
        WHERE position.arrears_since < %(on)s
        UNION
        SELECT last.tenant_id, last.loan_id, 0
        FROM last JOIN lending_loanposition position
          ON position.tenant_id = last.tenant_id AND position.loan_id = last.loan_id
        WHERE last.asset_class <> 'normal'
          AND (position.arrears_since < %(on)s) IS NOT TRUE
    ), delay AS ({delay}), now AS (
        SELECT delay.*, coalesce((SELECT class FROM floor WHERE from_days <= delay.days
                                  ORDER BY from_days DESC LIMIT 1), 'normal') AS asset_class
        FROM delay
    )
    INSERT INTO lending_loanclass (loan_id, basis, asset_class, effective_on, days_past_due,
        source, reason, recorded_at)
    SELECT now.loan_id, 'delay', now.asset_class, %(on)s, now.days, %(source)s, '', %(at)s
    FROM now LEFT JOIN last ON last.tenant_id = now.tenant_id AND last.loan_id = now.loan_id
    WHERE now.asset_class <> coalesce(last.asset_class, 'normal')
    ORDER BY now.loan_id
"""


_OF = {Level.LOAN: _OF_LOANS, Level.BORROWER: _OF_BORROWERS}


@room.atomic
def classify(*, on: date, at: datetime) -> int:
    """
    Write down every loan whose delay puts it into another class at the start of a day.

    By the jurisdiction's floors (`lending/rulesets/`), of each loan or of each borrower, as the
    profile says; without a profile there are no classes.
    A second call finds nothing to write. Return how many changed.
    """
    try:
        floors = profile(on=on)
    except NoProfile:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            _CHANGES.replace("{delay}", _OF[floors.level]),
            {
                "on": on,
                "at": at,
                "days": [floor.from_days for floor in floors.floors],
                "classes": [floor.asset_class.value for floor in floors.floors],
                "source": floors.code,
            },
        )
        return cursor.rowcount


@room.atomic
def note(
    *, loan_id: UUID, asset_class: AssetClass, said_by: str, reason: str, on: date, at: datetime
) -> LoanClass | None:
    """
    Write down of which class another lender holds a loan; None where it said so before.

    The caller has found the lender and that the loan is its concern.

    :raises NotFound: if there is no such loan
    """
    if not Loan.objects.select_for_update().filter(pk=loan_id).exists():
        raise NotFound.of(_("Loan"), loan_id)
    rows = LoanClass.objects.filter(loan_id=loan_id, basis=ClassBasis.FUNDER)
    last = rows.order_by("id").last()
    if (last.asset_class if last else AssetClass.NORMAL.value) == asset_class.value:
        return None
    return LoanClass.objects.create(
        loan_id=loan_id,
        basis=ClassBasis.FUNDER,
        asset_class=asset_class.value,
        effective_on=on,
        source=said_by[:80],
        reason=reason[:200],
        recorded_at=at,
    )
