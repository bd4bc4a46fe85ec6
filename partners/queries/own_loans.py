"""A bank's own loans, and nothing of the other lender's part of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet, Sum

from lending.models import LoanEvent
from lending.models.classification import CLASSES
from lending.queries.classification import profile, said_otherwise
from lending.queries.folding import events_of
from lending.rules.classification import AssetClass, NoProfile, bucket, worst
from lending.rules.fold import fold
from lending.rules.state import LoanState
from partners.models import (
    BuyBack,
    Cession,
    FundingLeg,
    LegSide,
    Participation,
    PartnerBank,
    Share,
)
from partners.rules.own_part import Knife, Parts, Row, owed, plan
from partners.rules.splitting import Cession as Stretch
from partners.rules.splitting import Component

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Classified:
    """How bad the delay is: days past due, the collector's bucket, the class of five, its law."""

    days_past_due: int
    bucket: str
    class5: str
    profile: str
    source: str

    @property
    def label(self) -> str:
        """The class in the reader's language; empty without floors in law."""
        return str(dict(CLASSES).get(self.class5.lower(), ""))


@dataclass(frozen=True, slots=True)
class OwnLoan:
    """A bank's part of one loan on a day."""

    part: Participation
    as_of: date
    funded: Decimal
    state: LoanState
    owed: Parts
    classified: Classified

    @property
    def currency(self) -> str:
        """The currency of the loan."""
        return str(self.part.currency)


@dataclass(frozen=True, slots=True)
class Transaction:
    """One event of a loan, with the bank's part of it as it is held today."""

    id: UUID
    txn_id: str
    kind: str
    value_date: date
    booked_on: date
    at: datetime
    total: Decimal
    disbursed: Decimal
    principal: Decimal
    interest: Decimal
    fee: Decimal
    penalty: Decimal
    reversal_of: str | None


def of_bank(bank: PartnerBank) -> QuerySet[Participation]:
    """Return a bank's participations, with what a list shows of their loans."""
    rows: QuerySet[Participation] = Participation.objects.filter(bank=bank).select_related(
        "loan__version__product", "loan__borrower", "version__agreement"
    )
    return rows


def one(bank: PartnerBank, loan_id: UUID) -> Participation | None:
    """Return a bank's part of one loan; of another bank's loan there is none."""
    return of_bank(bank).filter(loan_id=loan_id).first()


def standing(parts: Iterable[Participation], on: date) -> list[OwnLoan]:
    """Return participations as they stand on a day, in their order: a few statements for all."""
    rows = list(parts)
    events = events_of([part.loan_id for part in rows])
    ceded = _cessions(rows)
    legs = FundingLeg.objects.filter(participation__in=rows, side=LegSide.BANK)
    funded = dict(legs.values_list("participation_id", "amount"))
    said = said_otherwise(on, [part.loan_id for part in rows])
    found = []
    for part in rows:
        state = fold(part.loan.frozen_terms, events[part.loan_id], on)
        knife = Knife(part.fractions, part.decimals, ceded[part.pk])
        found.append(
            OwnLoan(
                part=part,
                as_of=on,
                funded=funded.get(part.pk, ZERO),
                state=state,
                owed=owed(state.balances, knife),
                classified=classified(state.days_past_due, on, said.get(part.loan_id)),
            )
        )
    return found


def schedule(part: Participation, on: date) -> list[Row]:
    """Return the bank's part of every instalment of a loan, as it stands on a day."""
    ceded = _cessions([part])[part.pk]
    state = fold(part.loan.frozen_terms, events_of([part.loan_id])[part.loan_id], on)
    return list(plan(state.schedule, Knife(part.fractions, part.decimals, ceded)))


def classified(days_past_due: int, on: date, said: AssetClass | None = None) -> Classified:
    """Say how bad a delay is, or worse if a bank says so; no class where there are no floors."""
    try:
        floors = profile(on=on)
    except NoProfile:
        return Classified(days_past_due, bucket(days_past_due), "", "", "")
    return Classified(
        days_past_due,
        bucket(days_past_due),
        worst([floors.classify(days_past_due), *([said] if said else [])]).value.upper(),
        floors.code,
        floors.source,
    )


def bought_back(part: Participation) -> BuyBack | None:
    """Return the purchase by which we took the bank's part over, if we did."""
    return BuyBack.objects.filter(participation=part).first()


def events(part: Participation) -> QuerySet[LoanEvent]:
    """Return the events of a loan that brought the bank, or took from it, anything."""
    shares = Share.objects.filter(loan_id=OuterRef("loan_id"), sequence=OuterRef("sequence"))
    rows: QuerySet[LoanEvent] = LoanEvent.objects.filter(
        Exists(shares), loan_id=part.loan_id
    ).select_related("reverses")
    return rows


def transactions(part: Participation, rows: Iterable[LoanEvent]) -> list[Transaction]:
    """Return events with the bank's part of each."""
    found = list(rows)
    number = part.loan.number
    sums: dict[int, dict[str, tuple[Decimal, Decimal]]] = defaultdict(dict)
    shares = Share.objects.filter(participation=part, sequence__in=[row.sequence for row in found])
    for share in shares.values("sequence", "component").annotate(
        whole=Sum("total"), own=Sum("bank_part")
    ):
        sums[share["sequence"]][share["component"]] = share["whole"], share["own"]
    return [_transaction(number, row, sums[row.sequence]) for row in found]


def _transaction(
    number: str, row: LoanEvent, sums: dict[str, tuple[Decimal, Decimal]]
) -> Transaction:
    own: dict[str, Any] = {each.value: sums.get(each.value, (ZERO, ZERO))[1] for each in Component}
    return Transaction(
        id=row.pk,
        txn_id=f"{number}-{row.sequence}",
        kind=row.kind,
        value_date=row.effective_on,
        booked_on=row.booked_on,
        at=row.recorded_at,
        total=sum((whole for whole, _own in sums.values()), ZERO),
        reversal_of=f"{number}-{row.reverses.sequence}" if row.reverses else None,
        **own,
    )


def _cessions(parts: list[Participation]) -> dict[UUID, list[Stretch]]:
    found: dict[UUID, list[Stretch]] = {part.pk: [] for part in parts}
    for row in Cession.objects.filter(participation__in=parts, is_void=False).order_by("pk"):
        found[row.participation_id].append(row.as_rule())
    return found
