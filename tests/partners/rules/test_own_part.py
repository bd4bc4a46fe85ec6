"""A bank's part of a loan: what it shows of the rows is what it shows of the whole."""

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from lending.rules.events import Event, Kind
from lending.rules.fold import fold
from partners.rules.own_part import OWED, Knife, Parts, owed, plan
from partners.rules.splitting import Cession, Component, Holder, fractions
from tests.lending.servicing.build import ON, terms

D = Decimal
PAID_OUT = Event(
    id="e-1", kind=Kind.DISBURSED, effective_on=ON, amount=D(12_000), sequence=1, booked_on=ON
)
SEVENTY = fractions(ratio_bp=7_000)


def repaid(amount: Decimal, on: date, sequence: int = 2) -> Event:
    return Event(
        id=f"e-{sequence}", kind=Kind.REPAID, effective_on=on, amount=amount, sequence=sequence,
        booked_on=on,
    )  # fmt: skip


@given(
    ratio=st.integers(1, 10_000),
    amounts=st.lists(st.decimals("0.01", "5000", places=2), max_size=4),
    ceded=st.decimals("0", "9000", places=2),
)
def test_rows_sum_to_the_whole(ratio: int, amounts: list[Decimal], ceded: Decimal) -> None:
    on = date(2026, 6, 20)
    receipts = [repaid(each, on, number) for number, each in enumerate(amounts, start=2)]
    state = fold(terms(), [PAID_OUT, *receipts], on)
    cession = Cession(Component.PRINCIPAL, ceded, None, Holder.GUARANTOR)
    knife = Knife(fractions(ratio_bp=ratio), 2, [cession])

    rows = list(plan(state.schedule, knife))

    for component in OWED:
        due = sum((getattr(row.due, component.value) for row in rows), D(0))
        whole = sum((getattr(row, f"{component.value}_due") for row in state.schedule), D(0))
        cut = knife.cut(Parts(**{component.value: whole}))
        assert due == getattr(cut, component.value)


def test_what_is_owed_is_what_is_left_after_each_receipt() -> None:
    due = date(2026, 2, 5)
    state = fold(terms(principal=D(10_000)), [
        Event(id="e-1", kind=Kind.DISBURSED, effective_on=ON, amount=D(10_000), sequence=1,
              booked_on=ON),
        repaid(D("916.80"), due),
    ], due)  # fmt: skip

    assert owed(state.balances, Knife(SEVENTY, 2)).principal == D("6463.24")


def test_what_somebody_else_paid_for_is_not_the_bank_s() -> None:
    state = fold(terms(), [PAID_OUT], ON)
    whole = Cession(Component.PRINCIPAL, D(0), None, Holder.OWN)
    half = Cession(Component.PRINCIPAL, D(0), D(4_200), Holder.GUARANTOR)

    assert owed(state.balances, Knife(SEVENTY, 2)).principal == D(8_400)
    assert owed(state.balances, Knife(SEVENTY, 2, [half])).principal == D(4_200)
    assert owed(state.balances, Knife(SEVENTY, 2, [whole])).total == 0
