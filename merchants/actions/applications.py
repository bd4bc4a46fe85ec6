"""A merchant applies: what his invoices say becomes the evidence of the application."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from lending.actions import applications
from lending.models import Application
from merchants.actions import firms
from merchants.models import Merchant
from merchants.queries import features
from tenancy import room
from tenancy.actors import Actor
from tenancy.errors import NotFound
from tenancy.permissions import Permission, require

CHANNEL = "merchants"
SOURCE = "invoices"


@room.atomic
def apply(
    *,
    actor: Actor,
    at: datetime,
    on: date,
    code: str,
    product_code: str,
    amount: Decimal,
    currency: str,
    term: int,
    purpose: str,
) -> Application:
    """
    Submit an application of a merchant, with his features as of the business date.

    At his first application he becomes a borrower, whose reference is his code.

    :raises NotFound: if there is no merchant of this code
    :raises Invalid: naming every field that does not fit; see `lending.actions.intake.submit`
    """
    require(actor, Permission.APPLICATION_SUBMIT)
    merchant = Merchant.objects.filter(code=code).first()
    if merchant is None:
        raise NotFound.of(_("Merchant"), code)
    borrower = firms.as_borrower(actor=actor, at=at, merchant_id=merchant.pk)
    return applications.submit(
        actor=actor,
        at=at,
        on=on,
        borrower_reference=borrower.reference,
        product_code=product_code,
        amount=amount,
        currency=currency,
        term=term,
        purpose=purpose,
        evidence={"source": SOURCE, **features.evidence(merchant, on)},
        channel=CHANNEL,
    )
