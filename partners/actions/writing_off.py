"""Giving a difference with a bank up: one person asks, another approves, and it is booked."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.utils.translation import gettext as _

from partners.actions import breaks, differences
from partners.models import Break, BreakStatus
from tenancy import room
from tenancy.actions import approvals
from tenancy.actors import Actor
from tenancy.models import ApprovalRequest
from tenancy.permissions import Permission, require

WRITE_OFF = "break.write_off"


@room.atomic
def ask(*, actor: Actor, at: datetime, break_id: UUID, reason: str) -> ApprovalRequest:
    """
    Ask for a difference to be written off; nothing changes before somebody else approves.

    :raises NotFound: if there is no such break
    :raises BreakExplained: if nothing is left to write off
    :raises Invalid: without a reason
    """
    require(actor, Permission.BREAK_RESOLVE)
    found = breaks.locked(break_id)
    return approvals.request(
        actor=actor,
        at=at,
        kind=WRITE_OFF,
        title=_("Write off %(amount)s %(currency)s: %(difference)s")
        % {"amount": f"{found.amount:.2f}", "currency": found.currency, "difference": found},
        payload={"amount": str(found.amount), "type": found.type, "key": found.key},
        reason=reason,
        subject=found,
    )


@room.atomic
def approve(*, actor: Actor, at: datetime, on: date, request_id: UUID) -> Break:
    """
    Approve a write-off as the second person, and book it; repeating changes nothing.

    :param on: the business date, on which it is booked
    :raises SamePerson: for who asked
    :raises BreakExplained: if it was explained in the meantime
    """
    asked = approvals.approve(actor=actor, at=at, request_id=request_id)
    approvals.approved(request_id=request_id, kind=WRITE_OFF)
    found = Break.objects.get(pk=asked.subject_id)
    if found.status == BreakStatus.WRITTEN_OFF:
        return found
    found = breaks.explain(
        breaks.locked(found.pk), BreakStatus.WRITTEN_OFF, asked.reason, actor=actor, at=at,
        action="break.write_off",
    )  # fmt: skip
    differences.post_write_off(found=found, on=on, at=at)
    return found


@room.atomic
def approve_for(*, actor: Actor, at: datetime, on: date, break_id: UUID) -> Break:
    """
    Approve the write-off of a difference that somebody has asked for; see `approve`.

    :raises NotFound: if there is no such break
    :raises NotApproved: if nobody has asked
    """
    asked = open_request(breaks.locked(break_id))
    if asked is None:
        raise approvals.NotApproved(_("Nobody has asked for this write-off"))
    return approve(actor=actor, at=at, on=on, request_id=asked.pk)


def open_request(found: Break) -> ApprovalRequest | None:
    """Return the request to write a break off that waits for its second person."""
    return ApprovalRequest.objects.filter(
        kind=WRITE_OFF,
        subject_type=found._meta.label_lower,
        subject_id=str(found.pk),
        status="PENDING",
    ).first()
