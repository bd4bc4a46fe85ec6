"""The verbs of an application; a person's decisions stand here, the rest comes from beside."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ledger.rules.money import exponent
from lending.actions import capacity, desk, funding, offers, papers
from lending.actions.assessment import decide_automatically
from lending.actions.capacity import CapacityExceeded
from lending.actions.desk import WrongStage
from lending.actions.funding import Granted
from lending.actions.intake import InputsMissing, submit, supply
from lending.models import Application, Funding, Offer, OfferStatus
from lending.rules.stages import Stage
from tenancy import room
from tenancy.actions import audit
from tenancy.actors import Actor
from tenancy.errors import FieldError, Forbidden, Invalid, NotFound
from tenancy.models import Membership
from tenancy.permissions import Permission, require
from tenancy.roles import Role

__all__ = [
    "AuthorityExceeded",
    "CapacityExceeded",
    "InputsMissing",
    "WrongStage",
    "approve",
    "assign",
    "decide_automatically",
    "decline",
    "refer",
    "submit",
    "supply",
    "withdraw",
]


class AuthorityExceeded(Forbidden):
    """The amount is above what this person may approve alone."""

    code = "authority_exceeded"


@room.atomic
def approve(
    *,
    actor: Actor,
    at: datetime,
    on: date,
    application_id: UUID,
    amount: Decimal | None = None,
    annual_rate: Decimal | None = None,
    term: int | None = None,
    reason: str = "",
) -> Offer | None:
    """
    Approve a referred application: what was asked for, or the counter-offer that is named.

    Returns the offer, or None where the product is funded with a partner: the bank decides for
    itself before anything is offered.

    :raises WrongStage: if it is not with a person
    :raises CapacityExceeded: above what the borrower's own cash flow can carry
    :raises AuthorityExceeded: above the actor's own limit
    :raises Invalid: for terms outside the product
    :raises CostAboveCap: if the all-in cost breaks a rule in force
    """
    require(actor, Permission.APPLICATION_DECIDE)
    application = desk.locked(application_id)
    if application.stage != Stage.REFERRED:
        raise desk.wrong_stage(application)
    amount = application.amount if amount is None else amount
    annual_rate = application.version.annual_rate if annual_rate is None else annual_rate
    term = application.term if term is None else term
    papers.require_complete(application, on)
    _require_within_product(application, amount=amount, annual_rate=annual_rate, term=term)
    _require_authority(actor, amount)
    capacity.require_within(application, amount)
    if application.version.funding == Funding.PARTNER:
        granted = Granted(amount, annual_rate, term)
        funding.seek(application, granted, actor=actor, at=at, on=on, reason=reason)
        return None
    offer = offers.make(
        application, at=at, on=on, amount=amount, annual_rate=annual_rate, term=term
    )
    application.decided_at = at
    application.move_to(
        Stage.APPROVED,
        at=at,
        actor=actor,
        reason=reason,
        until=offer.expires_at,
        also=["decided_at"],
    )
    audit.record(
        actor=actor,
        at=at,
        action="application.approve",
        subject=application,
        changes={"offer": str(offer.pk), "amount": str(amount), "annual_rate": str(annual_rate)},
        reason=reason,
    )
    desk.tell(application, at=at, offer=offer)
    return offer


@room.atomic
def decline(*, actor: Actor, at: datetime, application_id: UUID, reason: str) -> Application:
    """
    Decline a referred application; the reason is told to the borrower.

    :raises WrongStage: if it is not with a person
    :raises Invalid: without a reason
    """
    require(actor, Permission.APPLICATION_DECIDE)
    application = desk.locked(application_id)
    if application.stage != Stage.REFERRED:
        raise desk.wrong_stage(application)
    _require_reason(reason)
    application.decided_at = at
    # In the words, and so the language, of the person who decided.
    told = {"kind": "person", "code": "declined", "text": {"en": reason, "zh": reason}}
    application.reasons = [*application.reasons, told]
    _move(application, Stage.DECLINED, at=at, actor=actor, reason=reason, verb="decline")
    return application


@room.atomic
def refer(*, actor: Actor, at: datetime, application_id: UUID, reason: str) -> Application:
    """
    Put a declined application before a person, as its borrower may ask.

    :raises WrongStage: if it is not declined
    :raises Invalid: without a reason
    """
    require(actor, Permission.APPLICATION_SUBMIT)
    application = desk.locked(application_id)
    if application.stage == Stage.REFERRED:
        return application
    desk.require_way(application, Stage.REFERRED)
    _require_reason(reason)
    application.decided_at = None
    _move(application, Stage.REFERRED, at=at, actor=actor, reason=reason, verb="refer")
    return application


@room.atomic
def withdraw(*, actor: Actor, at: datetime, application_id: UUID, reason: str = "") -> Application:
    """
    Take an application back, with the offer that may stand; repeating it changes nothing.

    :raises WrongStage: once it is accepted, declined or expired
    """
    require(actor, Permission.APPLICATION_WITHDRAW)
    application = desk.locked(application_id)
    if application.stage == Stage.WITHDRAWN:
        return application
    desk.require_way(application, Stage.WITHDRAWN)
    offer = desk.open_offer(application)
    if offer is not None:
        offer.settle(OfferStatus.WITHDRAWN, at=at)
    funding.tell_withdrawn(application)
    _move(application, Stage.WITHDRAWN, at=at, actor=actor, reason=reason, verb="withdraw")
    return application


@room.atomic
def assign(
    *, actor: Actor, at: datetime, application_id: UUID, user_id: UUID | None
) -> Application:
    """
    Put an application on somebody's desk, or with None back into the queue.

    :raises NotFound: if no such person works here
    """
    require(actor, Permission.APPLICATION_DECIDE)
    application = desk.locked(application_id)
    # People are not tenant-owned: without the membership any tenant's user would do.
    colleagues = Membership.objects.filter(is_active=True, user__is_active=True)
    if user_id is not None and not colleagues.filter(user=user_id).exists():
        raise NotFound.of(_("User"), user_id)
    before = application.assigned_to_id
    application.assigned_to_id = user_id
    application.save(update_fields=["assigned_to"])
    audit.record(
        actor=actor,
        at=at,
        action="application.assign",
        subject=application,
        changes={"assigned_to": [before and str(before), user_id and str(user_id)]},
    )
    return application


def _move(
    application: Application, stage: Stage, *, at: datetime, actor: Actor, reason: str, verb: str
) -> None:
    application.move_to(stage, at=at, actor=actor, reason=reason, also=["decided_at", "reasons"])
    audit.record(
        actor=actor,
        at=at,
        action=f"application.{verb}",
        subject=application,
        changes={"stage": stage.value},
        reason=reason,
    )
    desk.tell(application, at=at)


def _require_authority(actor: Actor, amount: Decimal) -> None:
    if actor.role == Role.SYSTEM:
        return
    limit = actor.authority_limit or Decimal(0)
    if amount > limit:
        raise AuthorityExceeded(
            gettext_lazy("%(amount)s is above your authority of %(limit)s")
            % {"amount": amount, "limit": limit}
        )


def _require_within_product(
    application: Application, *, amount: Decimal, annual_rate: Decimal, term: int
) -> None:
    version = application.version
    places = exponent(version.currency)
    fits = {
        "/amount": amount.is_finite()
        and version.min_amount <= amount <= version.max_amount
        and amount == round(amount, places),
        "/annual_rate": annual_rate.is_finite() and 0 <= annual_rate <= version.annual_rate,
        "/term": version.min_term <= term <= version.max_term,
    }
    values = {"/amount": amount, "/annual_rate": annual_rate, "/term": term}
    errors = [
        FieldError(pointer, str(values[pointer])[:40], _("a value within the product"))
        for pointer, does in fits.items()
        if not does
    ]
    if errors:
        raise Invalid(gettext_lazy("The offer does not fit the product"), errors=errors)


def _require_reason(reason: str) -> None:
    if not reason.strip():
        error = FieldError("/reason", "", _("why, in words"))
        raise Invalid(gettext_lazy("A reason is required"), errors=[error])
