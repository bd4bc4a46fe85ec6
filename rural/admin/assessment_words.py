"""What tests, adjustments and lines of an assessment are called, in the reader's language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from rural.queries import choices
from rural.rules.adjustments import Why

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

TESTS: dict[str, _StrPromise] = {
    "T1": _("Liquidity: cash never runs out"),
    "T2": _("Burden: repayments against receipts"),
    "T3": _("Purpose: part of the cash inputs"),
    "T4": _("Balance sheet: debt against assets"),
    "T5": _("Formula by grade"),
    "T6": _("Caps from elsewhere"),
}
REASONS: dict[Why, _StrPromise] = {
    Why.YIELD_CAPPED: _("capped at the benchmark's yield with its margin"),
    Why.PRICE_CAPPED: _("no more than the benchmark's price"),
    Why.CONTRACT_PRICE: _("above the benchmark, a contract proves it"),
    Why.MARKETED_CAPPED: _("some is eaten, sown or lost"),
    Why.COST_UNUSUAL: _("far from the benchmark's cost"),
    Why.COST_SPENT: _("already spent before the loan"),
    Why.AREA_SMALLEST: _("the smallest source counts"),
    Why.AREA_DIFFERS: _("the sources differ by more than the tolerance"),
    Why.CROP_MISMATCH: _("another crop was seen from above"),
    Why.FIGURE_UNUSUAL: _("far from the benchmark"),
    Why.MORTALITY_RAISED: _("no fewer deaths than usual here"),
    Why.FEED_RAISED: _("no less feed than usual here"),
    Why.WAGE_VERIFIED: _("verified wages, the part that is sent home"),
    Why.WAGE_DECLARED: _("wages as declared only, the part that is sent home"),
    Why.SAVINGS_HALVED: _("part of the savings"),
    Why.ASSET_UNPROVEN: _("without proof it counts in part or not at all"),
    Why.LIVING_FLOOR: _("the county's floor for living costs"),
}
# Whose cap it is; a programme is known by its code.
CAPS: dict[str, _StrPromise] = {"product": _("the product's largest amount")}
_ITEMS: dict[str, _StrPromise] = {
    "yield": _("yield"),
    "price": _("price"),
    "marketed": _("part that is sold"),
    "costs": _("cash costs"),
    "area": _("area"),
    "crop": _("crop"),
    "mortality": _("mortality"),
    "fcr": _("feed per kg gained"),
    "young_price": _("price of a young animal"),
    "feed_price": _("feed price"),
    "vet_per_head": _("vet per head"),
    "rate": _("rate of production"),
    "spending": _("spending of the household"),
    "deposit": _("deposit"),
    "house": _("house"),
    "appliance": _("appliance"),
    "furniture": _("furniture"),
    "vehicle": _("vehicle"),
    "farm_machine": _("farm machine"),
    "shares": pgettext_lazy("asset", "shares"),
    "receivable": _("receivable"),
    "livestock": _("livestock"),
    "other": _("other"),
}
_UNITS: dict[str, _StrPromise] = {
    "mu": _("mu"),
    "kg/mu": _("kg/mu"),
    "yuan/kg": _("yuan/kg"),
    "yuan/mu": _("yuan/mu"),
    "yuan": _("yuan"),
    "yuan/year": _("yuan a year"),
    "kg/kg": _("kg/kg"),
    "kg": _("kg"),
    "yuan/head": _("yuan/head"),
    "head": _("head"),
    "persons": _("persons"),
    "days": _("days"),
    "months": _("months"),
    "years": _("years"),
    "m²": _("m²"),
}
_LINES: dict[str, _StrPromise] = {
    "wages": _("Wages"),
    "transfers": _("Subsidies and rent received"),
    "living": _("Living"),
    "gifts": _("Gifts and festivals"),
    "tuition": _("Tuition"),
    "medical": _("Medical"),
    "insurance": _("Insurance"),
    "rent": _("Rent of land"),
    "floor": _("Up to the county's floor"),
    "debt_service": _("Existing debts"),
}


def item_name(item: str) -> str:
    """Return what a figure is called; a member's wage by his number."""
    word, _space, rest = item.partition(" ")
    if word == "wage":
        return str(_("wage of %s")) % rest
    return str(_ITEMS.get(item, item))


def unit_name(unit: str) -> str:
    """Return a unit; a bare rate has none."""
    return "%" if unit == "%" else str(_UNITS.get(unit, ""))


def line_name(name: str) -> str:
    """Return what a line of the cash flow is called; an enterprise with its season."""
    what, _space, season = name.partition(" ")
    if season:
        grown = choices.word("crops", what)
        kept = choices.word("species", what) if grown == what else grown
        return f"{kept} {choices.word('seasons', season)}"
    return str(_LINES.get(name, name))
