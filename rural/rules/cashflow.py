"""A household's cash month by month, as it is and with one thing going wrong at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from rural.rules.months import ZERO, added, delayed, money, row
from rural.rules.policy import Policy
from rural.rules.production import Production

ONE = Decimal(1)
BASE = "base"
Row = tuple[Decimal, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the cash flow: a crop, wages, living, rent …; `kind` is receipt or payment."""

    kind: str
    name: str
    months: Row


@dataclass(frozen=True, slots=True)
class Scenario:
    """The months of one scenario, without the loan; `opening` is the cash to begin with."""

    code: str
    opening: Decimal
    receipts: Row
    payments: Row

    @property
    def total_receipts(self) -> Decimal:
        return sum(self.receipts, ZERO)

    @property
    def total_payments(self) -> Decimal:
        return sum(self.payments, ZERO)

    @property
    def surplus(self) -> Decimal:
        return self.total_receipts - self.total_payments

    @property
    def cumulative(self) -> Row:
        """Cash at the end of each month, without the loan."""
        standing, months = self.opening, []
        for received, paid in zip(self.receipts, self.payments, strict=True):
            standing += received - paid
            months.append(standing)
        return tuple(months)


@dataclass(frozen=True, slots=True)
class Books:
    """What the scenarios are made from: lines of business, wages and all other lines."""

    start: date
    horizon: int
    opening: Decimal
    productions: tuple[Production, ...]
    wages: Row
    other_receipts: Row
    other_payments: Row


def scenarios(books: Books, policy: Policy) -> tuple[Scenario, ...]:
    """
    Return base and S1–S5, each with one change to base (rural.md §3.6).

    S1 the largest enterprise's output, S2 its price, S3 wages, S4 all sales later, S5 disease
    among uninsured livestock. A scenario without anything to press on is left out.
    """
    return tuple(_scenarios(books, policy))


def largest(books: Books) -> str | None:
    """Return the code of the enterprise that brings most within the horizon, None without one."""
    totals: dict[str, Decimal] = {}
    for each in books.productions:
        amount = sum(row(each.receipts, books.start, books.horizon), ZERO)
        totals[each.code] = totals.get(each.code, ZERO) + amount
    earning = [code for code in sorted(totals) if totals[code] > 0]
    return max(earning, key=lambda code: totals[code], default=None)


def sales(books: Books, productions: Sequence[Production]) -> Row:
    """Return what lines of business bring, month by month."""
    rows = [row(each.receipts, books.start, books.horizon) for each in productions]
    return added(_none(books), *rows)


def _scenarios(books: Books, policy: Policy) -> Iterator[Scenario]:
    stress, main = policy.stress, largest(books)
    everything = sales(books, books.productions)
    costs = _costs(books)
    yield _scenario(BASE, books, everything, books.wages, costs)
    if main is not None:
        for code, drop in (("S1", stress.yield_drop), ("S2", stress.price_drop)):
            lost = _scaled(sales(books, [p for p in books.productions if p.code == main]), -drop)
            yield _scenario(code, books, added(everything, lost), books.wages, costs)
    if any(books.wages):
        left = _scaled(books.wages, ONE - stress.wage_drop)
        yield _scenario("S3", books, everything, left, costs)
    if any(everything):
        late = delayed(everything, stress.delay_months)
        yield _scenario("S4", books, late, books.wages, costs)
    if any(each.outbreak_receipts is not None for each in books.productions):
        yield _scenario("S5", books, _sick_sales(books), books.wages, _costs(books, sick=True))


def _scenario(code: str, books: Books, sold: Row, wages: Row, costs: Row) -> Scenario:
    return Scenario(
        code=code,
        opening=books.opening,
        receipts=added(sold, wages, books.other_receipts),
        payments=added(costs, books.other_payments),
    )


def _costs(books: Books, *, sick: bool = False) -> Row:
    rows = [_none(books)]
    for each in books.productions:
        costs = each.costs
        if sick and each.outbreak_costs is not None:
            costs = each.outbreak_costs
        rows.append(row(costs, books.start, books.horizon))
    return added(*rows)


def _sick_sales(books: Books) -> Row:
    rows = [
        row(
            each.receipts if each.outbreak_receipts is None else each.outbreak_receipts,
            books.start,
            books.horizon,
        )
        for each in books.productions
    ]
    return added(_none(books), *rows)


def _scaled(months: Row, part: Decimal) -> Row:
    return tuple(money(amount * part) for amount in months)


def _none(books: Books) -> Row:
    return (ZERO,) * books.horizon
