"""Products that are repaid after harvests, as a county programme sells them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from lending.actions import products
from lending.actions.configuration import Configuration
from lending.models import ProductVersion
from lending.models.product import Funding
from lending.rules.terms import Method
from tenancy import room
from tenancy.actors import Actor


@dataclass(frozen=True, slots=True)
class Harvest:
    """
    What a programme agrees on: amounts in yuan (1,000 to 200,000 in Jinzhai), yearly rate.

    The longest term in months is how far ahead a harvest may lie: the horizon of the capacity
    policy.
    """

    code: str
    name: str
    name_zh: str
    annual_rate: Decimal
    min_amount: Decimal
    max_amount: Decimal
    max_term: int
    currency: str = "CNY"
    funding: str = Funding.OWN
    penalty_rate: Decimal = Decimal(0)


@room.atomic
def sell(*, actor: Actor, at: datetime, on: date, harvest: Harvest) -> ProductVersion:
    """
    Draft and publish a product whose due dates come with each application.

    The limit is paid out in full, once: it is lent for one round of crops.

    :raises Invalid: naming every field that does not fit
    :raises CostAboveCap: naming the rule of the jurisdiction
    """
    version = products.draft(
        actor=actor,
        at=at,
        code=harvest.code,
        name=harvest.name,
        name_zh=harvest.name_zh,
        configuration=Configuration(
            method=Method.CUSTOM,
            currency=harvest.currency,
            min_amount=harvest.min_amount,
            max_amount=harvest.max_amount,
            quoted_rate=harvest.annual_rate,
            rate_basis="annual",
            min_term=1,
            max_term=harvest.max_term,
            term_unit="months",
            funding=harvest.funding,
            penalty_rate=harvest.penalty_rate,
            redraws=False,
        ),
        effective_from=on,
    )
    return products.publish(actor=actor, at=at, on=on, version_id=version.pk)
