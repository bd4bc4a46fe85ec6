"""How much a bank takes: set by agreement, reserved under lock, used or released."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partners.actions import feed
from partners.actions.credentials import bank_of
from partners.models import Agreement, PartnerBank, Quota, QuotaPeriod
from tenancy import room
from tenancy.actions import approvals, audit
from tenancy.actors import Actor
from tenancy.errors import FieldError, Invalid, NotFound, Refusal
from tenancy.models import ApprovalRequest, ApprovalStatus
from tenancy.permissions import Permission, require

RAISE = "quota.raise"


class QuotaChanged(Refusal):
    """The quota is no longer what it was when a higher one was proposed."""

    code = "quota_changed"


@room.atomic
def set_quota(
    *,
    actor: Actor,
    at: datetime,
    agreement_id: UUID,
    period: str,
    amount: Decimal,
    region: str = "",
    product: str = "",
) -> Quota:
    """
    Set the most that is placed under an agreement in a period; what is reserved stays.

    :param region: an administrative code; the quota counts what lies in it. Empty for all
    :param product: a product's code; empty for all
    :raises NotFound: if there is no such agreement
    :raises Invalid: for an unknown period or an impossible amount
    """
    require(actor, Permission.AGREEMENT_EDIT)
    return write(
        actor=actor,
        at=at,
        agreement_id=agreement_id,
        period=period,
        amount=amount,
        region=region,
        product=product,
    )


def write(
    *,
    actor: Actor,
    at: datetime,
    agreement_id: UUID,
    period: str,
    amount: Decimal,
    region: str,
    product: str,
) -> Quota:
    """Write a quota that the caller has found the actor allowed to set."""
    if not Agreement.objects.filter(pk=agreement_id).exists():
        raise NotFound.of(gettext_lazy("Agreement"), agreement_id)
    errors = _bad_amount(amount)
    if period not in QuotaPeriod.values:
        errors.insert(0, FieldError("/period", period[:80], ", ".join(QuotaPeriod.values)))
    if errors:
        raise Invalid(gettext_lazy("The quota does not fit"), errors=errors)
    quota, _created = Quota.objects.update_or_create(
        agreement_id=agreement_id,
        period=period,
        region=region,
        product=product,
        defaults={"amount": amount, "set_at": at, "is_active": True},
    )
    audit.record(
        actor=actor,
        at=at,
        action="quota.set",
        subject=quota,
        changes={"period": period, "amount": str(amount), "region": region, "product": product},
    )
    return quota


@room.atomic
def propose(
    *, actor: Actor, at: datetime, quota_id: UUID, amount: Decimal, reason: str
) -> ApprovalRequest | None:
    """
    Change how much is placed with a bank, as the bank.

    A lower amount binds at once, because nobody may make a bank lend. A higher one is put before
    the lender, and binds when somebody there has approved it: one key must not open a bank's
    purse (co-lending.md §2.10). Repeating it changes nothing.

    :returns: what waits for the lender; None where the amount is in force
    :raises NotABank: without the bank's own credential
    :raises NotFound: if no such quota is this bank's
    :raises Invalid: for an impossible amount, or a higher one without a reason
    """
    require(actor, Permission.BANK_DECIDE)
    quota = _locked(quota_id, bank_of(actor))
    if errors := _bad_amount(amount):
        raise Invalid(gettext_lazy("The quota does not fit"), errors=errors)
    if amount > quota.amount:
        return approvals.request(
            actor=actor,
            at=at,
            kind=RAISE,
            title=_("%(bank)s: raise the quota %(quota)s to %(amount)s")
            % {"bank": quota.agreement.bank, "quota": quota, "amount": amount},
            payload={"from": f"{quota.amount:.2f}", "amount": f"{amount:.2f}"},
            reason=reason,
            subject=quota,
        )
    if amount < quota.amount:
        _put_in_force(quota, amount, actor=actor, at=at)
    return None


@room.atomic
def raise_approved(*, actor: Actor, at: datetime, on: date, request_id: UUID) -> Quota:
    """
    Put a higher quota in force that a bank proposed and one of us approved; repeating is harmless.

    :param on: not needed; every kind of request is done the same way
    :raises NotApproved: if nobody approved it
    :raises QuotaChanged: if the quota was changed in the meantime
    """
    require(actor, Permission.APPROVAL_DECIDE)
    asked = approvals.approved(request_id=request_id, kind=RAISE)
    quota = Quota.objects.for_update().select_related("agreement__bank").get(pk=asked.subject_id)
    amount = Decimal(asked.payload["amount"])
    if quota.amount == amount:
        return quota
    if quota.amount != Decimal(asked.payload["from"]):
        raise QuotaChanged(
            gettext_lazy("The quota is %(amount)s by now; let the bank propose anew")
            % {"amount": f"{quota.amount:.2f}"}
        )
    _put_in_force(quota, amount, actor=actor, at=at)
    return quota


def proposed(quota: Quota, *, at: datetime) -> Decimal | None:
    """Return the higher amount that waits for the lender's word at a moment, if any does."""
    asked = ApprovalRequest.objects.filter(
        kind=RAISE,
        subject_type=quota._meta.label_lower,
        subject_id=str(quota.pk),
        status=ApprovalStatus.PENDING,
        expires_at__gt=at,
    ).order_by("pk")
    last = asked.last()
    return None if last is None else Decimal(last.payload["amount"])


def _put_in_force(quota: Quota, amount: Decimal, *, actor: Actor, at: datetime) -> None:
    before = quota.amount
    quota.amount, quota.set_at = amount, at
    quota.save(update_fields=["amount", "set_at"])
    audit.record(
        actor=actor,
        at=at,
        action="quota.set",
        subject=quota,
        changes={"from": str(before), "amount": str(amount)},
    )
    bank = quota.agreement.bank
    assert bank is not None, "a quota that a bank proposed is a bank's"
    told = {"quota_id": str(quota.pk), "amount": f"{amount:.2f}", "currency": bank.currency}
    feed.tell(bank, "quota.changed", told, at=at)


def _locked(quota_id: UUID, bank: PartnerBank) -> Quota:
    quota: Quota | None = (
        Quota.objects.for_update()
        .select_related("agreement__bank")
        .filter(pk=quota_id, agreement__bank=bank, is_active=True)
        .first()
    )
    if quota is None:
        raise NotFound.of(gettext_lazy("Quota"), quota_id)
    return quota


def _bad_amount(amount: Decimal) -> list[FieldError]:
    if amount.is_finite() and 0 <= amount < Decimal(10) ** 15:
        return []
    return [FieldError("/amount", str(amount)[:80], _("an amount of 0 or more"))]
