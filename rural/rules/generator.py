"""
Invented households for demonstrations: their forms as an officer would have filled them in.

Land, yields, prices and costs are drawn around the benchmarks of the county, so that most are
lendable, some are capped and a few are declined. Nobody of them exists: names are put together
from lists, ID numbers carry an area code that no place has, and every form says "synthetic".
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from rural.rules.forms.identity import check_digit

MARK = "合成数据 synthetic"
# No county has it: a number that begins so belongs to nobody.
NOWHERE = "999999"
_FAMILY = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
_GIVEN = (
    "建国",
    "秀英",
    "志强",
    "桂兰",
    "海燕",
    "国庆",
    "春梅",
    "永刚",
    "玉珍",
    "卫东",
    "丽华",
    "小军",
)
# After all of those: names of four characters, ten thousand of them.
_MORE = "安宁福顺平昌和盛兴旺茂林森海江河山川石田禾麦谷丰年春夏秋冬月星辰光明朗清泉溪湖波"
_KEPT, _KEPT_PER_MU = Decimal(30_000), Decimal(400)
_CALENDAR = {
    # sown in month, of the year before?, harvested, sold, months of costs with their shares
    "wheat": (10, True, 6, 6, ((10, "0.40"), (3, "0.15"), (5, "0.25"), (6, "0.20"))),
    "corn": (6, False, 10, 11, ((6, "0.60"), (7, "0.26"), (10, "0.14"))),
}
_SEASON = {"wheat": "summer", "corn": "autumn"}


@dataclass(frozen=True, slots=True)
class Usual:
    """A crop's benchmark: kg/mu, yuan/kg, yuan/mu in cash."""

    crop: str
    yield_kg_mu: Decimal
    price_yuan_kg: Decimal
    cost_yuan_mu: Decimal


@dataclass(slots=True)
class Files:
    """The pictures of a form: small files of their own, by their hash."""

    at: datetime
    latitude: Decimal
    longitude: Decimal
    name: str
    contents: dict[str, bytes] = field(default_factory=dict)
    draw: Any = None

    def shot(self) -> dict[str, str]:
        content: bytes = self.draw(f"{self.name} {len(self.contents)}")
        sha256 = hashlib.sha256(content).hexdigest()
        self.contents[sha256] = content
        taken = (self.at - timedelta(minutes=10)).isoformat()
        return {"sha256": sha256, "taken_at": taken, **self._place("8")}

    def shots(self, count: int) -> list[dict[str, str]]:
        return [self.shot() for _ in range(count)]

    def point(self) -> dict[str, str]:
        return {**self._place("12"), "at": self.at.isoformat()}

    def _place(self, accuracy: str) -> dict[str, str]:
        return {"lat": f"{self.latitude}", "lon": f"{self.longitude}", "accuracy": accuracy}


@dataclass(frozen=True, slots=True)
class Person:
    """An invented farmer and how much he grows."""

    name: str
    id_number: str
    phone: str
    own_mu: Decimal
    leased_mu: Decimal
    wage: Decimal
    debt_monthly: Decimal

    @property
    def mu(self) -> Decimal:
        return self.own_mu + self.leased_mu


def people(seed: int, count: int) -> Iterator[Person]:
    """Yield the same people for the same seed."""
    dice = random.Random(seed)
    for number, name in zip(range(count), _names(seed), strict=False):
        digits = f"{NOWHERE}{dice.randint(1962, 1992)}{dice.randint(1, 12):02}15{number % 1000:03}"
        leased = Decimal(dice.choice((0, 0, 10, 20, 30, 50)))
        yield Person(
            name=name,
            id_number=digits + check_digit(digits),
            phone=f"1990{dice.randint(0, 9_999_999):07}",
            own_mu=Decimal(dice.randint(6, 18)),
            leased_mu=leased,
            wage=Decimal(dice.choice((0, 24_000, 33_000, 38_500, 44_000))),
            debt_monthly=Decimal(dice.choice((0, 0, 0, 0, 300, 1_000))),
        )


