"""An offer is made with its all-in cost table, accepted while it stands, or runs out."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from lending.actions import desk, lines, plans, pricing
from lending.models import (
    Application,
    CreditLine,
    Offer,
    OfferStatus,
    RegulationRule,
)
from lending.rules.stages import Stage
from scoring.rules.canonical import sha256
from tenancy import room
from tenancy.actions import audit
from tenancy.actors import Actor
from tenancy.errors import NotFound, Refusal
from tenancy.models import Tenant
from tenancy.permissions import Permission, require


class OfferExpired(Refusal):
    """The offer was valid until a moment that has passed; apply again."""

    code = "offer_expired"


class OfferNotOpen(Refusal):
    """The offer was withdrawn, or another one took its place."""

    code = "offer_not_open"


class CostTableNotShown(Refusal):
    """The borrower has not confirmed the all-in cost table of these very terms."""

    code = "cost_table_not_confirmed"


def make(
    application: Application,
    *,
    at: datetime,
    on: date,
    amount: Decimal,
    annual_rate: Decimal,
    term: int,
    funder: str = "",
    expires_at: datetime | None = None,
) -> Offer:
    """
    Write an offer and its cost table; the caller holds the application's lock and moves it on.

    :param funder: the partner bank that lends along; the table names both lenders
    :param expires_at: where something else than the product says how long the offer stands
    :raises CostAboveCap: if the all-in cost of these terms breaks a rule in force
    :raises Invalid: if the repayment plan cannot be kept any more
    """
    plans.require(application.version, application.plan, on=on)
    terms = application.version.terms(
        principal=amount,
        annual_rate=annual_rate,
        term=term,
        starts_on=on,
        plan=application.plan,
    )
    tenant = Tenant.objects.get(pk=room.current())
    lender = f"{tenant.name}, {funder}" if funder else tenant.name
    table = pricing.disclose(terms, on=on, lender=lender)
    return Offer.objects.create(
        application=application,
        version=application.version,
        amount=amount,
        currency=application.currency,
        annual_rate=annual_rate,
        term=term,
        plan=application.plan,
        funder=funder,
        cost_table=table,
        cost_hash=sha256(table),
        issued_at=at,
        expires_at=expires_at or _end_of_day(at, application.version.offer_days, tenant),
    )


@room.atomic
def accept(
    *, actor: Actor, at: datetime, on: date, offer_id: UUID, cost_hash: str = ""
) -> CreditLine:
    """
    Take an offer up and open its credit line; repeating it returns the line already open.

    :param cost_hash: the hash of the cost table that the borrower was shown and confirmed; may
        be left out only while no rule in force demands the table
    :raises NotFound: if there is no such offer
    :raises OfferExpired: after its last moment
    :raises OfferNotOpen: if it was withdrawn
    :raises CostTableNotShown: without the confirmed table of the current terms
    :raises CostAboveCap: if a rule came into force meanwhile that the terms break
    """
    require(actor, Permission.OFFER_ACCEPT)
    # The application is locked before its offer is read: that is the order everywhere.
    found = Offer.objects.filter(pk=offer_id).values_list("application_id", flat=True).first()
    if found is None:
        raise NotFound.of(_("Offer"), offer_id)
    application = desk.locked(found)
    offer = Offer.objects.get(pk=offer_id)
    offer.application = application
    line = CreditLine.objects.filter(offer=offer).first()
    if line is not None:
        return line
    _require_open(offer, at)
    _require_shown(offer, on=on, cost_hash=cost_hash)
    offer.settle(OfferStatus.ACCEPTED, at=at)
    application.move_to(Stage.ACCEPTED, at=at, actor=actor)
    line = lines.open_for(offer, on=on)
    audit.record(
        actor=actor,
        at=at,
        action="offer.accept",
        subject=offer,
        changes={"line": line.number, "cost_table": offer.cost_hash, "confirmed": cost_hash},
    )
    desk.tell(application, at=at, offer=offer)
    return line


def _require_open(offer: Offer, at: datetime) -> None:
    if offer.status == OfferStatus.EXPIRED or (
        offer.status == OfferStatus.OPEN and offer.has_expired(at)
    ):
        raise OfferExpired(
            _("The offer was valid until %(until)s") % {"until": offer.expires_at.isoformat()}
        )
    if offer.status != OfferStatus.OPEN:
        raise OfferNotOpen(
            _("The offer is no longer open: %(status)s") % {"status": offer.get_status_display()}
        )


def _require_shown(offer: Offer, *, on: date, cost_hash: str) -> None:
    """Check the table against the rules, itself, the terms that it stands for, and the reader."""
    demanding = RegulationRule.objects.demanding_cost_table(on).first()
    terms = pricing.offered_terms(offer)
    is_current = pricing.describes(offer.cost_table, terms)
    is_confirmed = cost_hash == offer.cost_hash or not (cost_hash or demanding)
    if is_current and is_confirmed:
        pricing.require_within_caps(terms, on=on)
        return
    raise CostTableNotShown(
        _("The borrower must confirm the all-in cost table of these terms first"),
        rule=demanding.code if demanding else "",
        source=demanding.source if demanding else "",
    )


def _end_of_day(at: datetime, days: int, tenant: Tenant) -> datetime:
    """Return the end of the tenant's day that lies so many days after a moment."""
    zone = tenant.zone
    last = at.astimezone(zone).date() + timedelta(days=days)
    return datetime.combine(last + timedelta(days=1), time.min, tzinfo=zone)
