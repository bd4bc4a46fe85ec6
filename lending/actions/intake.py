"""An application comes in, complete or to be completed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ledger.rules.money import exponent
from lending.actions import evidence as packages
from lending.actions import plans
from lending.actions.desk import locked, wrong_stage
from lending.models import Application, Borrower, Paper, ProductVersion, StageChange
from lending.queries.papers import gaps
from lending.rules.numbers import human_number
from lending.rules.stages import Stage, due_at
from tenancy import room
from tenancy.actions import audit, outbox
from tenancy.actors import Actor
from tenancy.errors import FieldError, Invalid, Refusal
from tenancy.ids import uuid7
from tenancy.permissions import Permission, require

PURPOSE_CHARACTERS = 200
CHANNEL_CHARACTERS = 40


class InputsMissing(Refusal):
    """A required input is missing: an application does not leave COLLECTING with a gap."""

    code = "inputs_missing"
    status = 422


@room.atomic
def submit(
    *,
    actor: Actor,
    at: datetime,
    on: date,
    borrower_reference: str,
    product_code: str,
    amount: Decimal,
    currency: str,
    term: int,
    purpose: str,
    evidence: Mapping[str, Any],
    channel: str,
    plan: Mapping[str, Any] | None = None,
) -> Application:
    """
    Take an application in and send it to be decided.

    With a required input or paper missing it waits in COLLECTING (see `supply` and
    `lending.actions.papers`) and is not sent.

    :param on: the tenant's business date; picks the product version on offer
    :param term: in the product's unit, days or months
    :param evidence: see `lending.actions.evidence.problems`
    :param plan: `due_dates` and `shares` of the principal, for a product of the custom method
    :raises Invalid: naming every field that does not fit, with its value and what was expected
    """
    require(actor, Permission.APPLICATION_SUBMIT)
    _require_storable(
        borrower=borrower_reference, product=product_code, purpose=purpose, channel=channel
    )
    borrower = Borrower.objects.filter(reference=borrower_reference).first()
    version = ProductVersion.objects.on_offer(product_code, on).first()
    errors = packages.problems(evidence, on=on)
    if borrower is None:
        errors.append(_unknown("/borrower", borrower_reference, _("a registered borrower")))
    if version is None:
        errors.append(_unknown("/product", product_code, _("a product on offer")))
    else:
        errors += _misfits(version, amount=amount, currency=currency, term=term)
        errors += plans.problems(version, plan, on=on)
    errors += _misspelt("/purpose", purpose, PURPOSE_CHARACTERS)
    errors += _misspelt("/channel", channel, CHANNEL_CHARACTERS)
    if errors or borrower is None or version is None:
        raise Invalid(gettext_lazy("The application does not fit"), errors=errors)

    key = uuid7()
    stage = Stage.COLLECTING
    if not version.required_papers and not packages.missing(version.required_inputs, evidence):
        stage = Stage.SUBMITTED
    application = Application.objects.create(
        id=key,
        number=human_number("A", on, key),
        borrower=borrower,
        version=version,
        amount=amount,
        currency=currency,
        term=term,
        purpose=purpose.strip(),
        channel=channel,
        plan=plans.as_stored(plan),
        evidence=evidence,
        evidence_hash=packages.read(evidence).sha256 if stage == Stage.SUBMITTED else "",
        stage=stage,
        stage_since=at,
        stage_due_at=due_at(stage, at, version.stage_minutes),
        submitted_at=at,
    )
    StageChange.of(application, stage, at=at, actor=actor).save()
    Paper.objects.bulk_create(
        Paper(application=application, kind=kind, changed_at=at, changed_by=actor.name)
        for kind in version.required_papers
    )
    audit.record(
        actor=actor,
        at=at,
        action="application.submit",
        subject=application,
        changes={"evidence": application.evidence_hash, "stage": stage},
    )
    if stage == Stage.SUBMITTED:
        outbox.enqueue("lending.decide", application_id=str(key))
    return application


@room.atomic
def supply(
    *, actor: Actor, at: datetime, on: date, application_id: UUID, inputs: Mapping[str, Any]
) -> Application:
    """
    Add inputs to an application in COLLECTING; without a gap left, freeze and submit it.

    :raises WrongStage: once the evidence is frozen
    :raises Invalid: if the completed package does not fit
    :raises InputsMissing: if nothing was added and a required input is still missing
    """
    require(actor, Permission.APPLICATION_SUBMIT)
    application = locked(application_id)
    if application.stage != Stage.COLLECTING:
        raise wrong_stage(application)
    package = dict(application.evidence)
    package["inputs"] = {**package.get("inputs", {}), **inputs}
    errors = packages.problems(package, on=on)
    if errors:
        raise Invalid(gettext_lazy("The evidence does not fit"), errors=errors)

    lacking = packages.missing(application.version.required_inputs, package)
    if lacking and not inputs:
        raise InputsMissing(
            gettext_lazy("Required inputs are missing"),
            errors=[FieldError(f"/evidence/inputs/{gap}", "", _("a value")) for gap in lacking],
        )
    application.evidence = package
    application.save(update_fields=["evidence"])
    submit_if_complete(application, at=at, on=on, actor=actor)
    return application


def submit_if_complete(application: Application, *, at: datetime, on: date, actor: Actor) -> None:
    """
    Freeze and submit an application in COLLECTING that lacks nothing; the caller holds its lock.

    It lacks nothing when all inputs and all papers that its product asks for are there.
    """
    if application.stage != Stage.COLLECTING:
        return
    package = application.evidence
    if packages.missing(application.version.required_inputs, package) or gaps(application, on):
        return
    application.evidence_hash = packages.read(package).sha256
    application.move_to(Stage.SUBMITTED, at=at, actor=actor, also=["evidence_hash"])
    audit.record(
        actor=actor,
        at=at,
        action="application.complete",
        subject=application,
        changes={"evidence": application.evidence_hash},
    )
    outbox.enqueue("lending.decide", application_id=str(application.pk))


def _require_storable(**texts: str) -> None:
    """Refuse before any look-up: the database takes such a text for a broken statement."""
    expected = _("text that can be stored")
    errors = [
        FieldError(f"/{name}", ascii(text)[:80], expected)
        for name, text in texts.items()
        if not packages.is_storable(text)
    ]
    if errors:
        raise Invalid(gettext_lazy("The application does not fit"), errors=errors)


def _misspelt(pointer: str, text: str, characters: int) -> list[FieldError]:
    if 0 < len(text.strip()) <= characters:
        return []
    return [_unknown(pointer, text, _("1 to %d characters") % characters)]


def _misfits(
    version: ProductVersion, *, amount: Decimal, currency: str, term: int
) -> list[FieldError]:
    errors = []
    if currency != version.currency:
        errors.append(_unknown("/currency", currency, version.currency))
    low, high = version.min_amount, version.max_amount
    places = exponent(version.currency)
    # NaN compares with nothing, so it must be asked for first.
    if not amount.is_finite() or not low <= amount <= high:
        errors.append(_unknown("/amount", amount, _("%(low)s to %(high)s") % _range(low, high)))
    elif amount != round(amount, places):
        errors.append(_unknown("/amount", amount, _("at most %d decimal places") % places))
    if not version.min_term <= term <= version.max_term:
        expected = _("%(low)s to %(high)s %(unit)s") % {
            "low": version.min_term,
            "high": version.max_term,
            "unit": version.get_term_unit_display(),
        }
        errors.append(_unknown("/term", term, expected))
    return errors


def _range(low: Decimal, high: Decimal) -> dict[str, str]:
    return {"low": f"{low.normalize():f}", "high": f"{high.normalize():f}"}


def _unknown(pointer: str, value: object, expected: str) -> FieldError:
    return FieldError(pointer, str(value)[:80], expected)
