"""What a reconciliation reads: our file, tolerances, who looks into differences."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from django.db.models import Count, Q, Sum
from django.db.models.functions import Abs

from partners.models import (
    Break,
    BreakStatus,
    PartnerBank,
    ReconRun,
    ReconTolerance,
    SettlementFile,
)
from partners.rules.breaks import BreakType, Tolerance
from tenancy.models import Membership, User
from tenancy.permissions import MATRIX, Permission

ZERO = Decimal(0)


def tolerance(bank: PartnerBank, on: date) -> Tolerance:
    """Return what explains itself on a day: by the bank's own row, everybody's, or none."""
    row = (
        ReconTolerance.objects.filter(Q(bank=bank) | Q(bank=None), effective_from__lte=on)
        .order_by("bank__id", "-effective_from")
        .first()
    )
    if row is None:
        return Tolerance()
    return Tolerance(row.line, row.day, row.value_date_days, row.sla_days)


def our_file(bank: PartnerBank, kind: str, on: date) -> SettlementFile | None:
    """Return what we published last of a kind for a day."""
    files = SettlementFile.objects.select_related("settlement", "document")
    return files.filter(settlement__bank=bank, settlement__on=on, kind=kind).order_by("seq").last()


def rounding_spent(bank: PartnerBank, on: date, *, without: ReconRun | None) -> Decimal:
    """
    Return what has resolved itself as rounding with a bank for a day, signs left out.

    :param without: a run that is being superseded
    """
    rounded = Break.objects.filter(
        bank=bank,
        on=on,
        type=BreakType.ROUNDING,
        is_automatic=True,
        run__corrections=None,
    ).exclude(run=without)
    return rounded.aggregate(total=Sum(Abs("amount")))["total"] or ZERO


def unresolved(bank: PartnerBank, kind: str, keys: Iterable[str]) -> dict[str, Break]:
    """Return the bank's unexplained missing rows among these, by key, under lock."""
    missing = (BreakType.MISSING_OURS, BreakType.MISSING_THEIRS)
    rows = Break.objects.unresolved().filter(
        bank=bank, kind=kind, key__in=list(keys), type__in=missing
    )
    return {row.key: row for row in rows.for_update()}


def keeper() -> User | None:
    """
    Return who takes the next break: of those who may resolve one, the one with the fewest.

    None where nobody may: the break then waits in the queue, and keeps its day open.
    """
    # The system's role holds every permission, but nobody plays it.
    roles = [role.value for role in MATRIX[Permission.BREAK_RESOLVE]]
    members = Membership.objects.filter(role__in=roles, is_active=True, user__is_active=True)
    people = list(User.objects.filter(pk__in=members.values("user_id")).order_by("username"))
    held = dict(
        Break.objects.filter(owner__in=people, status=BreakStatus.ASSIGNED)
        .values_list("owner")
        .annotate(Count("pk"))
    )
    return min(people, key=lambda person: held.get(person.pk, 0), default=None)
