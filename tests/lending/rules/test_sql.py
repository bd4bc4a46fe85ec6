"""PostgreSQL computes the engine's closed form to the same cent."""

from datetime import timedelta
from decimal import Decimal
from random import Random

import pytest
from django.db import connection

from lending.rules.rounding import Rounding
from lending.rules.state import Accrual
from lending.rules.terms import DayCount
from tests.lending.rules.build import START

CLOSED_FORM = """
    SELECT round(accrued_at + round(base * rate * days / year_days, 10), 2)
    FROM unnest(%s::numeric(20, 4)[], %s::numeric(12, 8)[], %s::numeric(24, 10)[],
                %s::int[], %s::smallint[]) WITH ORDINALITY
         AS figures(base, rate, accrued_at, days, year_days, number)
    ORDER BY number
"""


@pytest.mark.django_db
def test_equals_the_engine_for_any_figures():
    chance = Random(7)
    cases = [_case(chance) for _ in range(5000)]

    with connection.cursor() as cursor:
        cursor.execute(CLOSED_FORM, [list(column) for column in zip(*cases, strict=True)])
        computed = [amount for (amount,) in cursor]

    assert computed == [_engine(*case) for case in cases]


def _case(chance: Random) -> tuple[Decimal, Decimal, Decimal, int, int]:
    base = Decimal(chance.randint(1, 10 ** chance.randint(2, 11))) / 100
    rate = Decimal(chance.randint(0, 10 ** chance.randint(2, 8))) / 10**8
    year_days = chance.choice([360, 364, 365, 366, 12 * 28, 12 * 29, 12 * 30, 12 * 31])
    accrued_at = Decimal(chance.randint(0, 10**14)) / 10**10
    if chance.random() < 0.5:  # whole cents, as after an event
        accrued_at = round(accrued_at, 2)
    return base, rate, accrued_at, chance.randint(0, 1000), year_days


def _engine(
    base: Decimal, rate: Decimal, accrued_at: Decimal, days: int, year_days: int
) -> Decimal:
    accrual = Accrual(base, rate, DayCount.ACTUAL_365, year_days, accrued_at, START, None)
    return Rounding().money(accrual.at(START + timedelta(days=days)))
