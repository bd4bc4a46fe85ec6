"""What animals bring and cost: batches that are fattened, and herds that give all the year."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from rural.rules.adjustments import Notes, Why
from rural.rules.months import ZERO, MonthAmount, money, shifted
from rural.rules.policy import Policy
from rural.rules.production import Production

ONE = Decimal(1)
HALF = Decimal("0.5")
DAYS_A_MONTH = 30


@dataclass(frozen=True, slots=True)
class Batch:
    """
    Animals bought young, fed and sold together; weights in kg, prices in yuan.

    `mortality` is the fraction that dies, on average half-way; `fcr` kg of feed per kg gained.
    """

    head: int
    mortality: Decimal
    weight_in: Decimal
    weight_out: Decimal
    price_yuan_kg: Decimal
    young_price: Decimal
    fcr: Decimal
    feed_price: Decimal
    vet_per_head: Decimal

    @property
    def revenue(self) -> Decimal:
        return self.head * (ONE - self.mortality) * self.weight_out * self.price_yuan_kg

    @property
    def feed(self) -> Decimal:
        gain = self.weight_out - self.weight_in
        return self.head * (ONE - self.mortality * HALF) * self.fcr * gain * self.feed_price

    @property
    def young(self) -> Decimal:
        return self.head * self.young_price

    @property
    def vet(self) -> Decimal:
        return self.head * self.vet_per_head

    @property
    def cost(self) -> Decimal:
        return self.young + self.feed + self.vet

    @property
    def margin(self) -> Decimal:
        """Revenue less cost of one batch (rural.md §3.2)."""
        return self.revenue - self.cost

    def with_deaths(self, more: Decimal) -> Batch:
        """Return the batch with a higher mortality, all of it at most."""
        return replace(self, mortality=min(self.mortality + more, ONE))


@dataclass(frozen=True, slots=True)
class HerdBenchmark:
    """What a species does hereabouts; None where no figure is known."""

    price_yuan: Decimal
    mortality: Decimal | None = None
    fcr: Decimal | None = None
    young_price: Decimal | None = None
    feed_price: Decimal | None = None
    vet_per_head: Decimal | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class FatteningHerd:
    """Batches, the first from `starts_on`: one begins every `every_days`, takes `cycle_days`."""

    species: str
    label: str
    batch: Batch
    starts_on: date
    cycle_days: int
    every_days: int
    batches: int
    payment_days: int
    benchmark: HerdBenchmark
    is_insured: bool = False
    is_financed: bool = True
    # Labour and utilities of a batch.
    other_cost: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class YieldingHerd:
    """
    Animals that give something every month: eggs, milk, piglets.

    One animal usually gives `output_month` kg (or head) a month at `usual_rate` and costs
    `cost_month`; `rate` is what is declared here, in the measure of the benchmark (laying rate
    in per cent, litres a day, young a year). `other_cost_month` is for the whole herd.
    """

    species: str
    label: str
    head: int
    rate: Decimal
    usual_rate: Decimal
    output_month: Decimal
    price_yuan: Decimal
    cost_month: Decimal
    starts_on: date
    payment_days: int
    benchmark: HerdBenchmark
    is_insured: bool = False
    is_financed: bool = True
    other_cost_month: Decimal = ZERO


def fattening(herd: FatteningHerd, policy: Policy, start: date, notes: Notes) -> Production:
    """Return the flows of a herd's batches on adjusted figures, and those of an outbreak."""
    batch = _held_against(herd, policy, notes)
    sick = batch.with_deaths(policy.stress.mortality_add)
    month = start.replace(day=1)
    return Production(
        kind="livestock",
        code=herd.species,
        label=herd.label,
        receipts=tuple(_sales(herd, batch)),
        costs=tuple(each for each in _outlays(herd, batch) if each.month >= month),
        # The next batch is bought with what the last one brought.
        inputs=tuple(_outlays(replace(herd, batches=1), batch)),
        is_standing=herd.starts_on < month and herd.batches == 1,
        is_financed=herd.is_financed,
        outbreak_receipts=None if herd.is_insured else tuple(_sales(herd, sick)),
        outbreak_costs=None
        if herd.is_insured
        else tuple(each for each in _outlays(herd, sick) if each.month >= month),
    )


