"""From what a household's forms say to the case that the capacity rules assess."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from rural.models import (
    Benchmark,
    CropEnterprise,
    Household,
    LivestockEnterprise,
    Observation,
)
from rural.rules.areas import Area, Parcel, Right, registered, within
from rural.rules.benchmarks import Kind
from rural.rules.capacity import Cap, Case
from rural.rules.crops import CropBenchmark, CropCycle
from rural.rules.forms.boundary import area_of
from rural.rules.household import Asset, Debt, Earner, Home, Outlay
from rural.rules.livestock import Batch, FatteningHerd, HerdBenchmark, YieldingHerd
from rural.rules.months import MonthAmount, MonthShare
from rural.rules.origin import Origin

ZERO = Decimal(0)
HUNDRED = Decimal(100)
YEAR_DAYS = 365
# Work outside the farm; what the farm itself earns comes from the enterprises.
WAGE_EARNING = frozenset({"migrant", "local_wage", "public", "business", "other"})
SPENDING = {
    "living": "living_year",
    "gifts": "gifts_year",
    "tuition": "tuition_year",
    "medical": "medical_year",
    "insurance": "pension_insurance_year",
}


class Gap(Exception):
    """Something that an assessment needs is not there: `what` it is, and of `which` thing."""

    def __init__(self, what: str, which: str = "") -> None:
        super().__init__(what, which)
        self.what, self.which = what, which


@dataclass(frozen=True, slots=True)
class Loan:
    """What is asked about: the month of the loan, grade, price and bounds."""

    start: date
    grade: str
    annual_rate: Decimal
    minimum: Decimal
    caps: tuple[Cap, ...]
    # Bank statements were seen; the part sent home, None for the policy's.
    wages_verified: bool = False
    remitted_rate: Decimal | None = None
    # Contracted mu that the county's departments confirm; None where they are silent.
    land_confirmed: Decimal | None = None
    origin: Origin = field(default_factory=Origin)


def case(household: Household, loan: Loan) -> Case:
    """
    Return a household's case as its last accepted forms declare it (F1, F2, F3).

    Field names are those of rural.md §3.5 as `rural/forms/*.json` spell them.

    :raises Gap: without F1, without any enterprise or wage, or for a crop without benchmark
    """
    if not household.values.get("members"):
        raise Gap("F1")
    on, place = loan.start, household.village.code
    crops = tuple(_crops(household, loan))
    batches, herds = _livestock(household, on, place)
    home = _home(household, loan, place)
    if not (crops or batches or herds or home.earners):
        raise Gap("income")
    return Case(
        start=loan.start,
        grade=loan.grade,
        annual_rate=loan.annual_rate,
        minimum=loan.minimum,
        caps=loan.caps,
        home=home,
        crops=crops,
        batches=batches,
        herds=herds,
        origin=loan.origin,
    )


def _home(household: Household, loan: Loan, place: str) -> Home:
    values = household.values
    members = _rows(values, "members")
    floor = _benchmark(Kind.LIVING, "household", place, loan.start)
    parcels = _rows(values, "parcels")
    return Home(
        members=len(members),
        living_floor=ZERO if floor is None else floor.figure("living_floor") or ZERO,
        spending=tuple(
            Outlay(item, _number(values, field))
            for item, field in SPENDING.items()
            if _number(values, field)
        ),
        earners=tuple(
            _earner(number, member, loan)
            for number, member in enumerate(members, 1)
            if member.get("occupation") in WAGE_EARNING and _number(member, "annual_income")
        ),
        assets=tuple(
            Asset(row["category"], _number(row, "value"), _is_proven(row))
            for row in _rows(values, "assets")
        ),
        debts=tuple(
            Debt(
                row["type"],
                _number(row, "balance"),
                _number(row, "monthly_due"),
                _day(row.get("due_date")),
            )
            for row in _rows(values, "debts")
        ),
        rent_year=sum(
            (
                _number(row, "mu") * _number(row, "rent_per_mu")
                for row in parcels
                if row["right"] == Right.LEASED_IN
            ),
            ZERO,
        ),
        rent_received_year=sum(
            (
                _number(row, "mu") * _number(row, "rent_per_mu")
                for row in parcels
                if row["right"] == Right.LEASED_OUT
            ),
            ZERO,
        ),
        subsidies_year=_latest_subsidies(values),
    )


def _earner(number: int, member: Mapping[str, Any], loan: Loan) -> Earner:
    lives_here = _number(member, "away_months") == 0
    return Earner(
        label=f"no. {number}",
        annual_income=_number(member, "annual_income"),
        is_verified=loan.wages_verified,
        remitted_rate=Decimal(1) if lives_here else loan.remitted_rate,
    )


def _is_proven(row: Mapping[str, Any]) -> bool:
    """A deposit is proven by a paper; a house or a tractor by having been seen."""
    if row["category"] in ("deposit", "shares", "receivable"):
        return row.get("evidence") in ("certificate", "statement")
    return row.get("evidence") not in ("none", None, "")


def _latest_subsidies(values: Mapping[str, Any]) -> Decimal:
    rows = _rows(values, "subsidies")
    latest = max((int(row["year"]) for row in rows), default=0)
    return sum((_number(row, "amount") for row in rows if int(row["year"]) == latest), ZERO)


def _crops(household: Household, loan: Loan) -> Iterator[CropCycle]:
    held = CropEnterprise.objects.filter(household=household).order_by("season", "crop")
    for row in held:
        cycle = _crop(row, household, loan)
        if max(each.month for each in cycle.sales) >= loan.start.replace(day=1):
            yield cycle


def _crop(row: CropEnterprise, household: Household, loan: Loan) -> CropCycle:
    values = row.values
    known = _benchmark(Kind.CROP, row.crop, household.village.code, loan.start)
    if known is None:
        raise Gap("benchmark", row.crop)
    return CropCycle(
        crop=row.crop,
        label=f"{row.crop} {row.season}",
        area=_area(row, _rows(household.values, "parcels"), loan.land_confirmed),
        yield_kg_mu=_number(values, "expected_yield"),
        price_yuan_kg=_number(values, "expected_price"),
        sown_on=date.fromisoformat(values["sow_date"]),
        sales=tuple(
            MonthShare(_month(each["month"]), _number(each, "share") / HUNDRED)
            for each in _rows(values, "sale_months")
        ),
        costs=tuple(
            MonthAmount(_month(each["month"]), _number(each, "per_mu"))
            for each in _rows(values, "costs")
        ),
        benchmark=CropBenchmark(
            known.figure("yield") or ZERO,
            known.figure("price") or ZERO,
            known.figure("cost") or ZERO,
            known.source,
        ),
        has_contract_price=values.get("price_basis") == "contract"
        and bool(values.get("contract_photo")),
        marketed_rate=_number(values, "marketed_share") / HUNDRED,
    )


def _area(
    row: CropEnterprise, parcels: Sequence[Mapping[str, Any]], confirmed: Decimal | None
) -> Area:
    """
    Return what each source says of a crop's area.

    Papers: the parcels that the form names, and never more than the household holds in all,
    less what it has leased out; of its own land no more than the county confirms.
    """
    values = row.values
    harvest = date.fromisoformat(values["harvest_end"])
    chosen = {int(number) for number in values["parcel_numbers"].split(",")}
    used = [parcel for number, parcel in enumerate(parcels, 1) if number in chosen]
    measured = [_measured(parcel) for parcel in used]
    seen = _seen(row, sorted(chosen))
    return Area(
        declared=_number(values, "area_mu"),
        registered=min(
            registered(_parcels(used), harvest),
            registered(within(_parcels(parcels), confirmed), harvest),
        )
        if parcels
        else None,
        polygon=sum((mu for mu in measured if mu), ZERO) if measured and all(measured) else None,
        seen=sum((each.area_mu for each in seen), ZERO) if seen else None,
        seen_crop=_other_crop(seen, row.crop),
        seen_confidence=min((each.confidence for each in seen), default=ZERO),
    )


def _measured(parcel: Mapping[str, Any]) -> Decimal | None:
    """A parcel's mu by its boundary and by another measurement: the smaller; None without both."""
    told = (area_of(parcel.get("boundary")), _number(parcel, "polygon_mu") or None)
    return min((mu for mu in told if mu is not None), default=None)


