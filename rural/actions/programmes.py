"""County programmes: agreed, switched, and asked whether they take a request."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rural.models import County, Household, Programme, ProgrammeAgreement
from rural.queries import programmes as queries
from rural.rules.months import plain
from rural.rules.programmes import Fault, fault
from tenancy import room
from tenancy.actions import audit, versions
from tenancy.actors import Actor
from tenancy.errors import FieldError, Invalid, NotFound, Refusal
from tenancy.permissions import Permission, require

WORDS = {
    Fault.SWITCHED_OFF: gettext_lazy("The county has switched this programme off"),
    Fault.NOT_BEGUN: gettext_lazy("This programme has not begun"),
    Fault.OVER: gettext_lazy("This programme is over"),
    Fault.NO_AGREEMENT: gettext_lazy("No agreement with the county is in force"),
    Fault.TOO_SMALL: gettext_lazy("Less than this programme lends"),
    Fault.TOO_LARGE: gettext_lazy("More than this programme lends"),
}


class ProgrammeRefused(Refusal):
    """The programme does not take the request; `rule` names the programme and what it says."""

    code = "programme_refused"
    status = 422


@room.atomic
def found(
    *,
    actor: Actor,
    at: datetime,
    code: str,
    name: str,
    name_zh: str,
    county_code: str,
    product_code: str,
    bank_code: str,
    min_amount: Decimal,
    max_amount: Decimal,
    starts_on: date,
    ends_on: date,
    source: str,
) -> Programme:
    """
    Begin a programme, switched off until the county's agreement is signed; again is harmless.

    :raises Invalid: if amounts or days do not fit, or the code is taken
    """
    require(actor, Permission.PROGRAMME_MANAGE)
    county = County.objects.filter(code=county_code).first()
    if county is None:
        raise NotFound.of(_("County"), county_code)
    known: Programme | None = Programme.objects.filter(code=code).first()
    if known is not None:
        return known
    errors = []
    if not code.strip() or len(code) > 40:
        errors.append(FieldError("/code", code[:60], _("a free code of 1 to 40 characters")))
    if not Decimal(0) < min_amount <= max_amount:
        amounts = f"{min_amount}, {max_amount}"
        errors.append(FieldError("/min_amount", amounts, _("above zero, and not above the other")))
    if ends_on < starts_on:
        errors.append(FieldError("/ends_on", str(ends_on), f"≥ {starts_on}"))
    if errors:
        raise Invalid(gettext_lazy("The programme does not fit"), errors=errors)
    programme: Programme = Programme.objects.create(
        code=code, name=name, name_zh=name_zh, county=county, product_code=product_code,
        bank_code=bank_code, min_amount=min_amount, max_amount=max_amount, starts_on=starts_on,
        ends_on=ends_on, source=source,
    )  # fmt: skip
    audit.record(
        actor=actor, at=at, action="programme.found", subject=programme, changes={"code": code}
    )
    return programme


@room.atomic
def agree(
    *,
    actor: Actor,
    at: datetime,
    programme_id: UUID,
    reference: str,
    data_items: Sequence[str],
    purpose: str,
    exit_terms: str,
    signed_on: date,
    starts_on: date,
    ends_on: date,
) -> ProgrammeAgreement:
    """
    Write down what the county signed, as the next version.

    :raises Invalid: without data items, purpose or terms of exit, or if the days do not fit
    """
    require(actor, Permission.PROGRAMME_MANAGE)
    programme = _locked(programme_id)
    errors = [
        FieldError(f"/{name}", "", _("not empty"))
        for name, value in (
            ("reference", reference),
            ("data_items", "".join(data_items)),
            ("purpose", purpose),
            ("exit_terms", exit_terms),
        )
        if not value.strip()
    ]
    if not signed_on <= ends_on >= starts_on:
        errors.append(FieldError("/ends_on", str(ends_on), f"≥ {max(starts_on, signed_on)}"))
    if errors:
        raise Invalid(gettext_lazy("The agreement does not fit"), errors=errors)
    agreement: ProgrammeAgreement = ProgrammeAgreement.objects.create(
        programme=programme, number=versions.next_number(programme.agreements.all()),
        reference=reference, data_items=list(data_items),
        purpose=purpose, exit_terms=exit_terms, signed_on=signed_on, starts_on=starts_on,
        ends_on=ends_on,
    )  # fmt: skip
    changes = {"version": agreement.number, "items": list(data_items)}
    audit.record(actor=actor, at=at, action="programme.agree", subject=programme, changes=changes)
    return agreement


@room.atomic
def switch(
    *, actor: Actor, at: datetime, programme_id: UUID, is_on: bool, reason: str
) -> Programme:
    """Switch a programme on or off, as the county says; loans already made go on."""
    require(actor, Permission.PROGRAMME_MANAGE)
    programme = _locked(programme_id)
    if programme.is_on != is_on:
        programme.is_on = is_on
        programme.save(update_fields=["is_on"])
        audit.record(
            actor=actor, at=at, action="programme.switch", subject=programme, reason=reason,
            changes={"is_on": is_on},
        )  # fmt: skip
    return programme


@room.atomic
def leave(
    *, actor: Actor, at: datetime, on: date, agreement_id: UUID, reason: str
) -> ProgrammeAgreement:
    """
    End an agreement before its time; its county's data is then to be withdrawn.

    :raises Invalid: if it has been left already
    """
    require(actor, Permission.PROGRAMME_MANAGE)
    agreement = ProgrammeAgreement.objects.for_update().filter(pk=agreement_id).first()
    if agreement is None:
        raise NotFound.of(_("Programme agreement"), agreement_id)
    if agreement.exited_on is not None or not reason.strip():
        errors = [FieldError("/reason", reason[:40], _("a reason, once"))]
        raise Invalid(gettext_lazy("The agreement does not fit"), errors=errors)
    agreement.exited_on, agreement.exit_reason = on, reason
    agreement.save(update_fields=["exited_on", "exit_reason"])
    audit.record(actor=actor, at=at, action="programme.leave", subject=agreement, reason=reason)
    return agreement


def require_within(programme: Programme, *, amount: Decimal | None, on: date) -> None:
    """
    Let a request pass that the programme takes on this day.

    :raises ProgrammeRefused: naming the programme's rule and its source
    """
    bounds = programme.bounds(on)
    found_fault = fault(bounds, amount, on)
    if found_fault is None:
        return
    expected = {
        Fault.TOO_SMALL: f"≥ {plain(bounds.min_amount):f}",
        Fault.TOO_LARGE: f"≤ {plain(bounds.max_amount):f}",
        Fault.NOT_BEGUN: f"≥ {bounds.starts_on}",
        Fault.OVER: f"≤ {bounds.ends_on}",
    }.get(found_fault, "")
    errors = []
    if amount is not None and found_fault in (Fault.TOO_SMALL, Fault.TOO_LARGE):
        errors.append(FieldError("/amount", f"{amount:f}", expected))
    raise ProgrammeRefused(
        WORDS[found_fault],
        errors=errors,
        rule=f"{programme.code}: {found_fault.value} {expected}".strip(),
        source=programme.source,
    )


def require_open(
    household: Household, product_code: str, *, amount: Decimal | None, on: date
) -> None:
    """
    Let a household's request pass that one of its county's programmes for the product takes.

    A county without any programme for the product bounds nothing.

    :raises ProgrammeRefused: of the programme that comes nearest to taking it
    """
    refusals = []
    for programme in queries.of(household, product_code):
        try:
            require_within(programme, amount=amount, on=on)
        except ProgrammeRefused as refused:
            refusals.append((fault(programme.bounds(on), None, on) is not None, refused))
        else:
            return
    if refusals:
        raise min(refusals, key=lambda each: each[0])[1]


def _locked(programme_id: UUID) -> Programme:
    programme = Programme.objects.for_update().filter(pk=programme_id).first()
    if programme is None:
        raise NotFound.of(_("Programme"), programme_id)
    return programme
