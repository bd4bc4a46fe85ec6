"""A lender's rules of work in the villages: adopted once, then changed by dated rows."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

from rural.models import CommissionTariff, PanelScale, SignalCode, VillageRule
from rural.rules import panel
from tenancy import room
from tenancy.actions import audit
from tenancy.actors import Actor
from tenancy.permissions import Permission, require

RULESET = Path(__file__).parent.parent / "rulesets" / "village.json"


@room.atomic
def adopt(*, actor: Actor, at: datetime) -> int:
    """
    Write the house's tariff, panel scale, rules and signals; return how many rows are new.

    Harmless to repeat: rows that are there stay, and later ones of the lender's own go before.
    """
    require(actor, Permission.VILLAGE_MANAGE)
    rules: dict[str, Any] = json.loads(RULESET.read_text(encoding="utf-8"))
    panel.levels(rules["scale"]["levels"])
    made = 0
    for model, facts in ((CommissionTariff, rules["tariff"]), (PanelScale, rules["scale"])):
        day = date.fromisoformat(facts["effective_from"])
        _row, created = model.objects.get_or_create(
            effective_from=day, defaults={**facts, "effective_from": day}
        )
        made += created
    since = date.fromisoformat(rules["tariff"]["effective_from"])
    for code, value, unit, source in rules["rules"]:
        _row, created = VillageRule.objects.get_or_create(
            code=code,
            effective_from=since,
            defaults={"value": value, "unit": unit, "source": source},
        )
        made += created
    for code, name, name_zh, severity in rules["signals"]:
        _row, created = SignalCode.objects.get_or_create(
            code=code, defaults={"name": name, "name_zh": name_zh, "severity": severity}
        )
        made += created
    if made:
        audit.record(actor=actor, at=at, action="village.adopt_rules", changes={"rows": made})
    return made
