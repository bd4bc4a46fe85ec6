"""Village partners' commission: entered from what loans did, stated monthly, paid by finance."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import QuerySet, Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ledger.actions import chart, posting
from ledger.rules.chart import CASH
from lending.rules.calendar import add_months
from rural.models import (
    CommissionEntry,
    CommissionStatement,
    EntryKind,
    StatementStatus,
    VillagePartner,
)
from rural.queries import partner_book
from rural.queries.partner_book import Recommended
from rural.rules.chart import COMMISSION_CHART, COMMISSION_EXPENSE, COMMISSION_PAYABLE
from rural.rules.commission import Entry, change, entitlement, month
from tenancy import room
from tenancy.actions import audit
from tenancy.actors import Actor
from tenancy.errors import FieldError, Invalid, NotFound, Refusal
from tenancy.permissions import Permission, require

ZERO = Decimal(0)
OF_LOANS = (EntryKind.EARNED, EntryKind.CLAWED_BACK)


class StatementNotOpen(Refusal):
    """Only a prepared statement, the latest, can be paid."""

    code = "statement_not_open"


class FourEyes(Refusal):
    """Who prepared a statement does not approve its payment."""

    code = "four_eyes"
    status = 403


@room.atomic
def accrue(*, actor: Actor, at: datetime, on: date, partner_id: UUID) -> list[CommissionEntry]:
    """
    Enter what the partner's loans have earned or lost since this was last done.

    Repeating it on the same day enters nothing.
    """
    require(actor, Permission.COMMISSION_APPROVE)
    partner = _locked(partner_id)
    loans = partner_book.loans_of(partner, on)
    sums = dict(
        CommissionEntry.objects.filter(partner=partner, loan__isnull=False)
        .values_list("loan_id")
        .annotate(total=Sum("amount"))
    )
    made = []
    for each in loans:
        entered = sums.get(each.loan.pk, ZERO)
        entitled = entitlement(each.tariff.as_rule(), each.standing.conduct, on)
        changed = change(entered, entitled.amount)
        if changed is not None:
            made.append(_enter(partner, each, changed, entitled.basis.value, on=on, at=at))
    for entry in made:
        changes = {"amount": str(entry.amount), "loan": str(entry.loan_id), "basis": entry.basis}
        audit.record(
            actor=actor, at=at, action=f"commission.{entry.kind}", subject=partner, changes=changes
        )
    return made


@room.atomic
def prepare(
    *, actor: Actor, at: datetime, on: date, partner_id: UUID, of: date, currency: str
) -> CommissionStatement | None:
    """
    State a partner's month, `of` being any day of it; None where nothing ever moved.

    What an earlier statement left unpaid is brought forward, and that statement superseded.
    Repeating returns the statement that is there.

    :raises Invalid: if the month is not over
    """
    require(actor, Permission.COMMISSION_VIEW)
    first = of.replace(day=1)
    after = add_months(first, 1)
    if on < after:
        raise Invalid(
            gettext_lazy("The month is not over"),
            errors=[FieldError("/month", f"{first:%Y-%m}", _("a month before this one"))],
        )
    partner = _locked(partner_id)
    known: CommissionStatement | None = CommissionStatement.objects.filter(
        partner=partner, month=first, currency=currency
    ).first()
    if known is not None:
        return known
    entries = CommissionEntry.objects.filter(partner=partner, currency=currency)
    if not entries.exists():
        return None
    payments = _total(entries.exclude(kind__in=OF_LOANS))
    before = _total(entries.filter(kind__in=OF_LOANS, booked_on__lt=first))
    moved = entries.filter(kind__in=OF_LOANS, booked_on__gte=first, booked_on__lt=after)
    closed = month(before + payments, moved.values_list("amount", flat=True))
    for older in CommissionStatement.objects.for_update().filter(
        partner=partner, currency=currency, status=StatementStatus.PREPARED
    ):
        older.move_to(StatementStatus.SUPERSEDED)
        older.save(update_fields=["status"])
    statement: CommissionStatement = CommissionStatement.objects.create(
        partner=partner,
        month=first,
        currency=currency,
        opening=closed.opening,
        earned=closed.earned,
        clawed_back=closed.clawed_back,
        payable=closed.payable,
        carried=closed.carried,
        prepared_at=at,
        prepared_by=actor.id,
    )
    audit.record(
        actor=actor, at=at, action="commission.state", subject=statement,
        changes={"payable": str(closed.payable), "carried": str(closed.carried)},
    )  # fmt: skip
    return statement


@room.atomic
def pay(*, actor: Actor, at: datetime, on: date, statement_id: UUID) -> CommissionStatement:
    """
    Approve a statement and pay it, less what has been taken back since it was prepared.

    :raises StatementNotOpen: if it was paid, or superseded by a later one
    :raises FourEyes: if the actor prepared it
    """
    require(actor, Permission.COMMISSION_APPROVE)
    partner_id = _found(statement_id).partner_id
    partner = _locked(partner_id)
    statement = CommissionStatement.objects.for_update().get(pk=statement_id)
    if statement.status != StatementStatus.PREPARED:
        raise StatementNotOpen(gettext_lazy("This statement can no longer be paid"))
    if statement.prepared_by == actor.id:
        raise FourEyes(gettext_lazy("Somebody else approves this payment"))
    owed = max(balance(partner, statement.currency), ZERO)
    amount = min(statement.payable, owed)
    if amount:
        entry = CommissionEntry.objects.create(
            partner=partner, kind=EntryKind.PAID, amount=-amount, currency=statement.currency,
            booked_on=on, at=at, key=f"statement:{statement.pk}",
        )  # fmt: skip
        _post(entry, CASH)
    statement.move_to(StatementStatus.PAID)
    statement.paid, statement.paid_on, statement.paid_by = amount, on, actor.name
    statement.save(update_fields=["status", "paid", "paid_on", "paid_by"])
    audit.record(
        actor=actor, at=at, action="commission.pay", subject=statement,
        changes={"amount": str(amount)},
    )  # fmt: skip
    return statement


@room.atomic
def recover(
    *,
    actor: Actor,
    at: datetime,
    on: date,
    partner_id: UUID,
    amount: Decimal,
    currency: str,
    reason: str,
    key: str,
) -> CommissionEntry:
    """
    Book what a partner paid back of commission that was taken back after he had been paid.

    Nothing asks him for it by itself: what is below zero waits for later earnings, and only
    finance approves that it is claimed.

    :raises Invalid: if he does not owe so much
    """
    require(actor, Permission.COMMISSION_APPROVE)
    partner = _locked(partner_id)
    known: CommissionEntry | None = CommissionEntry.objects.filter(key=f"recover:{key}").first()
    if known is not None:
        return known
    owes = -min(balance(partner, currency), ZERO)
    if not ZERO < amount <= owes:
        raise Invalid(
            gettext_lazy("The partner does not owe this"),
            errors=[FieldError("/amount", str(amount), _("at most %(owes)s") % {"owes": owes})],
        )
    entry: CommissionEntry = CommissionEntry.objects.create(
        partner=partner, kind=EntryKind.RECOVERED, amount=amount, currency=currency,
        booked_on=on, at=at, key=f"recover:{key}",
    )  # fmt: skip
    _post(entry, CASH)
    changes = {"amount": str(amount)}
    audit.record(
        actor=actor, at=at, action="commission.recover", subject=partner, changes=changes,
        reason=reason,
    )  # fmt: skip
    return entry


def balance(partner: VillagePartner, currency: str) -> Decimal:
    """Return what the partner is owed; below zero, what he owes."""
    return _total(CommissionEntry.objects.filter(partner=partner, currency=currency))


def _enter(
    partner: VillagePartner,
    each: Recommended,
    changed: tuple[Entry, Decimal],
    basis: str,
    *,
    on: date,
    at: datetime,
) -> CommissionEntry:
    kind, amount = changed
    number = CommissionEntry.objects.filter(loan=each.loan).count() + 1
    entry: CommissionEntry = CommissionEntry.objects.create(
        partner=partner,
        recommendation=each.recommendation,
        loan=each.loan,
        kind=kind.value,
        basis=basis,
        amount=amount,
        currency=each.loan.currency,
        booked_on=on,
        at=at,
        key=f"loan:{each.loan.pk}:{number}",
    )
    _post(entry, COMMISSION_EXPENSE)
    return entry


def _post(entry: CommissionEntry, against: str) -> None:
    """Write the entry to the books: a positive one is a debt to the partner."""
    chart.open_accounts(
        COMMISSION_CHART, currency=entry.currency, actor=Actor.system("commission"), at=entry.at
    )
    subject = entry.partner_id
    posting.post(
        key=f"commission:{entry.key}",
        kind=f"commission_{entry.kind}",
        value_date=entry.booked_on,
        booked_on=entry.booked_on,
        at=entry.at,
        narrative=f"{entry.partner.code} {entry.kind}",
        lines=[
            posting.Line(against, entry.currency, entry.amount, subject),
            posting.Line(COMMISSION_PAYABLE, entry.currency, -entry.amount, subject),
        ],
    )


def _total(entries: QuerySet[CommissionEntry]) -> Decimal:
    return entries.aggregate(total=Sum("amount"))["total"] or ZERO


def _found(statement_id: UUID) -> CommissionStatement:
    statement = CommissionStatement.objects.filter(pk=statement_id).first()
    if statement is None:
        raise NotFound.of(_("Commission statement"), statement_id)
    return statement


def _locked(partner_id: UUID) -> VillagePartner:
    partner = VillagePartner.objects.for_update().filter(pk=partner_id).first()
    if partner is None:
        raise NotFound.of(_("Village partner"), partner_id)
    return partner
