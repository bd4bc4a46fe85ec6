"""One loan, folded for reading."""

from __future__ import annotations

from datetime import date

from lending.models import Loan
from lending.queries.folding import events_of
from lending.rules.fold import fold
from lending.rules.state import LoanState


def state(loan: Loan, *, on: date) -> LoanState:
    """
    Return the loan as it stands on a day: schedule, balances, what each receipt paid.

    Folds the events anew; a day in the past shows the loan as known today, not as known then.
    """
    return fold(loan.frozen_terms, events_of([loan.pk])[loan.pk], on)
