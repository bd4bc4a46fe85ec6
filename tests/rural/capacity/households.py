"""The household of the worked example as forms F1 and F2 say it, and rows that hold it."""

from __future__ import annotations

import copy
from typing import Any

from rural.models import CropEnterprise, Household, LivestockEnterprise, Submission
from tenancy.ids import uuid7
from tests.rural import build as rural
from tests.rural.capacity import example
from tests.tenancy.build import NOON

ID_NUMBER = "11010519491231002X"
PHONE = "13800138000"

F1: dict[str, Any] = {
    "consent_collect": True,
    "consent_bureau": True,
    "consent_county_data": True,
    "consent_satellite": True,
    "consent_text_version": "2026-1",
    "bank_consents": [{"recipient": "Bank A", "agreed": True}],
    "head_name": "王建国",
    "id_no": "110***********002X",
    "phone": "138****8000",
    "marital": "married",
    "hukou_type": "agricultural",
    "education": "junior",
    "residence_years": "30",
    "household_size": "4",
    "members": [
        {"relation": "head", "name": "王建国", "birth": "1972-03-01", "sex": "male",
         "occupation": "farming", "health": "good", "labour": "full", "away_months": "0",
         "annual_income": "0"},
        {"relation": "spouse", "name": "李秀英", "birth": "1974-07-11", "sex": "female",
         "occupation": "farming", "health": "good", "labour": "full", "away_months": "0",
         "annual_income": "0"},
        {"relation": "child", "name": "王强", "birth": "1998-09-02", "sex": "male",
         "occupation": "migrant", "health": "good", "labour": "full", "away_months": "11",
         "annual_income": "38500"},
        {"relation": "child", "name": "王梅", "birth": "2009-05-20", "sex": "female",
         "occupation": "student", "health": "good", "labour": "none", "away_months": "0",
         "annual_income": "0"},
    ],
    "grows_crops": True,
    "parcels": [
        {"right": "contracted", "mu": "10"},
        {"right": "leased_in", "mu": "20", "lease_end": "2028-09-30", "rent_per_mu": "400"},
    ],
    "assets": [
        {"category": "deposit", "qty": "1", "value": "12000", "evidence": "statement"},
        {"category": "house", "qty": "1", "value": "120000", "evidence": "certificate"},
        {"category": "farm_machine", "qty": "1", "value": "48000", "evidence": "seen"},
    ],
    "no_debts": True,
    "debts": [],
    "guarantees_given": "0",
    "living_year": "30000",
    "gifts_year": "6000",
    "tuition_year": "4000",
    "medical_year": "0",
    "pension_insurance_year": "0",
    "subsidies": [],
    "insurance": [],
}  # fmt: skip


def corn(**changes: Any) -> dict[str, Any]:
    """F2 of the corn of autumn 2026, as declared."""
    return {
        "crop": "corn",
        "season": "2026-autumn",
        "parcel_numbers": "1,2",
        "area_mu": "30",
        "sow_date": "2026-06-15",
        "harvest_start": "2026-09-28",
        "harvest_end": "2026-10-05",
        "sale_months": [{"month": "2026-11", "share": "100"}],
        "expected_yield": "500",
        "expected_price": "2.20",
        "price_basis": "market",
        "marketed_share": "95",
        "costs": _costs(example.CORN_COSTS),
        "rent_per_mu": "400",
        "own_funds": "8000",
        "input_on_credit": "0",
        **changes,
    }


def wheat(sown: int, **changes: Any) -> dict[str, Any]:
    """F2 of the wheat that is sown in October of a year."""
    costs = tuple(
        (f"{sown if month == '10' else sown + 1}-{month}", amount)
        for month, amount in example.WHEAT_COSTS
    )
    return {
        "crop": "wheat",
        "season": f"{sown + 1}-summer",
        "parcel_numbers": "1,2",
        "area_mu": "30",
        "sow_date": f"{sown}-10-12",
        "harvest_start": f"{sown + 1}-06-05",
        "harvest_end": f"{sown + 1}-06-10",
        "sale_months": [{"month": f"{sown + 1}-06", "share": "100"}],
        "expected_yield": "480",
        "expected_price": "2.3564",
        "price_basis": "market",
        "marketed_share": "95",
        "costs": _costs(costs),
        "rent_per_mu": "400",
        "own_funds": "8000",
        "input_on_credit": "0",
        **changes,
    }


def pigs(**changes: Any) -> dict[str, Any]:
    """F3 of sixty pigs, twice a year."""
    return {
        "species": "pig",
        "mode": "fattening",
        "rhythm": "batch",
        "season": "2026-spring",
        "stock_young": "0",
        "stock_growing": "60",
        "stock_adult": "0",
        "stock_breeding": "0",
        "cycle_days": "150",
        "batches_per_year": "2",
        "batch_heads": "60",
        "mortality": "5",
        "weight_in": "15",
        "weight_out": "115",
        "price": "15.0",
        "young_price": "400",
        "fcr": "2.8",
        "feed_price": "3.2",
        "vet_per_head": "60",
        "labour": "0",
        "utilities": "0",
        "payment_days": "0",
        **changes,
    }


def household(*, crops: list[dict[str, Any]] | None = None, **changes: Any) -> Household:
    """A household of Liushu village; without `crops` it grows those of the example."""
    values = {**copy.deepcopy(F1), **changes}
    row = Household(
        id=uuid7(),
        code=f"H-{Household.objects.count() + 1:04}",
        village=rural.village(),
        head_name=values["head_name"],
        values=values,
        version=1,
        created_at=NOON,
        changed_at=NOON,
    )
    row.set_numbers({"id_number": ID_NUMBER, "phone": PHONE})
    row.save()
    for answers in [corn(), wheat(2025), wheat(2026)] if crops is None else crops:
        grow(row, answers)
    return row


def grow(row: Household, answers: dict[str, Any]) -> None:
    CropEnterprise.objects.create(
        household=row,
        crop=answers["crop"],
        season=answers["season"],
        values=answers,
        accepted_at=NOON,
        submission=_submission(row, "F2", answers),
    )


def raise_animals(row: Household, answers: dict[str, Any]) -> None:
    LivestockEnterprise.objects.create(
        household=row,
        species=answers["species"],
        mode=answers["mode"],
        season=answers["season"],
        values=answers,
        accepted_at=NOON,
        submission=_submission(row, "F3", answers),
    )


def _submission(row: Household, form: str, answers: dict[str, Any]) -> Submission:
    return Submission.objects.create(
        form_code=form,
        form_version=1,
        root_uuid=uuid7(),
        content_sha256="0" * 64,
        subject=str(row.pk),
        household=row,
        village=row.village,
        answers=answers,
        received_at=NOON,
        agent_id="1",
        agent_name="Wang Fang",
        agent_role="officer",
        status="complete",
        status_at=NOON,
    )


def _costs(rows: tuple[tuple[str, str], ...]) -> list[dict[str, str]]:
    return [{"item": "machine", "month": month, "per_mu": amount} for month, amount in rows]
