"""Agreements: negotiated in a draft, published, then frozen."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partners.actions import regulation
from partners.actions.terms import AgreementTerms
from partners.models import Agreement, AgreementVersion, Guarantor, PartnerBank
from partners.rules.regulation import BANK, ratios
from tenancy import room
from tenancy.actions import audit, versions
from tenancy.actors import Actor
from tenancy.errors import FieldError, Invalid, NotFound
from tenancy.permissions import Permission, require

CODE_CHARACTERS = 30


@room.atomic
def draft(
    *,
    actor: Actor,
    at: datetime,
    code: str,
    name: str,
    terms: AgreementTerms,
    bank_code: str = "",
    guarantor_code: str = "",
    name_zh: str = "",
) -> AgreementVersion:
    """
    Write the draft of an agreement's next version, in place of the draft that there may be.

    The agreement is made with its first draft; later drafts leave its parties alone.

    :param bank_code: empty for our own book (model OWN) only
    :raises NotFound: if there is no such bank or guarantor
    :raises Invalid: naming every field that does not fit
    """
    require(actor, Permission.AGREEMENT_EDIT)
    agreement = Agreement.objects.for_update().filter(code=code).first()
    if agreement is None:
        agreement = Agreement(
            code=code,
            name=name,
            name_zh=name_zh,
            bank=_bank(bank_code) if bank_code else None,
            guarantor=_guarantor(guarantor_code) if guarantor_code else None,
        )
    errors = list(
        terms.problems(
            has_bank=agreement.bank_id is not None,
            has_guarantor=agreement.guarantor_id is not None,
        )
    )
    if not 0 < len(code) <= CODE_CHARACTERS or not name.strip():
        expected = _("a code of 1 to %d characters and a name") % CODE_CHARACTERS
        errors.append(FieldError("/code", code[:80], expected))
    if errors:
        raise Invalid(gettext_lazy("The agreement does not fit"), errors=errors)

    agreement.save()
    columns = terms.columns()
    known = AgreementVersion.objects.filter(agreement=agreement)
    version = known.filter(published_at__isnull=True).first() or AgreementVersion(
        agreement=agreement, number=versions.next_number(known)
    )
    for column, value in columns.items():
        setattr(version, column, value)
    version.save()
    audit.record(
        actor=actor,
        at=at,
        action="agreement.draft",
        subject=version,
        changes={column: str(value) for column, value in columns.items()},
    )
    return version


@room.atomic
def publish(*, actor: Actor, at: datetime, on: date, version_id: UUID) -> AgreementVersion:
    """
    Check a draft's ratio and price against the funding rules of its first day, and freeze it.

    What only warns is kept in `warnings`. Publishing again is harmless.

    :param on: the tenant's business date; a version cannot begin before it
    :raises NotFound: if there is no such version
    :raises Invalid: if it would begin in the past
    :raises FundingRuleBroken: naming the rule and its source
    """
    require(actor, Permission.AGREEMENT_EDIT)
    version = _locked(version_id)
    if version.is_published:
        return version
    versions.require_not_past(version.effective_from, on=on)
    found = regulation.breaches(
        ratios(version.bank_ratio_bp),
        jurisdiction=version.jurisdiction,
        model=version.model,
        kinds=[BANK],
        on=version.effective_from,
    )
    regulation.require_kept(found)
    version.warnings = [
        {"code": each.code, "title": each.title, "title_zh": each.title_zh} for each in found
    ]
    version.published_at = at
    version.save(update_fields=["published_at", "warnings"])
    audit.record(
        actor=actor,
        at=at,
        action="agreement.publish",
        subject=version,
        changes={"version": str(version), "warnings": version.warnings},
    )
    return version


@room.atomic
def suspend(
    *, actor: Actor, at: datetime, agreement_id: UUID, is_active: bool, reason: str
) -> Agreement:
    """
    Stop placing under an agreement, or go on; what was placed stays under its version.

    :raises NotFound: if there is no such agreement
    """
    require(actor, Permission.AGREEMENT_EDIT)
    agreement = Agreement.objects.for_update().filter(pk=agreement_id).first()
    if agreement is None:
        raise NotFound.of(gettext_lazy("Agreement"), agreement_id)
    agreement.is_active = is_active
    agreement.save(update_fields=["is_active"])
    audit.record(
        actor=actor,
        at=at,
        action="agreement.resume" if is_active else "agreement.suspend",
        subject=agreement,
        reason=reason,
    )
    return agreement


def _bank(code: str) -> PartnerBank:
    bank = PartnerBank.objects.filter(code=code).first()
    if bank is None:
        raise NotFound.of(gettext_lazy("Bank"), code)
    return bank


def _guarantor(code: str) -> Guarantor:
    guarantor = Guarantor.objects.filter(code=code).first()
    if guarantor is None:
        raise NotFound.of(gettext_lazy("Guarantor"), code)
    return guarantor


def _locked(version_id: UUID) -> AgreementVersion:
    version = (
        AgreementVersion.objects.for_update()
        .select_related("agreement__bank")
        .filter(pk=version_id)
        .first()
    )
    if version is None:
        raise NotFound.of(gettext_lazy("Agreement version"), version_id)
    return version