def _seen(row: CropEnterprise, chosen: Sequence[int]) -> list[Observation]:
    """Return the latest observation of each parcel in the season; none unless all were seen."""
    names = [str(number) for number in chosen]
    held = Observation.objects.filter(
        household=row.household_id,
        parcel__in=names,
        observed_on__range=(row.values["sow_date"], row.values["harvest_end"]),
    ).order_by("parcel", "-observed_on", "-confidence")
    latest: dict[str, Observation] = {}
    for each in held:
        latest.setdefault(each.parcel, each)
    return list(latest.values()) if len(latest) == len(names) else []


def _other_crop(seen: Sequence[Observation], crop: str) -> str:
    others = [each.crop_class for each in seen if each.crop_class != crop]
    return others[0] if others else crop if seen else ""


def _parcels(rows: Sequence[Mapping[str, Any]]) -> list[Parcel]:
    return [
        Parcel(Right(row["right"]), _number(row, "mu"), _day(row.get("lease_end"))) for row in rows
    ]


def _livestock(
    household: Household, on: date, place: str
) -> tuple[tuple[FatteningHerd, ...], tuple[YieldingHerd, ...]]:
    batches: list[FatteningHerd] = []
    herds: list[YieldingHerd] = []
    held = LivestockEnterprise.objects.filter(household=household).order_by("season", "species")
    for row in held:
        insured = _is_insured(household.values, row.values, on)
        if row.mode == "fattening":
            batches.append(_batches(row, on, place, insured))
        else:
            herds.append(_herd(row, on, place, insured))
    return tuple(batches), tuple(herds)


