"""
An application before a partner bank: approved by us, offered when the bank has decided too.

Who is asked, and in which order, is not known here: the work is handed on by name.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.utils.translation import gettext_lazy

from ledger.rules.money import is_whole
from lending.actions import desk, offers, plans, pricing
from lending.models import Application, Funding, Offer
from lending.rules.stages import Stage
from tenancy import room
from tenancy.actions import audit, outbox
from tenancy.actors import Actor
from tenancy.errors import FieldError, Invalid
from tenancy.permissions import Permission, allows, require
from tenancy.wording import as_text

NO_FUNDER = {
    "kind": "lending",
    "code": "no_funder",
    "text": {"en": "No bank could fund the loan", "zh": "暂无合作银行可提供资金"},
}


@dataclass(frozen=True, slots=True)
class Granted:
    """What we approved: limit, annual rate (a fraction) and term in the product's unit."""

    amount: Decimal
    annual_rate: Decimal
    term: int


def seek(
    application: Application,
    granted: Granted,
    *,
    actor: Actor,
    at: datetime,
    on: date,
    reason: str = "",
    through: Stage | None = None,
    also: tuple[str, ...] = (),
) -> None:
    """
    Move an approved application before the partner banks; the caller holds its lock.

    :param through: a stage that is passed in this very moment, and `also` what was changed with it
    :raises CostAboveCap: if the all-in cost of our own terms breaks a rule in force
    :raises Invalid: if the repayment plan cannot be kept any more
    """
    require_priceable(application, granted, on=on)
    application.approved_amount = granted.amount
    application.approved_rate = granted.annual_rate
    application.approved_term = granted.term
    application.decided_at = at
    application.move_to(
        Stage.FUNDING,
        at=at,
        actor=actor,
        through=through,
        reason=reason,
        also=["approved_amount", "approved_rate", "approved_term", "decided_at", *also],
    )
    audit.record(
        actor=actor,
        at=at,
        action="application.seek_funding",
        subject=application,
        changes={"amount": str(granted.amount), "annual_rate": str(granted.annual_rate)},
        reason=reason,
    )
    outbox.enqueue("partners.route", application_id=str(application.pk))
    desk.tell(application, at=at)


def require_priceable(application: Application, granted: Granted, *, on: date) -> None:
    """
    Let terms pass that could be offered as they are.

    :raises CostAboveCap: if their all-in cost breaks a rule in force
    :raises Invalid: if the repayment plan cannot be kept any more
    """
    plans.require(application.version, application.plan, on=on)
    terms = application.version.terms(
        principal=granted.amount,
        annual_rate=granted.annual_rate,
        term=granted.term,
        starts_on=on,
        plan=application.plan,
    )
    pricing.require_within_caps(terms, on=on)


@room.atomic
def offer(
    *,
    actor: Actor,
    at: datetime,
    on: date,
    application_id: UUID,
    amount: Decimal,
    annual_rate: Decimal,
    term: int,
    funder: str,
    funder_zh: str = "",
    expires_at: datetime | None = None,
) -> Offer:
    """
    Offer what a partner bank approved, at its terms, with the cost table made anew.

    Repeating it returns the offer that stands.

    :param funder: the bank's name; the cost table names both lenders. Empty for our own money
    :param funder_zh: its Chinese name, if it has one, for who reads Chinese
    :param expires_at: until when the bank stands by its decision
    :raises WrongStage: if the application is not before a bank
    :raises Invalid: for more, dearer or longer than we approved
    :raises CostAboveCap: if the all-in cost breaks a rule in force
    """
    _require_partner_side(actor)
    application = desk.locked(application_id)
    standing = desk.open_offer(application)
    if standing is not None and _is_same(standing, amount, annual_rate, term, funder):
        return standing
    if application.stage != Stage.FUNDING:
        raise desk.wrong_stage(application)
    _require_within_approval(application, Granted(amount, annual_rate, term))
    made = offers.make(
        application,
        at=at,
        on=on,
        amount=amount,
        annual_rate=annual_rate,
        term=term,
        funder=funder,
        expires_at=expires_at,
    )
    named = as_text({"en": funder, "zh": funder_zh}) if funder_zh else funder
    application.move_to(Stage.APPROVED, at=at, actor=actor, reason=named, until=made.expires_at)
    audit.record(
        actor=actor,
        at=at,
        action="application.offer_funded",
        subject=application,
        changes={
            "offer": str(made.pk),
            "amount": str(amount),
            "annual_rate": str(annual_rate),
            "funder": funder,
        },
    )
    desk.tell(application, at=at, offer=made)
    return made


@room.atomic
def unfunded(*, actor: Actor, at: datetime, application_id: UUID, reason: str) -> Application:
    """
    End an application that nobody funds; repeating it changes nothing.

    :param reason: which banks were asked and what they said; for us, not for the borrower
    :raises WrongStage: if the application is not before a bank
    """
    _require_partner_side(actor)
    application = desk.locked(application_id)
    if application.stage == Stage.DECLINED:
        return application
    if application.stage != Stage.FUNDING:
        raise desk.wrong_stage(application)
    application.reasons = [*application.reasons, NO_FUNDER]
    application.move_to(Stage.DECLINED, at=at, actor=actor, reason=reason, also=["reasons"])
    audit.record(
        actor=actor,
        at=at,
        action="application.unfunded",
        subject=application,
        changes={"stage": Stage.DECLINED.value},
        reason=reason,
    )
    desk.tell(application, at=at)
    return application


def tell_withdrawn(application: Application) -> None:
    """Send word to the banks; the application still stands where they wait for it."""
    is_with_partner = application.stage in {Stage.FUNDING, Stage.APPROVED}
    if is_with_partner and application.version.funding == Funding.PARTNER:
        outbox.enqueue("partners.application_withdrawn", application_id=str(application.pk))


def _require_partner_side(actor: Actor) -> None:
    """A bank's own credential, or whoever may route."""
    if not allows(actor.role, Permission.BANK_DECIDE):
        require(actor, Permission.ROUTING_RUN)


def _is_same(
    standing: Offer, amount: Decimal, annual_rate: Decimal, term: int, funder: str
) -> bool:
    told = (amount, annual_rate, term, funder)
    return (standing.amount, standing.annual_rate, standing.term, standing.funder) == told


def _require_within_approval(application: Application, asked: Granted) -> None:
    version = application.version
    most = application.approved_amount or Decimal(0)
    dearest = application.version.annual_rate
    fits = {
        "/amount": asked.amount.is_finite()
        and version.min_amount <= asked.amount <= most
        and is_whole(asked.amount, application.currency),
        "/annual_rate": asked.annual_rate.is_finite() and 0 <= asked.annual_rate <= dearest,
        "/term": version.min_term <= asked.term <= version.max_term,
    }
    values = {"/amount": asked.amount, "/annual_rate": asked.annual_rate, "/term": asked.term}
    expected = {
        "/amount": f"{version.min_amount.normalize():f} – {most.normalize():f}",
        "/annual_rate": f"0 – {dearest.normalize():f}",
        "/term": f"{version.min_term} – {version.max_term}",
    }
    errors = [
        FieldError(pointer, str(values[pointer])[:40], expected[pointer])
        for pointer, does in fits.items()
        if not does
    ]
    if errors:
        raise Invalid(gettext_lazy("The bank's terms go beyond what was approved"), errors=errors)
