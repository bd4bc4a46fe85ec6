"""
A day's settlement with a bank: drafted, published, corrected, reconciled.

What is done shows in the rows, so a settlement that was killed is simply run again: it finds its
draft or its files and goes on, and gives the same bytes as one that was not.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from partners.actions import books, feed, paying, publishing
from partners.models import (
    Adjustment,
    Break,
    PartnerBank,
    Settlement,
    SettlementStatus,
)
from partners.rules.day import Day, Figures, figures, not_adding_up
from tenancy import room
from tenancy.actions import audit, outbox
from tenancy.actors import Actor
from tenancy.errors import FieldError, Invalid, NotFound, Refusal
from tenancy.models import Tenant
from tenancy.permissions import Permission, require

ZERO = Decimal(0)


class DayIsOpen(Refusal):
    """A business date is settled once it is closed; until then its receipts may grow."""

    code = "day_open"


class AlreadyPaid(Refusal):
    """The net of a paid settlement stays; what is owed besides goes into a later day's."""

    code = "settlement_paid"


class BreaksUnassigned(Refusal):
    """A day cannot be closed while nobody looks into its differences."""

    code = "breaks_unassigned"


class NotYetPaid(Refusal):
    """The settlement is not published yet, or its net has not been confirmed."""

    code = "settlement_not_paid"


class SharesDisagree(RuntimeError):
    """The parts of a receipt are not the whole; the database forbids it, so this is a bug."""


@room.atomic
def settle(*, actor: Actor, at: datetime, bank_id: UUID, on: date, day: Day) -> Settlement:
    """
    Draft and publish what a closed business date comes to with one bank, once.

    Repeating it returns the settlement as it stands: a published one changes by `correct` only.

    :param day: the day's rows with this bank
    :raises NotFound: if there is no such bank
    :raises DayIsOpen: if the business date is not closed yet
    """
    require(actor, Permission.SETTLEMENT_RUN)
    require_closed(on)
    bank = _bank(bank_id)
    settlement = Settlement.objects.for_update().filter(bank=bank, on=on).first()
    if settlement is not None and settlement.status != SettlementStatus.DRAFT:
        return settlement
    counted = _added_up(bank, on, day)
    if settlement is None:
        settlement = Settlement(bank=bank, on=on, currency=bank.currency, drafted_at=at)
    _take_over(settlement, counted)
    settlement.move_to(SettlementStatus.PUBLISHED)
    settlement.published_at = at
    settlement.save()
    books.post_settled(settlement, at=at)
    publishing.publish(actor=actor, at=at, settlement=settlement, day=day)
    payment = paying.instruct(actor=actor, at=at, settlement=settlement)
    audit.record(
        actor=actor, at=at, action="settlement.settle", subject=settlement,
        changes=_told(settlement) | {"payment": payment.reference if payment else None},
    )  # fmt: skip
    outbox.notify(topic="settlement.published", payload=_news(settlement), at=at)
    feed.tell_of_settlement(settlement, "settlement.published", at=at)
    return settlement


@room.atomic
def correct(
    *, actor: Actor, at: datetime, settlement_id: UUID, day: Day, reason: str
) -> Settlement:
    """
    Publish a day again: the files that differ get the next number and supersede their former.

    :raises NotFound: if there is no such settlement
    :raises Invalid: without a reason
    :raises AlreadyPaid: if the net would change after it was paid
    """
    require(actor, Permission.SETTLEMENT_RUN)
    if not reason.strip():
        raise Invalid(
            _("A correction says why"), errors=[FieldError("/reason", "", str(_("a reason")))]
        )
    settlement = locked(settlement_id)
    counted = _added_up(settlement.bank, settlement.on, day)
    if settlement.paid_at is not None and counted.net != settlement.net:
        raise AlreadyPaid(
            _("%(net)s is paid; an adjustment of a later day carries the difference")
            % {"net": settlement.net}
        )
    before = _told(settlement)
    _take_over(settlement, counted)
    settlement.save()
    books.post_settled(settlement, at=at)
    files = publishing.publish(
        actor=actor, at=at, settlement=settlement, day=day, reason=reason.strip()
    )
    if settlement.paid_at is None:
        paying.instruct(actor=actor, at=at, settlement=settlement)
    changes = {"before": before, "after": _told(settlement), "files": [str(f) for f in files]}
    audit.record(
        actor=actor, at=at, action="settlement.correct", subject=settlement, changes=changes,
        reason=reason.strip(),
    )  # fmt: skip
    if files:
        outbox.notify(topic="settlement.corrected", payload=_news(settlement), at=at)
        feed.tell_of_settlement(settlement, "settlement.corrected", at=at)
    return settlement


