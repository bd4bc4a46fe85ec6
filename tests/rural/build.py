"""Villages and who works in them, made by the real actions."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from rural.actions import places
from rural.actions.places import Place
from rural.models import Village
from tenancy.actions import tenants
from tenancy.actors import Actor
from tenancy.models import User
from tenancy.roles import Role
from tests.tenancy.build import NOON, actor

ON = date(2026, 1, 5)
VILLAGE = "130929203201"

__all__ = ["NOON", "ON", "VILLAGE", "actor"]


def village(code: str = VILLAGE, name_zh: str = "柳树村", name_en: str = "Liushu") -> Village:
    """A village of Hezhong township, Jinhe county."""
    return places.add(
        actor=actor(Role.SUPERVISOR),
        at=NOON,
        county=Place("130929", "金河县", "Jinhe", "jinhe"),
        township=Place(code[:9] if code[:6] == "130929" else "130929203", "河中镇", "Hezhong"),
        village=Place(code, name_zh, name_en, "", Decimal("38.19"), Decimal("116.12")),
    )


def person(role: Role, name: str = "Wang Fang", *, villages: tuple[str, ...] = ()) -> Actor:
    """A person who works here in a role, in these villages, as doors make him."""
    user = User.objects.create_user(f"{role}-{name}".replace(" ", "."), "secret-enough", name=name)
    tenants.admit(user=user, role=role, actor=actor(Role.ADMINISTRATOR), at=NOON)
    for code in villages:
        places.assign(actor=actor(Role.SUPERVISOR), at=NOON, on=ON, user=user, village_code=code)
    return Actor(kind="user", id=str(user.pk), name=name, role=role, source="192.0.2.9")
