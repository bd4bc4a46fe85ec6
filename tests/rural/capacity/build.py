"""Benchmarks and a policy in force, made by the real actions."""

from datetime import date
from decimal import Decimal

from lending.models import ProductVersion
from rural.actions import assessment, benchmarks, capacity_policies, harvest_products
from rural.actions.harvest_products import Harvest
from rural.models import Assessment, CapacityPolicy, Household
from tenancy.roles import Role
from tests.lending import build as lending
from tests.tenancy.build import NOON, actor

ON = date(2026, 1, 5)

__all__ = ["MAY", "NOON", "ON", "actor"]


def policy(**changes) -> CapacityPolicy:
    """The shipped thresholds, published."""
    row = draft(**changes)
    return capacity_policies.publish(
        actor=actor(Role.RISK_MANAGER), at=NOON, on=ON, policy_id=row.pk
    )


def draft(*, effective_from: date = ON, note: str = "As shipped", **rules) -> CapacityPolicy:
    return capacity_policies.draft(
        actor=actor(Role.RISK_MANAGER),
        at=NOON,
        rules={**capacity_policies.bundled(), **rules},
        effective_from=effective_from,
        note=note,
    )


def adopted() -> int:
    return benchmarks.adopt(actor=actor(Role.RISK_MANAGER), at=NOON)


MAY = date(2026, 5, 1)


def product(**changes) -> ProductVersion:
    """The county programme's harvest loan: 1,000 to 200,000 yuan, 12 % a year."""
    lending.rules()
    facts = {
        "code": "harvest",
        "name": "Harvest loan",
        "name_zh": "丰收贷",
        "annual_rate": Decimal("0.12"),
        "min_amount": Decimal(1_000),
        "max_amount": Decimal(200_000),
        "max_term": 18,
    }
    return harvest_products.sell(
        actor=actor(Role.RISK_MANAGER), at=NOON, on=ON, harvest=Harvest(**{**facts, **changes})
    )


def ready() -> None:
    """Product, policy and benchmarks in force."""
    product()
    policy()
    adopted()


COMMENTS = {"corn 2026-autumn/yield": "Declared high; the neighbours harvest 430 kg"}


def assess(row: Household, **changes) -> Assessment:
    facts = {
        "actor": actor(Role.OFFICER),
        "at": NOON,
        "on": MAY,
        "household_id": row.pk,
        "product_code": "harvest",
        "grade": "AA",
        "wages_verified": True,
        "comments": COMMENTS,
    }
    return assessment.assess(**{**facts, **changes})
