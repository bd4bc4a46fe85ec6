"""One household's forms, filled in as a careful officer would; every photo has its file."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

from PIL import Image

from rural.rules.forms.identity import check_digit

VILLAGE = "130929203201"
ID_NUMBER, PHONE = "11010519491231002X", "13800138000"
LAT, LON = "38.190000", "116.120000"


def photo_file(number: int) -> bytes:
    """A small picture; each number another one."""
    buffer = BytesIO()
    image = Image.new("RGB", (40, 30), (40, 120, 90))
    image.save(buffer, "JPEG", quality=70, comment=str(number).encode())
    return buffer.getvalue()


def id_number(number: int) -> str:
    """A well-formed ID number; each number another one, born in 1980."""
    digits = f"13092919800{number % 9 + 1}12{number:03d}"
    return digits + check_digit(digits)


class Files:
    """Photos and signatures of one submission, each with its content."""

    def __init__(self, at: datetime, first: int = 1) -> None:
        self.at = at
        self.next = first
        self.contents: dict[str, bytes] = {}

    def shot(self, **changes: str) -> dict[str, str]:
        content = photo_file(self.next)
        self.next += 1
        sha256 = hashlib.sha256(content).hexdigest()
        self.contents[sha256] = content
        taken = (self.at - timedelta(minutes=10)).isoformat()
        place = {"lat": LAT, "lon": LON, "accuracy": "8"}
        return {"sha256": sha256, "taken_at": taken, **place, **changes}

    def shots(self, count: int) -> list[dict[str, str]]:
        return [self.shot() for _ in range(count)]

    def point(self, **changes: str) -> dict[str, str]:
        place = {"lat": LAT, "lon": LON, "accuracy": "12", "at": self.at.isoformat()}
        return {**place, **changes}


def identity(files: Files, **changes: Any) -> dict[str, Any]:
    """Sections A and B of F1: what a village agent may fill in."""
    return {
        "consent_text_version": "2026-1",
        "consent_collect": True,
        "consent_bureau": True,
        "consent_county_data": True,
        "consent_satellite": False,
        "consent_agent": True,
        "consent_signature": files.shot(),
        "bank_consents": [
            {"recipient": "金河农商银行", "agreed": True, "signature": files.shot()}
        ],
        "head_name": "王建国",
        "id_no": ID_NUMBER,
        "id_photos": files.shots(2),
        "hukou_pages": files.shots(1),
        "phone": PHONE,
        "phone_verified": True,
        "village": VILLAGE,
        "group": "三组",
        "hukou_type": "agricultural",
        "marital": "married",
        "education": "junior",
        "residence_years": "40",
        "dwelling_gps": files.point(),
        "household_size": "2",
        "members": [
            member(relation="head"),
            member(name="李秀英", id_no=id_number(7), sex="female"),
        ],
        **changes,
    }


def member(**changes: Any) -> dict[str, Any]:
    return {
        "relation": "spouse",
        "name": "王建国",
        "birth": "1980-01-12",
        "id_no": ID_NUMBER,
        "sex": "male",
        "occupation": "farming",
        "health": "good",
        "labour": "full",
        "away_months": "0",
        "annual_income": "12000",
        **changes,
    }


def walked(lat: float, lon: float, *, metres: float = 120, **changes: str) -> list[dict[str, str]]:
    """The corners of a square piece of land, its south-western one first; 120 m are 21.6 mu."""
    north, east = metres / 111_000, metres / 87_600
    around = ((0.0, 0.0), (north, 0.0), (north, east), (0.0, east))
    at = "2026-01-05T03:00:00+00:00"
    return [
        {
            "lat": f"{lat + up:.6f}",
            "lon": f"{lon + across:.6f}",
            "accuracy": "5",
            "at": at,
            **changes,
        }
        for up, across in around
    ]


def apart(files: Files) -> tuple[float, float]:
    """A place for the land of one submission, away from that of all others."""
    row, column = divmod(files.next, 250)
    return 38.2 + row / 100, 116.2 + column / 100


def household(files: Files, **changes: Any) -> dict[str, Any]:
    """F1 in full."""
    kinds = ("planting", "livestock", "trade", "wage", "transfer", "other")
    return {
        **identity(files),
        "grows_crops": True,
        "parcels": [
            {
                "right": "leased_in",
                "cert_no": "130929-1",
                "mu": "20",
                "lease_end": "2099-12-31",
                "rent_per_mu": "400",
                "place": files.point(),
                "boundary": walked(*apart(files)),
                "polygon_mu": "23",
                "area_comment": "包括沟渠",
            }
        ],
        "assets": [{"category": "house", "qty": "1", "value": "90000", "evidence": "seen"}],
        "no_debts": False,
        "debts": [
            {
                "type": "bank",
                "creditor": "邮储银行",
                "balance": "20000",
                "monthly_due": "500",
                "due_date": "2026-12-01",
                "purpose": "农机",
            }
        ],
        "guarantees_given": "0",
        "living_year": "30000",
        "gifts_year": "6000",
        "tuition_year": "4000",
        "medical_year": "2000",
        "pension_insurance_year": "1000",
        "subsidies": [{"type": "grain", "amount": "900", "year": "2025"}],
        "insurance": [
            {
                "object": "crop",
                "insured_qty": "30",
                "sum_insured": "30000",
                "policy_no": "PICC-1",
                "expiry": "2099-12-31",
            }
        ],
        **{f"income_{kind}": "10000" for kind in kinds},
        **{f"expected_{kind}": "20000" for kind in kinds},
        "income_change_reason": "多租二十亩",
        "site_gps": files.point(),
        "photo_house": files.shots(1),
        "photo_applicant": files.shots(1),
        "photo_site": files.shots(1),
        "officer_signature": files.shot(),
        "co_officer": "colleague",
        "co_officer_signature": files.shot(),
        "farmer_thumb": False,
        "farmer_signature": files.shot(),
        "remarks": "秋后再访",
        **changes,
    }


def crop(files: Files, **changes: Any) -> dict[str, Any]:
    """F2: thirty mu of wheat."""
    year = files.at.year
    return {
        "crop": "wheat",
        "variety": "济麦22",
        "season": f"{year}-spring",
        "parcel_numbers": "1",
        "area_mu": "30",
        "sow_date": f"{year - 1}-10-05",
        "harvest_start": f"{year}-06-08",
        "harvest_end": f"{year}-06-15",
        "sale_months": [
            {"month": f"{year}-06", "share": "60"},
            {"month": f"{year}-07", "share": "40"},
        ],
        "expected_yield": "480",
        "yield_1_ago": "470",
        "yield_2_ago": "465",
        "yield_3_ago": "450",
        "yield_comment": "常年水平",
        "expected_price": "2.40",
        "price_basis": "contract",
        "contract_photo": files.shots(1),
        "marketed_share": "95",
        "costs": [{"item": "seed", "per_mu": "70", "month": f"{year - 1}-10"}],
        "cost_comment": "统一购种",
        "rent_per_mu": "400",
        "own_funds": "10000",
        "input_on_credit": "0",
        "hazards": ["drought", "hail"],
        "irrigated": True,
        "stage": "seedling",
        "parcel_gps": files.point(),
        "stage_photos": files.shots(1),
        **changes,
    }


def livestock(files: Files, **changes: Any) -> dict[str, Any]:
    """F3: sixty pigs a batch."""
    return {
        "species": "pig",
        "mode": "fattening",
        "rhythm": "batch",
        "season": f"{files.at.year}-spring",
        **{f"stock_{kind}": "0" for kind in ("young", "adult", "breeding")},
        "stock_growing": "60",
        "cycle_days": "150",
        "batches_per_year": "2",
        "batch_heads": "60",
        "mortality": "0.5",
        "mortality_comment": "兽医驻场",
        "weight_in": "15",
        "weight_out": "115",
        "price": "15.0",
        "young_price": "400",
        "fcr": "2.8",
        "feed_price": "3.2",
        "vet_per_head": "60",
        "labour": "3000",
        "utilities": "500",
        "figures_comment": "与基准相近",
        "shed_area_m2": "200",
        "shed_ownership": "own",
        "quarantine_cert_no": "J-77",
        "quarantine_cert_expiry": "2099-12-31",
        "waste_ok": True,
        "insurance_policy": "PICC-2",
        "buyer": "金河屠宰厂",
        "has_contract": True,
        "payment_days": "15",
        "experience_years": "8",
        "training_attended": "2",
        "site_gps": files.point(),
        "photo_gate": files.shots(1),
        "photo_sheds": files.shots(2),
        "photo_animals": files.shots(1),
        "photo_feed": files.shots(1),
        **changes,
    }


def laying(files: Files, **changes: Any) -> dict[str, Any]:
    """F3 of layers: what is asked of no other animals."""
    hens = livestock(
        files,
        species="layer",
        mode="laying",
        rhythm="continuous",
        cycle_days="510",
        laying_start_days="150",
        production_unit="egg_percent",
        production_rate="88",
    )
    without = ("batches_per_year", "batch_heads")
    return {name: value for name, value in hens.items() if name not in without} | changes


def recommendation(files: Files, **changes: Any) -> dict[str, Any]:
    """F4: of somebody who is not on record yet."""
    return {
        "is_new_farmer": True,
        "new_name": "赵铁柱",
        "new_phone": "13900139000",
        "village": VILLAGE,
        "relation": "none",
        "known_years": "12",
        "opinion": "recommend",
        "reasons": ["hard_working", "other"],
        "reasons_text": "带头修渠",
        "purpose": "other",
        "purpose_text": "买收割机",
        "asked_amount": "30000",
        "repay_source": "crop",
        "documents": ["id_card"],
        "document_photos": files.shots(1),
        "took_no_fee": True,
        "handled_no_cash": True,
        "promised_nothing": True,
        "told_bank_decides": True,
        "agent_signature": files.shot(),
        "gps": files.point(),
        "confirmation_code": "123456",
        **changes,
    }


def visit(files: Files, **changes: Any) -> dict[str, Any]:
    """F5: crops, a fifth damaged."""
    return {
        "loan_no": "L-1",
        "visit_type": "first",
        "planned_date": files.at.date().isoformat(),
        "met_person": "borrower",
        "site_gps": files.point(),
        "as_declared_percent": "80",
        "other_percent": "20",
        "other_use": "修房",
        "use_evidence": files.shots(1),
        "enterprise": "crop",
        "crop_stage": "ripening",
        "crop_area_mu": "30",
        "damage_percent": "20",
        "yield_outlook_percent": "-15",
        "family_changes": ["none"],
        "new_debts": "0",
        "insurance_event": "reported",
        "ability": "4",
        "willingness": "5",
        "signals": ["crop_failed"],
        "action": "insurance_claim",
        "next_visit": "2099-12-31",
        "photos": files.shots(2),
        "officer_signature": files.shot(),
        "co_officer": "colleague",
        "co_officer_signature": files.shot(),
        **changes,
    }


def barn_visit(files: Files, **changes: Any) -> dict[str, Any]:
    """F5 where animals are kept."""
    crops = ("crop_stage", "crop_area_mu", "damage_percent", "yield_outlook_percent")
    seen = visit(files, enterprise="livestock", stock_now="50", deaths="10", disease="suspected")
    return {name: value for name, value in seen.items() if name not in crops} | changes


def shop_visit(files: Files, **changes: Any) -> dict[str, Any]:
    """F5 of what is neither."""
    crops = ("crop_stage", "crop_area_mu", "damage_percent", "yield_outlook_percent")
    seen = visit(files, enterprise="other", other_status="小卖部照常")
    return {name: value for name, value in seen.items() if name not in crops} | changes


def ballot(files: Files, **changes: Any) -> dict[str, Any]:
    """F6: with a veto, so that its evidence is asked for."""
    return {
        "panel_session": "P-1",
        "evaluator_code": "EV01",
        "is_kin": False,
        "knows": True,
        "character": "4",
        "diligence": "5",
        "debt_rumour": "none",
        "family_harmony": "4",
        "cap_band": "30000",
        "veto": "gambling",
        "veto_evidence": "派出所记录",
        **changes,
    }
