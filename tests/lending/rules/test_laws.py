"""Laws that hold for every loan, whatever happens to it."""

from dataclasses import fields, replace
from datetime import timedelta
from decimal import ROUND_DOWN, Decimal
from itertools import pairwise

from hypothesis import assume, example
from hypothesis import strategies as st

from lending.rules.calendar import Unit
from lending.rules.events import IN_ORDER, Event, Kind
from lending.rules.fees import Timing
from lending.rules.fold import fold
from lending.rules.quote import quote
from lending.rules.state import LoanState, Status
from lending.rules.terms import BrokenPeriod, Interest, Method, Terms
from tests.lending.rules import build
from tests.lending.rules.law import law
from tests.lending.rules.strategies import agreed, cents, stories

COMPONENTS = ("penalty", "fee", "interest", "principal", "overpaid")

# Draws again on a day on which instalments were paid ahead: the down payment used to be missed.
FOUND_TERMS = build.terms(
    "5.60", "0", Method.EQUAL_INSTALMENT, periods=3, every=2, unit=Unit.DAYS,
    down_payment_rate=Decimal("0.25"),
)  # fmt: skip
FOUND = (
    FOUND_TERMS,
    build.Story(FOUND_TERMS).drawn(0, "5.60").repaid(0, "2.80").drawn(0, "0.02").events,
    0,
)


def folded(story: tuple[Terms, list[Event], int]) -> LoanState:
    terms, events, day = story
    return fold(terms, events, terms.starts_on + timedelta(days=day))


class TestSchedule:
    @law(terms=agreed())
    def test_principal_parts_sum_to_the_principal(self, terms):
        rows = quote(terms)

        assert sum(row.principal_due for row in rows) == terms.principal
        assert rows[-1].balance == 0

    @law(terms=agreed())
    def test_no_part_is_negative(self, terms):
        assert all(row.principal_due >= 0 and row.interest_due >= 0 for row in quote(terms))

    @law(story=stories())
    def test_all_that_was_disbursed_falls_due(self, story):
        state = folded(story)

        assert sum(row.principal_due for row in state.schedule) == state.balances.disbursed

    @law(terms=agreed())
    def test_paid_as_scheduled_it_closes_to_the_cent(self, terms):
        events = [_at(terms, 1, Kind.DISBURSED, terms.starts_on, terms.principal)]
        for number, row in enumerate(quote(terms), start=2):
            if row.total_due:
                events.append(_at(terms, number, Kind.REPAID, row.due_on, row.total_due))

        state = fold(terms, events, terms.ends_on)

        assert state.status is Status.CLOSED
        assert state.balances.overpaid == 0
        assert [a.overpaid for a in state.allocations] == [0] * len(state.allocations)

    @law(terms=agreed())
    def test_accrued_interest_meets_the_schedule_on_every_due_date(self, terms):
        """But where interest is put off: in a grace period, or spread from a broken one."""
        assume(not terms.grace_interest_periods)
        assume(terms.broken_period is not BrokenPeriod.SPREAD)
        rows, events = quote(terms), []
        events.append(_at(terms, 1, Kind.DISBURSED, terms.starts_on, terms.principal))
        due = Decimal(0)
        for number, row in enumerate(rows[:-1], start=2):
            events.append(_at(terms, number, Kind.REPAID, row.due_on, row.total_due))
            assume(row.total_due)
            due += row.interest_due
            assert fold(terms, events, row.due_on).balances.interest_accrued == due


class TestAllocation:
    @law(story=stories())
    def test_components_sum_to_the_receipt_and_none_is_negative(self, story):
        for used in folded(story).allocations:
            parts = [getattr(used, name) for name in COMPONENTS]
            assert sum(parts) == used.amount
            assert min(parts) >= 0

    @law(story=stories())
    def test_every_receipt_is_allocated_once(self, story):
        terms, events, day = story
        last = terms.starts_on + timedelta(days=day)
        receipts = [e.id for e in events if e.kind is Kind.REPAID and e.effective_on <= last]

        assert sorted(a.event_id for a in folded(story).allocations) == sorted(receipts)

    @law(story=stories())
    def test_instalments_hold_exactly_what_receipts_paid(self, story):
        state = folded(story)

        for name in ("penalty", "fee", "interest", "principal"):
            in_rows = sum(getattr(row, f"{name}_paid") for row in state.schedule)
            assert in_rows == sum(getattr(a, name) for a in state.allocations)

    @law(story=stories())
    def test_no_instalment_is_paid_beyond_what_is_due(self, story):
        for row in folded(story).schedule:
            for name in ("penalty", "fee", "interest", "principal"):
                assert 0 <= getattr(row, f"{name}_paid") <= getattr(row, f"{name}_due")

    @law(story=stories())
    def test_nothing_that_is_due_stays_unpaid_while_money_is_left(self, story):
        """But for what is charged or drawn after the receipt: an overpaid balance is refunded."""
        terms, events, day = story
        on = terms.starts_on + timedelta(days=day)
        last = max((e for e in events if e.effective_on <= on), key=IN_ORDER)
        assume(last.kind is Kind.REPAID)

        state = fold(terms, events, last.effective_on)

        assert state.due_now == 0 or state.allocations[-1].overpaid == 0


