"""Village partners: registered, suspended, heard, let go."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import pairwise
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from rural.models import PartnerStatus, VillagePartner
from rural.queries import partner_book
from rural.rules import suspension
from tenancy import room
from tenancy.actions import audit
from tenancy.actors import Actor
from tenancy.errors import FieldError, Forbidden, Invalid, NotFound, Refusal
from tenancy.fields import blind_index
from tenancy.models import Membership, User
from tenancy.permissions import Permission, require
from tenancy.roles import Role
from tenancy.wording import Sentence

CAUSES = {
    suspension.Cause.FIRST_DEFAULTS: gettext_noop("too many first payment defaults"),
    suspension.Cause.LATE: gettext_noop("too much of the book is late"),
}


class PartnerSuspended(Refusal):
    """A suspended partner brings nobody new; what he had begun to remind he may finish."""

    code = "partner_suspended"
    status = 403


class WrongPartnerStatus(Refusal):
    """The partner's status does not allow this."""

    code = "partner_status"


class JudgeInOwnCause(Refusal):
    """Who suspended a partner, or the partner himself, does not decide his appeal."""

    code = "judge_in_own_cause"
    status = 403


@room.atomic
def register(
    *,
    actor: Actor,
    at: datetime,
    on: date,
    code: str,
    user: User,
    id_number: str = "",
    payout_account: str = "",
) -> VillagePartner:
    """
    Make a person with the agent's role a village partner; again with the same code is harmless.

    :raises Invalid: if the person is no agent here, or is a partner under another code
    """
    require(actor, Permission.VILLAGE_MANAGE)
    known = VillagePartner.objects.filter(code=code).first()
    if known is not None and known.user_id == user.pk:
        return known
    errors = []
    if not code.strip() or len(code) > 40 or known is not None:
        errors.append(FieldError("/code", code[:60], _("a free code of 1 to 40 characters")))
    if VillagePartner.objects.filter(user=user).exists():
        errors.append(FieldError("/user", user.username, _("a person who is no partner yet")))
    if not Membership.objects.filter(user=user, role=Role.AGENT, is_active=True).exists():
        errors.append(FieldError("/user", user.username, _("a member with the agent's role")))
    if errors:
        raise Invalid(gettext_lazy("The village partner does not fit"), errors=errors)
    partner: VillagePartner = VillagePartner.objects.create(
        code=code,
        name=user.name,
        user=user,
        id_number=id_number,
        id_number_index=blind_index("id_number", id_number),
        payout_account=payout_account,
        status_since=at,
        joined_on=on,
    )
    audit.record(
        actor=actor, at=at, action="partner.register", subject=partner, changes={"code": code}
    )
    return partner


@room.atomic
def suspend(*, actor: Actor, at: datetime, partner_id: UUID, reason: str) -> VillagePartner:
    """
    Stop a partner from bringing anybody new, at once.

    :raises WrongPartnerStatus: if he is not active
    """
    require(actor, Permission.VILLAGE_MANAGE)
    partner = _in_status(partner_id, PartnerStatus.ACTIVE)
    _move(partner, PartnerStatus.SUSPENDED, actor=actor, at=at, reason=reason)
    return partner


@room.atomic
def watch(*, actor: Actor, at: datetime, on: date, partner_id: UUID) -> VillagePartner:
    """Suspend a partner whose own book passes the tariff's limits; leave any other alone."""
    require(actor, Permission.VILLAGE_MANAGE)
    partner = _locked(partner_id)
    rests = partner.reviewed_until is not None and on < partner.reviewed_until
    if partner.status != PartnerStatus.ACTIVE or rests:
        return partner
    loans = partner_book.loans_of(partner, on)
    if not loans:
        return partner
    tariff = partner_book.tariff_on(on)
    found = suspension.causes(partner_book.book(loans, tariff.late_days), tariff.limits)
    if found:
        causes = [Sentence(CAUSES[cause]) for cause in found]
        reason = Sentence("%(causes)s", {"causes": causes}).kept_text()
        _move(partner, PartnerStatus.SUSPENDED, actor=actor, at=at, reason=reason)
    return partner


@room.atomic
def appeal(
    *, actor: Actor, at: datetime, partner_id: UUID, reason: str, against: str = ""
) -> VillagePartner:
    """
    Ask for a suspension to be looked at again: the partner himself, or somebody for him.

    :param against: which suspension (the key of its `PartnerChange`). One that has been appealed
        against already, decided or not, returns the partner as he is: a phone that did not hear
        the answer asks again.
    :raises WrongPartnerStatus: if he is not suspended, or has an appeal open
    """
    partner = _locked(partner_id)
    if actor.id != str(partner.user_id):
        require(actor, Permission.VILLAGE_MANAGE)
    if against and _is_appealed(partner, against):
        return partner
    partner = _in_status(partner_id, PartnerStatus.SUSPENDED)
    if not reason.strip():
        raise Invalid(
            gettext_lazy("An appeal needs a reason"),
            errors=[FieldError("/reason", reason, _("what speaks against the suspension"))],
        )
    _move(partner, PartnerStatus.APPEALING, actor=actor, at=at, reason=reason)
    return partner