def _names(seed: int) -> Iterator[str]:
    """Yield names in an order of the seed; none comes twice: namesakes of a village may be one."""
    names = [family + given for family in _FAMILY for given in _GIVEN]
    random.Random(f"{seed} names").shuffle(names)
    yield from names
    for more in _MORE:
        yield from (name + more for name in names)


def household(
    person: Person, files: Files, *, village: str, colleague: str, year: int
) -> dict[str, Any]:
    """Return F1 in full."""
    members = [_member("head", person.name, "male", "farming", id_no=person.id_number)]
    members.append(_member("spouse", "李秀兰", "female", "farming"))
    if person.wage:
        members.append(
            _member("child", "王小强", "male", "migrant", birth="1999-09-02", away="11",
                    income=str(person.wage))
        )  # fmt: skip
    kinds = ("planting", "livestock", "trade", "wage", "transfer", "other")
    return {
        "consent_text_version": "2026-1",
        **{f"consent_{name}": True for name in
           ("collect", "bureau", "county_data", "satellite", "agent")},
        "consent_signature": files.shot(),
        "bank_consents": [],
        "head_name": person.name,
        "id_no": person.id_number,
        "id_photos": files.shots(2),
        "hukou_pages": files.shots(1),
        "phone": person.phone,
        "village": village,
        "hukou_type": "agricultural",
        "marital": "married",
        "education": "junior",
        "residence_years": "30",
        "dwelling_gps": files.point(),
        "household_size": str(len(members)),
        "members": members,
        "grows_crops": True,
        "parcels": _parcels(person, files, year),
        "assets": [
            {"category": "deposit", "qty": "1", "value": f"{_savings(person)}",
             "evidence": "statement"},
            {"category": "house", "qty": "1", "value": "120000", "evidence": "certificate"},
            {"category": "farm_machine", "qty": "1", "value": "30000", "evidence": "seen"},
        ],
        "no_debts": person.debt_monthly == 0,
        "debts": _debts(person),
        "guarantees_given": "0",
        "living_year": "30000",
        "gifts_year": "5000",
        "tuition_year": "0",
        "medical_year": "1500",
        "pension_insurance_year": "800",
        "subsidies": [],
        "insurance": [],
        **{f"income_{kind}": "10000" for kind in kinds},
        **{f"expected_{kind}": "10000" for kind in kinds},
        "site_gps": files.point(),
        "photo_house": files.shots(1),
        "photo_applicant": files.shots(1),
        "photo_site": files.shots(1),
        "officer_signature": files.shot(),
        "co_officer": colleague,
        "co_officer_signature": files.shot(),
        "farmer_thumb": False,
        "farmer_signature": files.shot(),
        "remarks": MARK,
    }  # fmt: skip


def _savings(person: Person) -> Decimal:
    """Who grows more has to keep more for seed, fertiliser and rent until he sells."""
    return _KEPT + _KEPT_PER_MU * person.mu