def yielding(herd: YieldingHerd, policy: Policy, start: date, notes: Notes) -> Production:
    """Return the monthly flows of a laying, milking or breeding herd."""
    most = policy.price_cap_rate * herd.benchmark.price_yuan
    price = notes.changed(
        "price", herd.price_yuan, min(herd.price_yuan, most), "yuan", Why.PRICE_CAPPED
    )
    best = policy.yield_cap_rate * herd.usual_rate
    rate = notes.changed(
        "rate", herd.rate, min(herd.rate, best), "rate of production", Why.YIELD_CAPPED,
        asks_comment=True,
    )  # fmt: skip
    alive = max(ONE - policy.stress.mortality_add, ZERO)
    income = herd.head * herd.output_month * rate / herd.usual_rate * price
    cost = herd.head * herd.cost_month + herd.other_cost_month
    month = start.replace(day=1)
    months = [shifted(herd.starts_on, n) for n in range(policy.horizon_max)]
    late = -(-herd.payment_days // DAYS_A_MONTH)

    def receipts(part: Decimal) -> tuple[MonthAmount, ...]:
        return tuple(MonthAmount(shifted(each, late), money(income * part)) for each in months)

    def costs(part: Decimal) -> tuple[MonthAmount, ...]:
        return tuple(MonthAmount(each, money(cost * part)) for each in months if each >= month)

    return Production(
        kind="livestock",
        code=herd.species,
        label=herd.label,
        receipts=receipts(ONE),
        costs=costs(ONE),
        inputs=costs(ONE)[: policy.due_every],
        is_financed=herd.is_financed,
        is_seasonless=True,
        outbreak_receipts=None if herd.is_insured else receipts(alive),
        # Half of what dies has been fed until then.
        outbreak_costs=None if herd.is_insured else costs((ONE + alive) * HALF),
    )


def _held_against(herd: FatteningHerd, policy: Policy, notes: Notes) -> Batch:
    batch, known = herd.batch, herd.benchmark
    most = policy.price_cap_rate * known.price_yuan
    price = min(batch.price_yuan_kg, most)
    notes.changed("price", batch.price_yuan_kg, price, "yuan/kg", Why.PRICE_CAPPED)
    deaths = max(batch.mortality, known.mortality or ZERO)
    notes.changed("mortality", batch.mortality, deaths, "rate", Why.MORTALITY_RAISED)
    fcr = max(batch.fcr, known.fcr or ZERO)
    notes.changed("fcr", batch.fcr, fcr, "kg/kg", Why.FEED_RAISED)
    for item, declared, usual in (
        ("young_price", batch.young_price, known.young_price),
        ("feed_price", batch.feed_price, known.feed_price),
        ("vet_per_head", batch.vet_per_head, known.vet_per_head),
    ):
        if usual is not None and abs(declared - usual) > policy.figure_tolerance * usual:
            notes.say(item, declared, declared, "yuan", Why.FIGURE_UNUSUAL, asks_comment=True)
    return replace(batch, price_yuan_kg=price, mortality=deaths, fcr=fcr)


def _sales(herd: FatteningHerd, batch: Batch) -> Iterator[MonthAmount]:
    for number in range(herd.batches):
        days = herd.every_days * number + herd.cycle_days + herd.payment_days
        yield MonthAmount(_month(herd.starts_on, days), money(batch.revenue))


def _outlays(herd: FatteningHerd, batch: Batch) -> Iterator[MonthAmount]:
    """Young animals and the vet at the start, feed evenly over the months of the cycle."""
    months = max(1, -(-herd.cycle_days // DAYS_A_MONTH))
    for number in range(herd.batches):
        begun = herd.every_days * number
        yield MonthAmount(_month(herd.starts_on, begun), money(batch.young + batch.vet))
        for part in range(months):
            days = begun + part * DAYS_A_MONTH
            monthly = (batch.feed + herd.other_cost) / months
            yield MonthAmount(_month(herd.starts_on, days), money(monthly))


def _month(start: date, days: int) -> date:
    return (start + timedelta(days=days)).replace(day=1)
