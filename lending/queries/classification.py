"""The classification profiles of a jurisdiction, as its rule set has them."""

from __future__ import annotations

import json
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from lending.rules.classification import AssetClass, Floor, Profile, in_force
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
    )
