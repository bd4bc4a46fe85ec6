"""How far the work has come, village by village, and what a county may ask about it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from statistics import median
from typing import Any
from uuid import UUID

from django.db.models import Count, Q

from lending.models import Loan, LoanPosition, LoanStatus
from rural.models import Household, PanelResult, Village, Visit, VisitStatus
from rural.models.village_rule import village_rule
from rural.rules.credit_village import Rails, Shortfall, VillageFigures, shortfalls

ZERO = Decimal(0)
YEAR = timedelta(days=365)
BANK_DEBTS = frozenset({"bank", "online"})


@dataclass(frozen=True, slots=True)
class Coverage:
    """One village: how many households, how far each step has come, and what it lacks."""

    village: Village
    visited: int
    rated: int
    figures: VillageFigures
    lacks: tuple[Shortfall, ...]

    @property
    def share(self) -> Decimal:
        """The part of the households that have a valid rating."""
        households = self.figures.households
        return Decimal(self.rated) / households if households else ZERO

    @property
    def is_credit_village(self) -> bool:
        """Whether it lacks nothing."""
        return not self.lacks


def villages(on: date, county_id: UUID | None = None) -> list[Coverage]:
    """
    Return every village, or every one of a county, as it stands on a day.

    NPL a year ago counts only loans that still are non-performing: what recovered or was written
    off since is missed, which makes the yearly increase look larger, never smaller.
    """
    rows = Village.objects.select_related("township__county").order_by("code")
    if county_id is not None:
        rows = rows.filter(township__county=county_id)
    homes = _count(Household.objects.all(), "village")
    visited = _distinct(Visit.objects.filter(status=VisitStatus.DONE))
    results = _latest_results(on)
    rated = Counter(village for village, _lendable in results)
    lendable = Counter(village for village, is_lendable in results if is_lendable)
    loans = _loans(on)
    rails = _rails(on)
    found = []
    for village in rows:
        loan = loans[village.pk]
        figures = VillageFigures(
            households=homes[village.pk],
            lendable=lendable[village.pk],
            borrowing=len(loan.borrowers),
            in_arrears=len(loan.late_borrowers),
            outstanding=loan.outstanding,
            npl=loan.npl,
            npl_a_year_ago=loan.npl_a_year_ago,
        )
        found.append(
            Coverage(
                village, visited[village.pk], rated[village.pk], figures,
                shortfalls(figures, rails),
            )
        )  # fmt: skip
    return found


@dataclass(frozen=True, slots=True)
class Openness:
    """What a programme's dashboard shows of prices and of competition."""

    borrowers: int
    first_time: int
    lenders: int
    rates: tuple[Decimal, ...]

    @property
    def first_time_share(self) -> Decimal:
        """The part of the borrowers who owed no bank before us."""
        return Decimal(self.first_time) / self.borrowers if self.borrowers else ZERO

    @property
    def median_rate(self) -> Decimal | None:
        """The rate that half of the loans are not above."""
        return median(self.rates) if self.rates else None


def openness(county_id: UUID | None = None) -> Openness:
    """Return prices, first-time borrowers and competing lenders among households with loans."""
    homes = Household.objects.filter(borrower__isnull=False)
    if county_id is not None:
        homes = homes.filter(village__township__county=county_id)
    debts = dict(homes.values_list("borrower_id", "values__debts"))
    loans = Loan.objects.filter(
        borrower_id__in=list(debts), status__in=[LoanStatus.ACTIVE, LoanStatus.CLOSED]
    )
    with_loan = set()
    rates = []
    for borrower_id, terms in loans.values_list("borrower_id", "terms"):
        with_loan.add(borrower_id)
        rates.append(Decimal(terms["annual_rate"]))
    first_time, lenders = 0, set()
    for borrower_id in with_loan:
        banks = [debt for debt in debts[borrower_id] or [] if debt.get("type") in BANK_DEBTS]
        first_time += not banks
        lenders |= {debt.get("creditor", "").strip() for debt in banks} - {""}
    return Openness(len(with_loan), first_time, len(lenders), tuple(sorted(rates)))


def rate_bands(rates: Iterable[Decimal], step: Decimal) -> list[tuple[Decimal, Decimal, int]]:
    """Return how many rates lie in each band of a width: from (included), to, count."""
    counted = Counter(int(rate / step) for rate in rates)
    if not counted:
        return []
    span = range(min(counted), max(counted) + 1)
    return [(step * band, step * (band + 1), counted[band]) for band in span]


class _Loans:
    """One village's running loans, summed up as they are read."""

    def __init__(self) -> None:
        self.borrowers: set[UUID] = set()
        self.late_borrowers: set[UUID] = set()
        self.outstanding = self.npl = self.npl_a_year_ago = ZERO


def _loans(on: date) -> dict[UUID, _Loans]:
    npl_days = timedelta(days=int(village_rule("npl_days", on)))
    village_of = dict(
        Household.objects.filter(borrower__isnull=False).values_list("borrower_id", "village_id")
    )
    found: dict[UUID, _Loans] = defaultdict(_Loans)
    rows = LoanPosition.objects.filter(is_open=True, loan__borrower_id__in=list(village_of))
    for borrower_id, principal, since in rows.values_list(
        "loan__borrower_id", "principal", "arrears_since"
    ):
        loans = found[village_of[borrower_id]]
        loans.borrowers.add(borrower_id)
        loans.outstanding += principal
        if since is None or since >= on:
            continue
        loans.late_borrowers.add(borrower_id)
        if on - since >= npl_days:
            loans.npl += principal
        if on - since >= npl_days + YEAR:
            loans.npl_a_year_ago += principal
    return found


def _latest_results(on: date) -> list[tuple[UUID, bool]]:
    rows = (
        PanelResult.objects.filter(decided_on__lte=on, valid_until__gte=on, outcome="graded")
        .order_by("household", "-decided_on", "-pk")
        .distinct("household")
    )
    return list(rows.values_list("household__village_id", "is_lendable"))


def _count(rows: Any, key: str) -> Counter[UUID]:
    counted = rows.values_list(key).annotate(n=Count("pk"))
    return Counter(dict(counted.order_by()))


def _distinct(visits: Any) -> Counter[UUID]:
    counted = visits.values_list("household__village").annotate(
        n=Count("household", filter=Q(household__isnull=False), distinct=True)
    )
    return Counter(dict(counted.order_by()))


def _rails(on: date) -> Rails:
    return Rails(
        min_lendable=village_rule("credit_village_min_lendable", on),
        min_without_arrears=village_rule("credit_village_min_without_arrears", on),
        npl_below=village_rule("credit_village_npl_below", on),
        npl_increase_below=village_rule("credit_village_npl_increase_below", on),
    )