@room.atomic
def reconcile(*, actor: Actor, at: datetime, settlement_id: UUID) -> Settlement:
    """
    Close a day with a bank: it is paid, and somebody looks into every difference left.

    Repeating it changes nothing.

    :raises NotFound: if there is no such settlement
    :raises NotYetPaid: if its net is still to be paid
    :raises BreaksUnassigned: naming how many differences are nobody's
    """
    require(actor, Permission.SETTLEMENT_RUN)
    settlement = locked(settlement_id)
    if settlement.status == SettlementStatus.RECONCILED:
        return settlement
    is_settled = settlement.paid_at is not None or settlement.net == 0
    if settlement.status == SettlementStatus.DRAFT or not is_settled:
        raise NotYetPaid(_("%(net)s is still to be paid") % {"net": settlement.net})
    left = Break.objects.unassigned().filter(bank=settlement.bank, on=settlement.on).count()
    if left:
        raise BreaksUnassigned(_("%(left)d differences of the day are nobody's") % {"left": left})
    settlement.move_to(SettlementStatus.RECONCILED)
    settlement.reconciled_at = at
    settlement.save(update_fields=["status", "reconciled_at"])
    audit.record(actor=actor, at=at, action="settlement.reconcile", subject=settlement)
    feed.tell_of_settlement(settlement, "settlement.reconciled", at=at)
    return settlement


def require_closed(on: date) -> None:
    """
    Let a business date that is over pass.

    :raises DayIsOpen: if it is the open one, or lies ahead
    """
    today = Tenant.objects.get(pk=room.current()).business_date
    if on >= today:
        raise DayIsOpen(
            _("%(day)s is settled when it is closed; the open day is %(today)s")
            % {"day": on, "today": today}
        )


def _bank(bank_id: UUID) -> PartnerBank:
    """Lock the bank, so that two settlements of one day take turns."""
    bank: PartnerBank | None = PartnerBank.objects.for_update().filter(pk=bank_id).first()
    if bank is None:
        raise NotFound.of(_("Bank"), bank_id)
    return bank


def locked(settlement_id: UUID) -> Settlement:
    """
    Return a settlement, with its bank, under its row lock.

    :raises NotFound: if there is no such settlement
    """
    settlement: Settlement | None = (
        Settlement.objects.for_update().select_related("bank").filter(pk=settlement_id).first()
    )
    if settlement is None:
        raise NotFound.of(_("Settlement"), settlement_id)
    return settlement


def _added_up(bank: PartnerBank, on: date, day: Day) -> Figures:
    if wrong := not_adding_up(day.repaid):
        raise SharesDisagree(f"{bank.code} {on}: {', '.join(wrong[:5])}")
    return figures(day, _adjustments(bank, on))


def _adjustments(bank: PartnerBank, on: date) -> Decimal:
    total = Adjustment.objects.filter(bank=bank, on=on).aggregate(total=Sum("amount"))["total"]
    return total or ZERO


def _take_over(settlement: Settlement, counted: Figures) -> None:
    settlement.receipts = counted.receipts
    settlement.gross_receipts = counted.gross_receipts
    settlement.partner_share = counted.partner_share
    settlement.fees_due_to_platform = counted.fees_due_to_platform
    settlement.fees_due_to_partner = counted.fees_due_to_partner
    settlement.adjustments = counted.adjustments
    settlement.compensation = counted.compensation
    settlement.collected_by_bank = counted.collected_by_bank
    settlement.net = counted.net


def _told(settlement: Settlement) -> dict[str, object]:
    return {
        "receipts": settlement.receipts,
        "gross_receipts": str(settlement.gross_receipts),
        "partner_share": str(settlement.partner_share),
        "net": str(settlement.net),
    }


def _news(settlement: Settlement) -> dict[str, str]:
    return {
        "id": str(settlement.pk),
        "bank": settlement.bank.code,
        "on": str(settlement.on),
        "net": str(settlement.net),
        "status": settlement.status,
    }