def crop(
    person: Person, files: Files, usual: Usual, *, harvest_year: int, seed: int
) -> dict[str, Any]:
    """Return F2 of a crop, drawn around its benchmark; one in five boasts of its yield."""
    dice = random.Random(f"{seed} {person.id_number} {usual.crop} {harvest_year}")
    sow, is_winter, harvest, sale, costs = _CALENDAR[usual.crop]
    spread = Decimal(dice.choice((90, 95, 100, 105, 125))) / 100
    parcels = "1,2" if person.leased_mu else "1"
    sown = harvest_year - 1 if is_winter else harvest_year
    return {
        "crop": usual.crop,
        "season": f"{harvest_year}-{_SEASON[usual.crop]}",
        "parcel_numbers": parcels,
        "area_mu": f"{person.mu}",
        "sow_date": f"{sown}-{sow:02}-12",
        "harvest_start": f"{harvest_year}-{harvest:02}-05",
        "harvest_end": f"{harvest_year}-{harvest:02}-12",
        "sale_months": [{"month": f"{harvest_year}-{sale:02}", "share": "100"}],
        "expected_yield": f"{usual.yield_kg_mu * spread:.2f}",
        "yield_comment": MARK,
        "expected_price": f"{usual.price_yuan_kg:.4f}",
        "price_basis": "market",
        "marketed_share": "95",
        "costs": [
            {
                "item": "machine",
                "month": f"{sown if is_winter and month >= sow else harvest_year}-{month:02}",
                "per_mu": f"{usual.cost_yuan_mu * Decimal(share):.2f}",
            }
            for month, share in costs
        ],
        "cost_comment": MARK,
        "rent_per_mu": "400",
        "own_funds": "8000",
        "input_on_credit": "0",
        "hazards": ["none"],
        "irrigated": True,
        "stage": "growing",
        "parcel_gps": files.point(),
        "stage_photos": files.shots(1),
    }


def recommendation(files: Files, *, village: str, number: int) -> dict[str, Any]:
    """Return F4 of a household that is on record; each number says it a little differently."""
    reasons = ("hard_working", "keeps_word", "good_harvest", "family_helps")
    return {
        "is_new_farmer": False,
        "village": village,
        "relation": "none",
        "known_years": str(6 + 3 * number),
        "opinion": "recommend",
        "reasons": [reasons[number % len(reasons)], "skilled"],
        "purpose": "planting",
        "purpose_text": MARK,
        "asked_amount": str(10_000 + 5_000 * number),
        "repay_source": "crop",
        "documents": ["id_card", "land_cert"],
        "document_photos": files.shots(2),
        "took_no_fee": True,
        "handled_no_cash": True,
        "promised_nothing": True,
        "told_bank_decides": True,
        "agent_signature": files.shot(),
        "gps": files.point(),
    }


def ballot(
    *, session: str, evaluator: str, mark: int | None, evidence: str = ""
) -> dict[str, Any]:
    """Return F6 with one mark for all, None for who does not know; evidence makes it a veto."""
    vote: dict[str, Any] = {
        "panel_session": session,
        "evaluator_code": evaluator,
        "is_kin": False,
        "knows": mark is not None,
    }
    if mark is None:
        return vote
    rumour = "none" if mark > 3 else "some"
    veto = {"veto": "gambling", "veto_evidence": evidence} if evidence else {"veto": "none"}
    return {
        **vote,
        "character": str(mark),
        "diligence": str(mark),
        "debt_rumour": rumour,
        "family_harmony": str(mark),
        "cap_band": "50000",
        **veto,
    }


def _member(
    relation: str, name: str, sex: str, occupation: str, *, id_no: str = "",
    birth: str = "1975-03-01", away: str = "0", income: str = "0",
) -> dict[str, str]:  # fmt: skip
    row = {
        "relation": relation,
        "name": name,
        "birth": birth,
        "sex": sex,
        "occupation": occupation,
        "health": "good",
        "labour": "full",
        "away_months": away,
        "annual_income": income,
    }
    return {**row, "id_no": id_no} if id_no else row


def _parcels(person: Person, files: Files, year: int) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = [
        {"right": "contracted", "mu": f"{person.own_mu}", "place": files.point()}
    ]
    if person.leased_mu:
        rows.append(
            {
                "right": "leased_in",
                "mu": f"{person.leased_mu}",
                "lease_end": f"{year + 3}-09-30",
                "rent_per_mu": "400",
                "place": files.point(),
            }
        )
    return rows


def _debts(person: Person) -> Sequence[dict[str, str]]:
    if not person.debt_monthly:
        return []
    return [
        {
            "type": "bank",
            "creditor": MARK,
            "balance": f"{person.debt_monthly * 12}",
            "monthly_due": f"{person.debt_monthly}",
        }
    ]
