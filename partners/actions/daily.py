"""Settling a closed day with every bank that lends along, one transaction a bank."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef

from partners.actions import books, classes, covers, settlements
from partners.models import Participation, PartnerBank, Settlement, SettlementStatus
from partners.queries.days import day
from tenancy import room
from tenancy.actors import Actor
from tenancy.permissions import Permission, require


def settle_day(*, actor: Actor, on: date, clock: Callable[[], datetime]) -> list[Settlement]:
    """
    Settle a business date with all banks; those that are settled already stay as they are.

    Call it in a room, outside any transaction: killed between two banks, it is run again.

    :raises DayIsOpen: if the business date is not closed yet
    """
    require(actor, Permission.SETTLEMENT_RUN)
    held = Participation.objects.filter(bank=OuterRef("pk"))
    banks = PartnerBank.objects.filter(Exists(held)).order_by("code")
    keys = room.atomic(lambda: list(banks.values_list("pk", flat=True)))()
    settled = [settle_with(actor=actor, at=clock(), on=on, bank_id=key) for key in keys]
    books.post_accrued(at=clock())
    classes.publish(on=on + timedelta(days=1), at=clock())
    covers.watch(at=clock())
    return settled


@room.atomic
def settle_with(*, actor: Actor, at: datetime, on: date, bank_id: UUID) -> Settlement:
    """Post what a day's shares with one bank mean, read the day, and settle it."""
    settlements.require_closed(on)
    bank = PartnerBank.objects.get(pk=bank_id)
    books.post_shares(bank=bank, on=on, at=at)
    known = Settlement.objects.filter(bank_id=bank_id, on=on).first()
    if known is not None and known.status != SettlementStatus.DRAFT:
        return known
    return settlements.settle(actor=actor, at=at, bank_id=bank_id, on=on, day=day(bank, on))


@room.atomic
def correct(*, actor: Actor, at: datetime, settlement_id: UUID, reason: str) -> Settlement:
    """
    Read a day again and publish what differs; see `settlements.correct`.

    :raises NotFound: if there is no such settlement
    """
    settlement = settlements.locked(settlement_id)
    return settlements.correct(
        actor=actor,
        at=at,
        settlement_id=settlement_id,
        day=day(settlement.bank, settlement.on),
        reason=reason,
    )
