"""What the database itself refuses, and the life of a loan."""

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from lending.models import Loan, LoanStatus
from lending.models.loan import LOAN_TRANSITIONS
from tenancy.rules.transitions import InvalidTransition
from tests.lending.servicing import build


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE lending_loan SET terms = '{}'",
        "UPDATE lending_loan SET principal = principal + 1",
        "UPDATE lending_loan SET borrower_id = gen_random_uuid()",
        "DELETE FROM lending_loan",
        "UPDATE lending_loanevent SET amount = 1",
        "DELETE FROM lending_loanevent",
        "TRUNCATE lending_loanevent CASCADE",
        "UPDATE lending_paymentorder SET amount = 1",
        "UPDATE lending_railmessage SET outcome = 'failed'",
        "DELETE FROM lending_railmessage",
        "UPDATE lending_loan SET status = 'PENDING'",
        "UPDATE lending_loan SET status = 'CLOSED'",
        "UPDATE lending_loan SET disbursed_on = NULL",
        "UPDATE lending_loan SET closed_on = '2026-01-05'",
        "UPDATE lending_paymentorder SET settled_at = NULL",
        "UPDATE lending_loanposition SET principal = -1",
    ],
)
def test_the_database_refuses(room, attack):
    build.active()

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(attack)


def test_one_key_is_one_event_of_the_room(room):
    loan = build.active()

    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO lending_loanevent (id, loan_id, sequence, kind, effective_on, booked_on, "
            "recorded_at, amount, note, due_dates, key) SELECT gen_random_uuid(), loan_id, 2, "
            "'repaid', effective_on, booked_on, now(), 1, '', '[]', key "
            "FROM lending_loanevent WHERE loan_id = %s",
            [loan.pk],
        )


@pytest.mark.parametrize("before", LoanStatus)
@pytest.mark.parametrize("after", LoanStatus)
def test_a_loan_moves_only_along_its_table(before, after):
    loan = Loan(number="L-1", status=before)
    if after in LOAN_TRANSITIONS.get(before, frozenset()):
        loan.move_to(after)
        assert loan.status == after
    else:
        with pytest.raises(InvalidTransition, match=f"L-1: {before} to {after}"):
            loan.move_to(after)