def _batches(row: LivestockEnterprise, on: date, place: str, insured: bool) -> FatteningHerd:
    values = row.values
    known = _benchmark(Kind.FATTENING, row.species, place, on)
    if known is None:
        raise Gap("benchmark", row.species)
    a_year = max(int(values.get("batches_per_year") or 1), 1)
    cycle = int(values["cycle_days"])
    return FatteningHerd(
        species=row.species,
        label=f"{row.species} {row.season}",
        batch=Batch(
            head=int(values.get("batch_heads") or values["stock_growing"]),
            mortality=_number(values, "mortality") / HUNDRED,
            weight_in=_number(values, "weight_in"),
            weight_out=_number(values, "weight_out"),
            price_yuan_kg=_number(values, "price"),
            young_price=_number(values, "young_price"),
            fcr=_number(values, "fcr"),
            feed_price=_number(values, "feed_price"),
            vet_per_head=_number(values, "vet_per_head"),
        ),
        starts_on=on.replace(day=1),
        cycle_days=cycle,
        every_days=max(cycle, YEAR_DAYS // a_year),
        batches=a_year,
        payment_days=int(values["payment_days"]),
        benchmark=_herd_benchmark(known),
        is_insured=insured,
        other_cost=_number(values, "labour") + _number(values, "utilities"),
    )


def _herd(row: LivestockEnterprise, on: date, place: str, insured: bool) -> YieldingHerd:
    values = row.values
    known = _benchmark(Kind.YIELDING, row.species, place, on)
    if known is None:
        raise Gap("benchmark", row.species)
    head = int(values["stock_breeding" if row.mode == "breeding" else "stock_adult"])
    months = Decimal(max(int(values["cycle_days"]), 30)) / 30
    others = (_number(values, "labour") + _number(values, "utilities")) / months
    return YieldingHerd(
        species=row.species,
        label=f"{row.species} {row.season}",
        head=head,
        rate=_number(values, "production_rate"),
        usual_rate=known.figure("rate") or ZERO,
        output_month=known.figure("output_month") or ZERO,
        price_yuan=_number(values, "price"),
        cost_month=known.figure("cost_month") or ZERO,
        other_cost_month=others.quantize(Decimal("0.01")),
        starts_on=on.replace(day=1),
        payment_days=int(values["payment_days"]),
        benchmark=_herd_benchmark(known),
        is_insured=insured,
    )


def _is_insured(home: Mapping[str, Any], herd: Mapping[str, Any], on: date) -> bool:
    """Insured by a policy that the household's record names and that has not run out."""
    number = herd.get("insurance_policy")
    return bool(number) and any(
        row["object"] == "animal"
        and row["policy_no"] == number
        and date.fromisoformat(row["expiry"]) >= on
        for row in _rows(home, "insurance")
    )


def _herd_benchmark(row: Benchmark) -> HerdBenchmark:
    return HerdBenchmark(
        price_yuan=row.figure("price") or ZERO,
        mortality=row.figure("mortality"),
        fcr=row.figure("fcr"),
        young_price=row.figure("young_price"),
        feed_price=row.figure("feed_price"),
        vet_per_head=row.figure("vet_per_head"),
        source=row.source,
    )


def _benchmark(kind: Kind, code: str, place: str, on: date) -> Benchmark | None:
    held = Benchmark.objects.in_force(on).covering(place)
    return held.filter(kind=kind, code=code).first()


def _rows(values: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    rows = values.get(name)
    return rows if isinstance(rows, list) else []


def _number(values: Mapping[str, Any], name: str) -> Decimal:
    value = values.get(name)
    return ZERO if value in (None, "") else Decimal(str(value))


def _day(value: object) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) and value else None


def _month(value: str) -> date:
    return date.fromisoformat(f"{value}-01")
