"""The classification profiles of a jurisdiction, and the class that a loan is of."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from lending.models import ClassBasis, LoanClass
from lending.rules.classification import (
    AssetClass,
    Floor,
    Level,
    NoProfile,
    Profile,
    in_force,
    worst,
)
from tenancy import room
from tenancy.models import Tenant

RULESETS = Path(__file__).resolve().parent.parent / "rulesets"


def profile(*, on: date, applies_to: str = "loan") -> Profile:
    """
    Return the profile that binds the room's tenant on a day.

    :raises NoProfile: if its jurisdiction has none in force
    """
    tenant = Tenant.objects.get(pk=room.current())
    return in_force(profiles(tenant.jurisdiction), on=on, applies_to=applies_to)


@cache
def profiles(jurisdiction: str) -> tuple[Profile, ...]:
    """Return all profiles that a jurisdiction ever had; none for one without a rule set."""
    path = RULESETS / f"{jurisdiction.lower()}.json"
    if not path.exists():
        return ()
    held = json.loads(path.read_text(encoding="utf-8"))
    return tuple(_profile(row) for row in held.get("classification", []))


def _profile(row: dict[str, Any]) -> Profile:
    until = row["effective_to"]
    return Profile(
        code=row["code"],
        applies_to=row["applies_to"],
        effective_from=date.fromisoformat(row["effective_from"]),
        effective_to=date.fromisoformat(until) if until else None,
        floors=tuple(
            Floor(floor["from_days"], AssetClass(floor["class"])) for floor in row["floors"]
        ),
        source=row["source"],
        level=Level(row.get("level", Level.LOAN)),
    )


def class_of(loan_id: UUID) -> AssetClass:
    """Return the class that a loan is of: the worst that any basis says last."""
    last: dict[str, str] = dict(
        LoanClass.objects.filter(loan_id=loan_id)
        .order_by("id")
        .values_list("basis", "asset_class")
    )
    return worst(AssetClass(each) for each in last.values())


def said_otherwise(on: date, loan_ids: Iterable[UUID] | None = None) -> dict[UUID, AssetClass]:
    """
    Return of which class loans were on a day by anything but their own delay; others lack.

    That is what other lenders say, and where the class is the borrower's, what the last close
    wrote down for all his loans.
    """
    bases = [ClassBasis.FUNDER, *([ClassBasis.DELAY] if _is_borrowers(on) else [])]
    rows = LoanClass.objects.filter(basis__in=bases, effective_on__lte=on)
    if loan_ids is not None:
        rows = rows.filter(loan_id__in=list(loan_ids))
    last: dict[UUID, dict[str, AssetClass]] = {}
    for loan_id, basis, said in rows.order_by("id").values_list("loan_id", "basis", "asset_class"):
        last.setdefault(loan_id, {})[basis] = AssetClass(said)
    return {loan_id: worst(by_basis.values()) for loan_id, by_basis in last.items()}


def _is_borrowers(on: date) -> bool:
    try:
        return profile(on=on).level is Level.BORROWER
    except NoProfile:
        return False
