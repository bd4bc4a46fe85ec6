"""Any loan and any story that may befall it, for laws."""

from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

from hypothesis import strategies as st

from lending.rules.calendar import Unit, step
from lending.rules.events import Event, Kind
from lending.rules.fees import Fee, Timing
from lending.rules.rounding import Rounding
from lending.rules.terms import BrokenPeriod, DayCount, Interest, Method, Terms
from tests.lending.rules.build import START

ONE_DUE_DATE = {Method.BULLET, Method.REVOLVING}
EVENTS = [Kind.REPAID] * 6 + [Kind.FEE_CHARGED, Kind.DISBURSED] * 2
EVENTS += [Kind.RATE_CHANGED, Kind.INTEREST_PAUSED, Kind.RESCHEDULED]
cents = st.decimals(min_value="0.01", max_value="50000", places=2)
rates = st.decimals(min_value="0", max_value="0.60", places=4)
multiples = st.sampled_from([None, None, Decimal("0.05"), Decimal(10), Decimal(100)])
roundings = st.builds(
    Rounding,
    mode=st.sampled_from(["HALF_UP", "HALF_EVEN", "UP", "DOWN"]),
    instalment_multiple=multiples,
    instalment_mode=st.sampled_from(["HALF_UP", "UP", "DOWN"]),
)
fees = st.builds(
    Fee,
    code=st.just("service"),
    name=st.just("Service"),
    timing=st.sampled_from(Timing),
    amount=st.sampled_from([Decimal(0), Decimal("0.01"), Decimal("12.34")]),
    rate=st.sampled_from([Decimal(0), Decimal("0.001"), Decimal("0.033")]),
)


@st.composite
def shares(draw: st.DrawFn, count: int) -> tuple[Decimal, ...]:
    """Parts of 1 in thousandths; any but the last may be nothing."""
    cuts = sorted(draw(st.lists(st.integers(0, 999), min_size=count - 1, max_size=count - 1)))
    return tuple(Decimal(b - a) / 1000 for a, b in pairwise([0, *cuts, 1000]))


@st.composite
def agreed(draw: st.DrawFn, /, **fixed: Any) -> Terms:
    """Terms of any method, day count, rhythm, rate, fees and rounding."""
    method: Method = fixed.get("method") or draw(st.sampled_from(Method))
    unit = draw(st.sampled_from(Unit))
    is_flat = method not in ONE_DUE_DATE and draw(st.integers(0, 5)) == 0
    periods = 1 if method in ONE_DUE_DATE else draw(st.integers(1, 24))
    starts_on = START + timedelta(days=draw(st.integers(0, 800)))
    every = draw(st.integers(1, 3 if unit in (Unit.MONTHS, Unit.YEARS) else 40))
    is_cyclic = draw(st.booleans())
    later = timedelta(days=draw(st.integers(0, 20)))
    return Terms(
        principal=draw(st.decimals(min_value="1", max_value="1000000", places=2)),
        currency="CNY",
        annual_rate=draw(rates),
        method=method,
        day_count=draw(st.sampled_from(DayCount)),
        starts_on=starts_on,
        periods=periods,
        every=every,
        unit=unit,
        first_due_on=step(starts_on, every, unit) + later if is_cyclic else None,
        broken_period=draw(st.sampled_from(BrokenPeriod)),
        down_payment_rate=draw(st.sampled_from([Decimal(0)] * 3 + [Decimal("0.25")])),
        principal_shares=draw(shares(periods)) if method is Method.CUSTOM else (),
        penalty_rate=draw(st.sampled_from([Decimal(0), Decimal("0.10"), Decimal("0.3285")])),
        rounding=draw(roundings),
        fees=tuple(draw(st.lists(fees, max_size=2))),
        level_by_period=draw(st.booleans()),
        interest=Interest.FLAT if is_flat else Interest.DECLINING,
        grace_principal_periods=draw(st.integers(0, (periods - 1) // 2)),
        grace_interest_periods=draw(st.integers(0, (periods - 1) // 2)) if not is_flat else 0,
    )


@st.composite
def stories(draw: st.DrawFn, /, **fixed: Any) -> tuple[Terms, list[Event], int]:
    """Terms, events in order of being told, and a day (after the start) to look at."""
    terms = draw(agreed(**fixed))
    length = (terms.ends_on - terms.starts_on).days
    day = st.integers(0, min(length, 1000) + 60)
    events = [_event(1, Kind.DISBURSED, terms, 0, amount=terms.principal)]
    for number in range(2, 2 + draw(st.integers(0, 8))):
        on, kind = draw(day), draw(st.sampled_from(EVENTS))
        if kind is Kind.RESCHEDULED and terms.interest is not Interest.FLAT:
            later = sorted(draw(st.sets(st.integers(1, 400), min_size=1, max_size=6)))
            dates = tuple(terms.starts_on + timedelta(days=on + each) for each in later)
            events.append(_event(number, kind, terms, on, due_dates=dates))
            continue
        if kind is Kind.RESCHEDULED:
            continue
        if kind is Kind.RATE_CHANGED:
            events.append(_event(number, kind, terms, on, rate=draw(rates)))
        elif kind is Kind.INTEREST_PAUSED:
            until_on = terms.starts_on + timedelta(days=on + draw(st.integers(1, 60)))
            events.append(_event(number, kind, terms, on, until_on=until_on))
        else:
            events.append(_event(number, kind, terms, on, amount=draw(cents)))
    return terms, events, draw(day)


def _event(number: int, kind: Kind, terms: Terms, day: int, **more: Any) -> Event:
    on = terms.starts_on + timedelta(days=day)
    return Event(
        id=f"e{number}", kind=kind, effective_on=on, booked_on=on, sequence=number, **more
    )
