"""What a line and a borrower already owe; always summed, never stored."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from django.db.models import Case, F, Sum, When
from django.db.models.functions import Coalesce

from lending.models import CreditLine, Loan, LoanPosition, LoanStatus

ZERO = Decimal(0)


def headroom(line: CreditLine) -> Decimal:
    """
    Return what may still be drawn; hold the line's lock to rely on it.

    Money on its way counts as drawn. Repaid principal is free again, unless the version says
    that the limit is paid out once. One statement, so that a loan which becomes active just
    now is counted once: as pending or as outstanding.
    """
    loans = Loan.objects.filter(line=line).exclude(status=LoanStatus.CANCELLED)
    if not line.version.redraws:
        return line.limit - (loans.aggregate(drawn=Sum("principal"))["drawn"] or ZERO)
    owed = Case(
        When(status=LoanStatus.PENDING, then=F("principal")),
        default=Coalesce(F("position__principal"), ZERO),
    )
    live = loans.exclude(status=LoanStatus.CLOSED)
    return line.limit - (live.aggregate(owed=Sum(owed))["owed"] or ZERO)


def is_in_arrears(borrower_id: UUID) -> bool:
    """Return whether any loan of the borrower has an unpaid due date behind it."""
    return LoanPosition.objects.filter(
        loan__borrower_id=borrower_id, arrears_since__isnull=False
    ).exists()