class TestBalances:
    @law(story=stories())
    def test_are_never_negative(self, story):
        state = folded(story)

        totals = state.balances
        assert min(getattr(totals, f.name) for f in fields(totals)) >= 0
        assert min(totals.fee, totals.penalty) >= 0
        # Flat interest may be paid before it is earned.
        assert totals.interest_outstanding >= 0 or story[0].interest is Interest.FLAT
        assert state.balances.principal + state.balances.principal_paid == state.balances.disbursed

    @example(story=FOUND)
    @law(story=stories())
    def test_paying_the_payoff_closes_the_loan(self, story):
        terms, events, day = story
        on = terms.starts_on + timedelta(days=day)
        known = [e for e in events if e.effective_on <= on]
        owed = fold(terms, known, on).balances.payoff
        if not owed:
            return

        state = fold(terms, [*known, _at(terms, 99, Kind.REPAID, on, owed)], on)

        assert state.status is not Status.ACTIVE
        assert state.allocations[-1].overpaid == 0

    @law(story=stories(), share=st.integers(1, 99))
    def test_a_part_of_the_payoff_leaves_the_rest_to_pay(self, story, share):
        """But where closing an instalment early brings the fee of the next."""
        terms, events, day = story
        assume(all(fee.timing is not Timing.INSTALMENT for fee in terms.fees))
        on = terms.starts_on + timedelta(days=day)
        known = [e for e in events if e.effective_on <= on]
        owed = fold(terms, known, on).balances.payoff
        part = (owed * share / 100).quantize(Decimal("0.01"), ROUND_DOWN)

        state = fold(terms, [*known, _at(terms, 99, Kind.REPAID, on, part)], on)

        assert state.balances.payoff == owed - part
        assert state.allocations[-1].overpaid == 0

    @law(story=stories(), later=st.integers(0, 500))
    def test_a_closed_loan_owes_nothing_then_or_later(self, story, later):
        terms, events, day = story
        on = terms.starts_on + timedelta(days=day)
        known = [e for e in events if e.effective_on <= on]
        owed = fold(terms, known, on).balances.payoff
        events = [*known, _at(terms, 99, Kind.REPAID, on, owed)]

        for looked_on in (on, on + timedelta(days=later)):
            state = fold(terms, events, looked_on)
            totals = state.balances
            assert state.status is Status.CLOSED
            assert totals.principal == totals.interest_outstanding == 0
            assert totals.fee == totals.penalty == totals.payoff == 0
            assert all(row.outstanding == 0 for row in state.schedule)
            assert state.accrual.at(looked_on) == totals.interest_accrued


class TestReplay:
    @law(story=stories(), data=st.data())
    def test_any_order_and_any_repetition_of_deliveries_gives_the_same_loan(self, story, data):
        terms, events, day = story
        repeated = events + data.draw(st.lists(st.sampled_from(events), max_size=5))
        shuffled = data.draw(st.permutations(repeated))

        assert folded((terms, shuffled, day)) == folded(story)

    @law(story=stories(), data=st.data())
    def test_a_reversed_event_never_happened(self, story, data):
        terms, events, day = story
        taken_back = data.draw(st.sampled_from(events))
        reversal = replace(
            taken_back, id="r", kind=Kind.REVERSED, reverses=taken_back.id, sequence=99
        )
        others = [event for event in events if event is not taken_back]

        assert folded((terms, [*events, reversal], day)) == folded((terms, others, day))

    @law(story=stories())
    def test_what_happens_later_does_not_change_a_day(self, story):
        terms, events, day = story
        last = terms.starts_on + timedelta(days=day)
        known = [event for event in events if event.effective_on <= last]

        assert folded((terms, known, day)) == folded(story)

    @law(story=stories())
    def test_terms_and_events_survive_their_journey_as_json(self, story):
        terms, events, day = story
        terms_again = Terms.from_json(terms.to_json())
        events_again = [Event.from_json(event.to_json()) for event in events]

        assert terms_again == terms
        assert folded((terms_again, events_again, day)) == folded(story)


class TestAccrual:
    @law(story=stories(), ahead=st.integers(0, 400))
    def test_the_closed_form_gives_what_a_fold_would(self, story, ahead):
        terms, events, day = story
        today = terms.starts_on + timedelta(days=day)
        known = [event for event in events if event.effective_on <= today]
        now = fold(terms, known, today)
        then = today + timedelta(days=ahead)
        if now.accrual.until_on is not None:
            then = min(then, now.accrual.until_on)

        later = fold(terms, known, then)

        assert terms.rounding.money(now.accrual.at(then)) == later.balances.interest_accrued

    @law(story=stories(), data=st.data())
    def test_any_split_of_a_period_accrues_the_whole(self, story, data):
        """Days that only look, and events that change no base, change no interest."""
        terms, events, day = story
        length = max(day, 1)
        looks = sorted(data.draw(st.lists(st.integers(0, length), max_size=6)))
        on = [terms.starts_on + timedelta(days=look) for look in looks]
        nothing = [
            replace(_at(terms, 50 + i, Kind.FEE_CHARGED, d, Decimal(0))) for i, d in enumerate(on)
        ]
        whole = fold(terms, events, terms.starts_on + timedelta(days=length)).balances
        split = fold(terms, events + nothing, terms.starts_on + timedelta(days=length)).balances
        accrued = [fold(terms, events, d).balances.interest_accrued for d in on]

        assert split.interest_accrued == whole.interest_accrued
        parts = [b - a for a, b in pairwise(accrued)]
        first, last = (accrued or [Decimal(0)])[0], (accrued or [Decimal(0)])[-1]
        assert first + sum(parts) + (whole.interest_accrued - last) == whole.interest_accrued

    @law(terms=agreed(), amount=cents)
    def test_nothing_accrues_before_the_disbursement(self, terms, amount):
        state = fold(terms, [], terms.starts_on + timedelta(days=400))

        assert state.status is Status.PENDING
        assert state.balances.interest_accrued == 0


def _at(terms: Terms, number: int, kind: Kind, on, amount: Decimal) -> Event:
    return Event(
        id=f"n{number}",
        kind=kind,
        effective_on=on,
        booked_on=on,
        sequence=number,
        amount=amount,
    )
