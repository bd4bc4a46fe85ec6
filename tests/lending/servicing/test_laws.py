"""What holds for every loan: closed form equals fold, and the order of deliveries is no matter."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lending.actions import close
from lending.models import Loan, LoanEvent, LoanPosition
from lending.queries import accrual
from lending.rules.fold import fold
from lending.rules.terms import DayCount, Method, Terms
from tenancy.models import Tenant
from tests.lending.servicing import build

pytestmark = [pytest.mark.usefixtures("ready"), pytest.mark.slow]

cents = st.integers(1_000, 10_000_000).map(lambda n: Decimal(n) / 100)
rates = st.integers(0, 4_000).map(lambda n: Decimal(n) / 10_000)
EXAMPLES = settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture
def ready(room: Tenant) -> None:
    """What every example shares."""
    build.ready()


@st.composite
def some_terms(draw: st.DrawFn) -> Terms:
    method = draw(st.sampled_from([m for m in Method if m is not Method.REVOLVING]))
    return build.terms(
        principal=draw(cents),
        annual_rate=draw(rates),
        penalty_rate=draw(rates),
        method=method,
        day_count=draw(st.sampled_from(DayCount)),
        starts_on=build.ON,
        periods=draw(st.integers(1, 3)),
    )


@EXAMPLES
@given(
    terms=some_terms(),
    receipts=st.lists(st.tuples(st.integers(1, 20), st.integers(0, 6), cents), max_size=3),
)
def test_the_closed_form_equals_the_fold_to_the_cent(
    terms: Terms, receipts: list[tuple[int, int, Decimal]]
) -> None:
    with transaction.atomic():
        loan = build.active(of=terms)
        for number, (days, earlier, amount) in enumerate(receipts):
            today = close.business_date() + timedelta(days=days)
            build.close_to(today)
            counts_from = max(today - timedelta(days=earlier), build.ON)
            build.repay(loan, str(amount), on=counts_from, key=f"k{number}")
            assert_closed_form(loan, today)
        build.close_to(close.business_date() + timedelta(days=9))
        assert_closed_form(loan, close.business_date())
        assert build.faults() == []
        transaction.set_rollback(True)  # the next example starts in the same room


def assert_closed_form(loan: Loan, today: date) -> None:
    """On every day up to the next one on which the loan is folded again."""
    events = [event.as_rule() for event in LoanEvent.objects.filter(loan=loan)]
    position = LoanPosition.objects.get(loan=loan)
    if not position.is_open:
        return
    until = position.refresh_on or today + timedelta(days=40)
    for ahead in range((until - today).days + 1):
        day = today + timedelta(days=ahead)
        totals = fold(loan.frozen_terms, events, day).balances
        assert sum(pool.earned for pool in accrual.interest(day)) == totals.interest_accrued
        assert sum(pool.earned for pool in accrual.penalties(day)) == totals.penalty_accrued


@EXAMPLES
@given(
    amounts=st.lists(cents, min_size=2, max_size=5),
    data=st.data(),
)
def test_any_order_of_repeated_deliveries_gives_the_same_books(
    amounts: list[Decimal], data: st.DataObject
) -> None:
    receipts = list(enumerate(amounts))
    shuffled = data.draw(st.permutations(receipts + receipts[:2]))

    assert books_after(shuffled) == books_after(receipts)


def books_after(receipts: list[tuple[int, Decimal]]) -> dict[str, Decimal]:
    with transaction.atomic():
        loan = build.active()
        build.close_to(date(2026, 1, 12))
        for days, amount in receipts:
            day = build.ON + timedelta(days=days)
            build.repay(loan, str(amount), on=day, key=f"receipt-{days}")
        found = build.totals()
        assert build.faults() == []
        transaction.set_rollback(True)  # the next example starts in the same room
    return found
