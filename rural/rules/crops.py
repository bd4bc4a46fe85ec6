"""What a crop brings and costs, month by month, on figures that hold against the benchmark."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from rural.rules import areas
from rural.rules.adjustments import Notes, Why
from rural.rules.areas import Area
from rural.rules.months import ZERO, MonthAmount, MonthShare, money
from rural.rules.policy import Policy
from rural.rules.production import Production


@dataclass(frozen=True, slots=True)
class CropBenchmark:
    """What a crop yields (kg/mu), sells for (yuan/kg) and costs in cash (yuan/mu) hereabouts."""

    yield_kg_mu: Decimal
    price_yuan_kg: Decimal
    cost_yuan_mu: Decimal
    source: str = ""


@dataclass(frozen=True, slots=True)
class CropCycle:
    """
    One crop from sowing to sale, as declared.

    `sales` are shares of the harvest by the month in which the money comes, `costs` yuan a mu by
    month, without rent. `sown_on` before the loan's month makes it a standing crop: what it
    still needs counts, what was spent does not, and it gives no due date.
    """

    crop: str
    label: str
    area: Area
    yield_kg_mu: Decimal
    price_yuan_kg: Decimal
    sown_on: date
    sales: tuple[MonthShare, ...]
    costs: tuple[MonthAmount, ...]
    benchmark: CropBenchmark
    has_contract_price: bool = False
    marketed_rate: Decimal = Decimal("0.95")
    is_financed: bool = True


def production(
    cycle: CropCycle, policy: Policy, start: date, notes: Notes
) -> Production:  # fmt: skip
    """Return a crop's flows on adjusted figures (rural.md §3.2, §3.6), noting each change."""
    mu = areas.used(cycle.area, cycle.crop, policy, notes)
    output = mu * _yield(cycle, policy, notes) * _marketed(cycle, policy, notes)
    value = output * _price(cycle, policy, notes)
    _look_at_costs(cycle, policy, notes)
    costs = tuple(MonthAmount(each.month, money(each.amount * mu)) for each in cycle.costs)
    month = start.replace(day=1)
    ahead = tuple(each for each in costs if each.month >= month)
    spent = sum((each.amount for each in costs if each.month < month), ZERO)
    if spent:
        notes.say("costs", spent, ZERO, "yuan", Why.COST_SPENT)
    return Production(
        kind="crop",
        code=cycle.crop,
        label=cycle.label,
        receipts=tuple(MonthAmount(each.month, money(value * each.share)) for each in cycle.sales),
        costs=ahead,
        inputs=ahead,
        is_standing=cycle.sown_on < month,
        is_financed=cycle.is_financed,
    )


def _yield(cycle: CropCycle, policy: Policy, notes: Notes) -> Decimal:
    most = policy.yield_cap_rate * cycle.benchmark.yield_kg_mu
    return notes.changed(
        "yield", cycle.yield_kg_mu, min(cycle.yield_kg_mu, most), "kg/mu", Why.YIELD_CAPPED,
        asks_comment=True,
    )  # fmt: skip


def _price(cycle: CropCycle, policy: Policy, notes: Notes) -> Decimal:
    most = policy.price_cap_rate * cycle.benchmark.price_yuan_kg
    declared = cycle.price_yuan_kg
    if cycle.has_contract_price:
        if declared > most:
            notes.say("price", declared, declared, "yuan/kg", Why.CONTRACT_PRICE)
        return declared
    return notes.changed("price", declared, min(declared, most), "yuan/kg", Why.PRICE_CAPPED)


def _marketed(cycle: CropCycle, policy: Policy, notes: Notes) -> Decimal:
    least = min(cycle.marketed_rate, policy.marketed_rate)
    return notes.changed("marketed", cycle.marketed_rate, least, "rate", Why.MARKETED_CAPPED)


def _look_at_costs(cycle: CropCycle, policy: Policy, notes: Notes) -> None:
    """Costs are used as declared; a sum far from the benchmark asks for a comment."""
    total = sum((each.amount for each in cycle.costs), ZERO)
    low = policy.cost_low_rate * cycle.benchmark.cost_yuan_mu
    high = policy.cost_high_rate * cycle.benchmark.cost_yuan_mu
    if not low <= total <= high:
        notes.say("costs", total, total, "yuan/mu", Why.COST_UNUSUAL, asks_comment=True)
