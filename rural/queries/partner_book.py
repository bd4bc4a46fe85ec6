"""The loans that came of one village partner's recommendations, as lending knows them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from lending.models import Loan, LoanStatus
from lending.queries.folding import events_of
from rural.models import CommissionTariff, Recommendation, VillagePartner
from rural.rules.commission import Relation
from rural.rules.conduct import Standing, standing
from rural.rules.suspension import Book

PAID_OUT = (LoanStatus.ACTIVE, LoanStatus.CLOSED, LoanStatus.WRITTEN_OFF)


@dataclass(frozen=True, slots=True)
class Recommended:
    """One loan, the recommendation that it came of, its tariff, and how it stands."""

    recommendation: Recommendation
    loan: Loan
    tariff: CommissionTariff
    standing: Standing


class NoTariff(RuntimeError):
    """No commission tariff is in force; a lender with partners has been set up without one."""


def loans_of(partner: VillagePartner, on: date) -> list[Recommended]:
    """
    Return every loan that was ever paid out to a borrower whom the partner recommended.

    :raises NoTariff: if no tariff was in force on a loan's first day
    """
    made = Recommendation.objects.filter(partner=partner, application__isnull=False)
    by_application = {each.application_id: each for each in made.select_related("lead")}
    loans = list(
        Loan.objects.filter(
            line__application_id__in=list(by_application), status__in=PAID_OUT
        ).select_related("line")
    )
    events = events_of([loan.pk for loan in loans])
    tariffs = list(CommissionTariff.objects.order_by("-effective_from"))
    found = []
    for loan in sorted(loans, key=lambda each: (each.disbursed_on, each.pk)):
        recommendation = by_application[loan.line.application_id]
        tariff = _tariff_of(tariffs, loan.disbursed_on)
        stands = standing(
            loan.frozen_terms,
            events[loan.pk],
            disbursed_on=loan.disbursed_on,
            relation=Relation(recommendation.relation),
            is_fraud=recommendation.fraud_found_at is not None,
            tariff=tariff.as_rule(),
            on=on,
        )
        found.append(Recommended(recommendation, loan, tariff, stands))
    return found


def book(loans: Iterable[Recommended], late_days: int) -> Book:
    """Return what the suspension rule reads of a partner's loans."""
    rows = [each.standing for each in loans]
    late = (row.outstanding for row in rows if row.days_past_due >= late_days)
    return Book(
        loans=len(rows),
        first_dues=sum(row.has_told for row in rows),
        first_defaults=sum(row.conduct.is_first_default for row in rows),
        outstanding=sum((row.outstanding for row in rows), Decimal(0)),
        late=sum(late, Decimal(0)),
    )


def tariff_on(on: date) -> CommissionTariff:
    """
    Return the tariff in force on a day.

    :raises NoTariff: if there is none
    """
    return _tariff_of(list(CommissionTariff.objects.order_by("-effective_from")), on)


def ids() -> list[UUID]:
    """Return every village partner's key, in the order in which they are locked."""
    return list(VillagePartner.objects.order_by("pk").values_list("pk", flat=True))


def _tariff_of(tariffs: Iterable[CommissionTariff], on: date) -> CommissionTariff:
    for tariff in tariffs:
        if tariff.effective_from <= on:
            return tariff
    raise NoTariff(f"no commission tariff on {on}")
