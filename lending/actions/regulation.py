"""Taking over the rules of a jurisdiction, from data files that name their sources."""

from __future__ import annotations

import json
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _

from lending.models import RegulationRule
from lending.rules.caps import EVERYBODY
from tenancy import room
from tenancy.actions import audit
from tenancy.actors import Actor
from tenancy.errors import NotFound
from tenancy.permissions import Permission, require

RULE_SETS = Path(__file__).resolve().parent.parent / "rulesets"


@room.atomic
def adopt(
    *, actor: Actor, at: datetime, jurisdiction: str, lender_kind: str = "microloan_company"
) -> int:
    """
    Load what a jurisdiction asks of a kind of lender; return how many rules were new.

    Repeating is harmless. A rule that the tenant already has is left alone: what a decision was
    checked against must not change under it; a changed rule is a later row.

    :param jurisdiction: ISO 3166 alpha-2, such as "CN"
    :param lender_kind: what the tenant is, as the rules' `applies_to` names it
    :raises NotFound: if no rule set is bundled for the jurisdiction
    """
    require(actor, Permission.TENANT_CONFIGURE)
    path = RULE_SETS / f"{jurisdiction.lower()}.json"
    if not jurisdiction.isalpha() or not path.is_file():
        raise NotFound.of(_("Rule set"), jurisdiction)

    held = set(RegulationRule.objects.values_list("code", "basis", "effective_from"))
    rows = [_rule(row) for row in json.loads(path.read_text(encoding="utf-8"))["rules"]]
    new = [
        rule
        for rule in rows
        if rule.applies_to in (lender_kind, EVERYBODY)
        and (rule.code, rule.basis, rule.effective_from) not in held
    ]
    RegulationRule.objects.bulk_create(new)
    if new:
        audit.record(
            actor=actor,
            at=at,
            action="regulation.adopt",
            subject=jurisdiction,
            changes={"rules": [str(rule) for rule in new]},
        )
    return len(new)


def _rule(row: dict[str, Any]) -> RegulationRule:
    facts = {
        **row,
        "cap": None if row["cap"] is None else Decimal(row["cap"]),
        "effective_from": date.fromisoformat(row["effective_from"]),
        "effective_to": row["effective_to"] and date.fromisoformat(row["effective_to"]),
    }
    return RegulationRule(**facts)
