"""
The worked example of rural.md §3.6, its inputs reconstructed (docs/capacity.md says how).

The domain text gives what is marked "given"; the rest was solved for so that every number that
it publishes comes out together.
"""

import json
from datetime import date
from decimal import Decimal
from typing import Any

from rural.rules import policy as policies
from rural.rules.areas import Area, Parcel, Right, registered
from rural.rules.capacity import Cap, Case
from rural.rules.crops import CropBenchmark, CropCycle
from rural.rules.household import Asset, Earner, Home, Outlay
from rural.rules.months import MonthAmount, MonthShare
from rural.rules.policy import Policy

START = date(2026, 5, 1)  # given: horizon of 16 months from May

WHEAT = CropBenchmark(Decimal("471.86"), Decimal("2.3564"), Decimal("460.13"))  # given
CORN = CropBenchmark(Decimal("427.78"), Decimal("2.0052"), Decimal("488.06"))  # given

# Given: 10 mu own, 20 mu leased.
PARCELS = (
    Parcel(Right.CONTRACTED, Decimal(10)),
    Parcel(Right.LEASED_IN, Decimal(20), date(2028, 9, 30)),
)

# Reconstructed, yuan a mu by month: they add up to the benchmark's cash cost.
WHEAT_COSTS = (
    ("10", "180.00"),  # seed, base fertiliser, ploughing and sowing
    ("03", "47.48"),  # top dressing, irrigation
    ("05", "132.65"),  # irrigation, aphids and rust, leaf fertiliser
    ("06", "100.00"),  # combine, drying, transport
)
CORN_COSTS = (
    ("2026-06", "287.35"),  # seed, fertiliser, sowing, weedkiller
    ("2026-07", "134.00"),  # top dressing, irrigation, corn borer
    ("2026-10", "66.71"),  # combine, transport
)


def policy() -> Policy:
    """The policy that is shipped."""
    with open("rural/capacity/policy.json", encoding="utf-8") as file:
        return policies.read(json.load(file))


def wheat(sown: int, **changes: Any) -> CropCycle:
    """Wheat sown in October, sold in June: 480 kg a mu, within 110 % of the benchmark."""
    facts: dict[str, Any] = {
        "crop": "wheat",
        "label": f"wheat {sown + 1}",
        "area": area(date(sown + 1, 6, 10)),
        "yield_kg_mu": Decimal(480),  # given
        "price_yuan_kg": Decimal("2.3564"),  # given
        "sown_on": date(sown, 10, 12),
        "sales": (MonthShare(date(sown + 1, 6, 1), Decimal(1)),),
        "costs": tuple(
            MonthAmount(date(sown if month == "10" else sown + 1, int(month), 1), Decimal(amount))
            for month, amount in WHEAT_COSTS
        ),
        "benchmark": WHEAT,
    }
    return CropCycle(**{**facts, **changes})


def corn(**changes: Any) -> CropCycle:
    """Corn sown in June after the wheat, sold in November."""
    facts: dict[str, Any] = {
        "crop": "corn",
        "label": "corn 2026",
        "area": area(date(2026, 10, 5)),
        "yield_kg_mu": Decimal(500),  # given; capped at 470.56
        "price_yuan_kg": Decimal("2.20"),  # given; capped at 2.0052
        "sown_on": date(2026, 6, 15),
        "sales": (MonthShare(date(2026, 11, 1), Decimal(1)),),
        "costs": month_amounts(CORN_COSTS),
        "benchmark": CORN,
    }
    return CropCycle(**{**facts, **changes})


def home(**changes: Any) -> Home:
    """Four persons, one of whom works in the city eleven months a year."""
    facts: dict[str, Any] = {
        "members": 4,  # given
        "living_floor": Decimal(6000),
        "spending": (
            Outlay("living", Decimal(30_000)),  # given: 2,500 a month
            Outlay("tuition", Decimal(4_000)),  # given
            Outlay("gifts", Decimal(6_000)),  # given: festival
        ),
        # Given: 3,500 a month, 60 % remitted. Reconstructed: not in February.
        "earners": (Earner("son", Decimal(38_500), True, Decimal("0.60")),),
        "assets": (
            Asset("deposit", Decimal(12_000), True),  # given: savings
            Asset("house", Decimal(120_000), True),  # reconstructed
            Asset("farm_machine", Decimal(48_000), True),  # reconstructed
        ),
        "rent_year": Decimal(8_000),  # given: 20 mu at 400; reconstructed: paid in October
    }
    return Home(**{**facts, **changes})


def case(**changes: Any) -> Case:
    """The whole example: AA, 12 % a year, 1,000 to 200,000 yuan."""
    facts: dict[str, Any] = {
        "start": START,
        "grade": "AA",
        "annual_rate": Decimal("0.12"),  # given
        "minimum": Decimal(1_000),
        "caps": (Cap("product", Decimal(200_000)),),
        "home": home(),
        "crops": (wheat(2025), corn(), wheat(2026)),
    }
    return Case(**{**facts, **changes})


def area(harvest: date, parcels: tuple[Parcel, ...] = PARCELS) -> Area:
    return Area(Decimal(30), registered=registered(parcels, harvest))


def month_amounts(rows: tuple[tuple[str, str], ...]) -> tuple[MonthAmount, ...]:
    return tuple(
        MonthAmount(date.fromisoformat(f"{month}-01"), Decimal(amount)) for month, amount in rows
    )
