"""Looking into differences with a bank: whose they are, what explains them, what is given up."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from partners.actions import credentials
from partners.models import Break, BreakResponse, BreakStatus
from tenancy import room
from tenancy.actions import audit
from tenancy.actors import Actor
from tenancy.errors import FieldError, Invalid, NotFound, Refusal
from tenancy.models import Membership
from tenancy.permissions import Permission, allows, require
from tenancy.roles import Role

LONGEST_RESPONSE = 1000


class BreakExplained(Refusal):
    """The difference is explained already."""

    code = "break_explained"


@room.atomic
def assign(*, actor: Actor, at: datetime, break_id: UUID, owner_id: UUID) -> Break:
    """
    Give a difference to somebody, or hand it on.

    :raises NotFound: if there is no such break
    :raises Invalid: for somebody who may not resolve it
    :raises BreakExplained: if nothing is left to look into
    """
    require(actor, Permission.BREAK_RESOLVE)
    found = locked(break_id)
    roles = Membership.objects.filter(user_id=owner_id, is_active=True).values_list("role")
    if not any(allows(role, Permission.BREAK_RESOLVE) for (role,) in roles):
        raise Invalid(
            _("This person may not look into differences"),
            errors=[FieldError("/owner", str(owner_id), str(_("somebody of finance")))],
        )
    if found.status == BreakStatus.ASSIGNED and found.owner_id == owner_id:
        return found
    found.move_to(BreakStatus.ASSIGNED)
    found.owner_id = owner_id
    found.save(update_fields=["status", "owner"])
    audit.record(
        actor=actor, at=at, action="break.assign", subject=found,
        changes={"owner": str(owner_id)},
    )  # fmt: skip
    return found


@room.atomic
def resolve(*, actor: Actor, at: datetime, break_id: UUID, explanation: str) -> Break:
    """
    Say what explains a difference; what it costs, if anything, is a write-off instead.

    :raises NotFound: if there is no such break
    :raises Invalid: without an explanation
    :raises BreakExplained: if it is explained already
    """
    require(actor, Permission.BREAK_RESOLVE)
    return explain(
        locked(break_id), BreakStatus.RESOLVED, explanation, actor=actor, at=at,
        action="break.resolve",
    )  # fmt: skip


@room.atomic
def respond(*, actor: Actor, at: datetime, break_id: UUID, text: str) -> BreakResponse:
    """
    Add what the bank, or one of us, says about a difference.

    :raises NotFound: if there is no such break, or it is another bank's
    :raises Invalid: for an empty text, or one of more than 1,000 characters
    """
    is_banks = actor.role == Role.BANK
    require(actor, Permission.SETTLEMENT_VIEW if is_banks else Permission.BREAK_RESOLVE)
    found = Break.objects.select_related("bank").filter(pk=break_id).first()
    if found is None or (is_banks and credentials.bank_of(actor).pk != found.bank_id):
        raise NotFound.of(_("Break"), break_id)
    text = text.strip()
    if not 0 < len(text) <= LONGEST_RESPONSE:
        raise Invalid(
            _("The response does not fit"),
            errors=[FieldError("/text", text[:80], f"1–{LONGEST_RESPONSE}")],
        )
    response: BreakResponse = BreakResponse.objects.create(
        about=found, at=at, by=found.bank.name if is_banks else actor.name, is_banks=is_banks,
        text=text,
    )  # fmt: skip
    audit.record(actor=actor, at=at, action="break.respond", subject=found)
    return response


def locked(break_id: UUID) -> Break:
    """
    Return a break under its row lock, if it is still to be explained.

    :raises NotFound: if there is no such break
    :raises BreakExplained: if it is explained already
    """
    found: Break | None = (
        Break.objects.for_update().select_related("bank").filter(pk=break_id).first()
    )
    if found is None:
        raise NotFound.of(_("Break"), break_id)
    if found.is_done:
        raise BreakExplained(_("This difference is explained: %(why)s")
                             % {"why": found.resolution})  # fmt: skip
    return found


def explain(
    found: Break, status: BreakStatus, why: str, *, actor: Actor, at: datetime, action: str
) -> Break:
    """
    Close a break that the caller holds, with the reason.

    :raises Invalid: without a reason
    """
    why = why.strip()
    if not 0 < len(why) <= 500:
        raise Invalid(
            _("A difference is closed with its explanation"),
            errors=[FieldError("/explanation", why[:80], "1–500")],
        )
    found.move_to(status)
    found.resolution, found.resolved_at, found.resolved_by = why, at, actor.name
    found.save(update_fields=["status", "resolution", "resolved_at", "resolved_by"])
    audit.record(actor=actor, at=at, action=action, subject=found, reason=why)
    return found
