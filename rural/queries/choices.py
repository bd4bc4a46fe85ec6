"""The lists that forms let choose from: villages, crops, seasons, colleagues."""

from __future__ import annotations

import json
from datetime import MINYEAR, date
from functools import cache
from pathlib import Path
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import get_language

from rural.models import Village
from tenancy.actors import Actor
from tenancy.models import Membership
from tenancy.roles import Role

_LISTS = Path(__file__).resolve().parent.parent / "forms" / "choices.json"
_PARTS = (("spring", "春", "spring"), ("summer", "夏", "summer"), ("autumn", "秋", "autumn"),
          ("winter", "冬", "winter"))  # fmt: skip
INVESTIGATORS = (Role.OFFICER, Role.SUPERVISOR)


def villages_of(actor: Actor) -> QuerySet[Village]:
    """Return the villages that somebody works in: an agent his own, others all."""
    villages = Village.objects.select_related("township__county")
    return villages.assigned_to(actor.id) if actor.role == Role.AGENT else villages.all()


def may_work_in(actor: Actor, village: Village) -> bool:
    """Return whether somebody may send in forms about a village."""
    return actor.role != Role.AGENT or villages_of(actor).filter(pk=village.pk).exists()


def choices(actor: Actor, on: date) -> dict[str, list[dict[str, Any]]]:
    """Return every list that a form's `choices_from` can name, as the devices get it."""
    return {
        **_bundled(),
        "seasons": seasons(on),
        "villages": [
            {
                "value": village.code,
                "label": {"zh": village.name_zh, "en": village.name_en or village.name_zh},
                "above": [
                    {"zh": place.name_zh, "en": place.name_en or place.name_zh}
                    for place in (village.township.county, village.township)
                ],
            }
            for village in villages_of(actor)
        ],
        "colleagues": [
            {"value": name, "label": {"zh": shown, "en": shown}}
            for name, shown in _colleagues(actor)
        ],
    }


def word(name: str, value: str) -> str:
    """Return what a value of a bundled list, or a season, is called in the reader's language."""
    if name == "seasons":
        year, _dash, _part = value.partition("-")
        rows = seasons(date(int(year), 1, 1)) if year.isdigit() and int(year) > MINYEAR else []
    else:
        rows = _bundled().get(name, [])
    language = "zh" if (get_language() or "").startswith("zh") else "en"
    found = next((row["label"][language] for row in rows if row["value"] == value), value)
    return str(found)


def lists(actor: Actor, on: date) -> dict[str, frozenset[str]]:
    """Return the values that may be chosen now, but for villages, which are looked up singly."""
    named = {name: [row["value"] for row in rows] for name, rows in _bundled().items()}
    named["seasons"] = [row["value"] for row in seasons(on)]
    named["colleagues"] = [name for name, _shown in _colleagues(actor)]
    return {name: frozenset(values) for name, values in named.items()}


def seasons(on: date) -> list[dict[str, Any]]:
    """Return the seasons of last year, this year and the next."""
    return [
        {"value": f"{year}-{part}", "label": {"zh": f"{year}年{zh}", "en": f"{en} {year}"}}
        for year in range(on.year - 1, on.year + 2)
        for part, zh, en in _PARTS
    ]


def _colleagues(actor: Actor) -> list[tuple[str, str]]:
    """Who could have come along: other investigators of the house."""
    rows = (
        Membership.objects.filter(role__in=INVESTIGATORS, is_active=True)
        .exclude(user_id=actor.id if actor.kind == "user" else None)
        .values_list("user__username", "user__name")
        .distinct()
        .order_by("user__username")
    )
    return list(rows)


@cache
def _bundled() -> dict[str, list[dict[str, Any]]]:
    loaded: dict[str, list[dict[str, Any]]] = json.loads(_LISTS.read_text(encoding="utf-8"))
    return loaded
