"""A borrower's word that one named bank gets his application, given or refused afterwards."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lending.actions import desk
from lending.rules.stages import Stage
from partners.models import BankConsent, PartnerBank
from tenancy import room
from tenancy.actions import audit, outbox
from tenancy.actors import Actor
from tenancy.errors import FieldError, Invalid, NotFound
from tenancy.permissions import Permission, require

PURPOSE = "credit_application"


@room.atomic
def note(
    *,
    actor: Actor,
    at: datetime,
    application_id: UUID,
    bank_code: str,
    is_given: bool,
    expires_at: datetime,
    version: str,
    text_hash: str,
    channel: str,
) -> BankConsent:
    """
    Write down what the borrower said about one bank, and look for a bank again.

    :param text_hash: SHA-256 of the text that he read, as hexadecimal digits
    :raises NotFound: if there is no such application or bank
    :raises Invalid: for a consent that would be over already, or without its text's hash
    """
    require(actor, Permission.APPLICATION_SUBMIT)
    bank = PartnerBank.objects.filter(code=bank_code).first()
    if bank is None:
        raise NotFound.of(gettext_lazy("Bank"), bank_code)
    application = desk.locked(application_id)
    errors = []
    if expires_at <= at:
        errors.append(FieldError("/expires_at", expires_at.isoformat(), _("a moment to come")))
    if len(text_hash) != 64:
        errors.append(FieldError("/text_hash", text_hash[:80], _("a SHA-256 in hexadecimal")))
    if errors:
        raise Invalid(gettext_lazy("The consent does not fit"), errors=errors)
    consent = BankConsent.objects.create(
        application=application,
        bank=bank,
        is_given=is_given,
        version=version[:20],
        text_hash=text_hash,
        purpose=PURPOSE,
        channel=channel[:40],
        granted_at=at,
        expires_at=expires_at,
    )
    audit.record(
        actor=actor,
        at=at,
        action="bank_consent.give" if is_given else "bank_consent.refuse",
        subject=application,
        changes={"bank": bank.code, "version": version, "text_hash": text_hash},
    )
    if application.stage == Stage.FUNDING:
        outbox.enqueue("partners.route", application_id=str(application.pk))
    return consent
