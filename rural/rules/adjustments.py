"""What was declared and what is used instead, and why: nothing is changed silently."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class Why(StrEnum):
    """Why a figure was changed, or needs an officer's comment."""

    YIELD_CAPPED = "yield_capped"
    PRICE_CAPPED = "price_capped"
    CONTRACT_PRICE = "contract_price"
    MARKETED_CAPPED = "marketed_capped"
    COST_UNUSUAL = "cost_unusual"
    COST_SPENT = "cost_spent"
    AREA_SMALLEST = "area_smallest"
    AREA_DIFFERS = "area_differs"
    CROP_MISMATCH = "crop_mismatch"
    FIGURE_UNUSUAL = "figure_unusual"
    MORTALITY_RAISED = "mortality_raised"
    FEED_RAISED = "feed_raised"
    WAGE_VERIFIED = "wage_verified"
    WAGE_DECLARED = "wage_declared"
    SAVINGS_HALVED = "savings_halved"
    ASSET_UNPROVEN = "asset_unproven"
    LIVING_FLOOR = "living_floor"


@dataclass(frozen=True, slots=True)
class Adjustment:
    """
    One figure: `declared` became `used`.

    `subject` is whose figure it is (a crop, an animal, a member, the household), `item` which.
    `asks_comment` where the officer must say why; `blocks` where nothing is lent before it is
    cleared up.
    """

    subject: str
    item: str
    declared: Decimal
    used: Decimal
    unit: str
    why: Why
    asks_comment: bool = False
    blocks: bool = False


@dataclass(slots=True)
class Notes:
    """Collects the adjustments of one subject."""

    subject: str
    rows: list[Adjustment]

    def changed(
        self, item: str, declared: Decimal, used: Decimal, unit: str, why: Why,
        *, asks_comment: bool = False,
    ) -> Decimal:  # fmt: skip
        """Note a change if there is one, and return what is used."""
        if declared != used:
            self.say(item, declared, used, unit, why, asks_comment=asks_comment)
        return used

    def say(
        self, item: str, declared: Decimal, used: Decimal, unit: str, why: Why,
        *, asks_comment: bool = False, blocks: bool = False,
    ) -> None:  # fmt: skip
        """Note a figure whether it was changed or not."""
        self.rows.append(
            Adjustment(self.subject, item, declared, used, unit, why, asks_comment, blocks)
        )