@room.atomic
def decide_appeal(
    *, actor: Actor, at: datetime, on: date, partner_id: UUID, is_upheld: bool, reason: str
) -> VillagePartner:
    """
    End an appeal: the partner is active again, or stays suspended.

    Upheld, the watcher leaves him alone for the tariff's days, or it would suspend him again
    tomorrow for the same loans.

    :raises WrongPartnerStatus: if no appeal is open
    :raises JudgeInOwnCause: if the actor suspended him, or appealed
    """
    require(actor, Permission.VILLAGE_MANAGE)
    partner = _in_status(partner_id, PartnerStatus.APPEALING)
    involved = partner.changes.order_by("-pk").values_list("actor_kind", "actor_id")[:2]
    if (actor.kind, actor.id) in list(involved):
        raise JudgeInOwnCause(gettext_lazy("Somebody else decides this appeal"))
    after = PartnerStatus.ACTIVE if is_upheld else PartnerStatus.SUSPENDED
    rest = timedelta(days=partner_book.tariff_on(on).review_days)
    until = on + rest if is_upheld else None
    _move(partner, after, actor=actor, at=at, reason=reason, reviewed_until=until)
    return partner


@room.atomic
def end(*, actor: Actor, at: datetime, partner_id: UUID, reason: str) -> VillagePartner:
    """
    End the work with a partner for good; what he has earned and owes stays in the books.

    :raises WrongPartnerStatus: if it has ended already
    """
    require(actor, Permission.VILLAGE_MANAGE)
    partner = _locked(partner_id)
    if partner.status == PartnerStatus.ENDED:
        raise WrongPartnerStatus(gettext_lazy("The work with this partner has ended"))
    _move(partner, PartnerStatus.ENDED, actor=actor, at=at, reason=reason)
    return partner


def require_may_submit(actor: Actor) -> None:
    """
    Let staff and active partners pass; doors call it before a form is taken in.

    An agent who is no village partner, such as a shop's clerk, has no standing to lose.

    :raises PartnerSuspended: for a partner who is suspended, is appealing, or was let go
    """
    require(actor, Permission.FIELD_SUBMIT)
    if actor.role != Role.AGENT:
        return
    partner = VillagePartner.objects.of_user(actor.id).first()
    if partner is not None and partner.status != PartnerStatus.ACTIVE:
        raise PartnerSuspended(
            gettext_lazy("You may not submit at present; reminders can still be finished")
        )


def of_actor(actor: Actor) -> VillagePartner:
    """
    Return the village partner that the actor is.

    :raises Forbidden: if he is none
    """
    is_agent = actor.role == Role.AGENT
    partner = VillagePartner.objects.of_user(actor.id).first() if is_agent else None
    if partner is None:
        raise Forbidden(gettext_lazy("This is for village partners"))
    return partner


def _is_appealed(partner: VillagePartner, against: str) -> bool:
    """Whether the step that came after a suspension was an appeal."""
    steps = list(partner.changes.order_by("pk").values_list("pk", "to_status"))
    following = {str(pk): after for (pk, _status), (_pk, after) in pairwise(steps)}
    return following.get(against) == PartnerStatus.APPEALING


def _move(
    partner: VillagePartner,
    status: PartnerStatus,
    *,
    actor: Actor,
    at: datetime,
    reason: str,
    reviewed_until: date | None = None,
) -> None:
    before = partner.status
    partner.move_to(status, at=at, actor=actor, reason=reason, reviewed_until=reviewed_until)
    audit.record(
        actor=actor,
        at=at,
        action=f"partner.{status.value.lower()}",
        subject=partner,
        changes={"status": [before, status.value]},
        reason=reason,
    )


def _in_status(partner_id: UUID, status: PartnerStatus) -> VillagePartner:
    partner = _locked(partner_id)
    if partner.status != status:
        raise WrongPartnerStatus(
            gettext_lazy("The partner's status is: %(status)s")
            % {"status": partner.get_status_display()}
        )
    return partner


def _locked(partner_id: UUID) -> VillagePartner:
    partner = VillagePartner.objects.for_update().filter(pk=partner_id).first()
    if partner is None:
        raise NotFound.of(_("Village partner"), partner_id)
    return partner
