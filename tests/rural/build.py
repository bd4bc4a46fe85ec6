"""Villages, who works in them and what they send in, made by the real actions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from rural.actions import attachments, definitions, places, submissions
from rural.actions.places import Place
from rural.actions.submissions import Receipt
from rural.models import Household, Village
from rural.rules.forms.sent import Announced, Sent
from tenancy.actions import tenants
from tenancy.actors import Actor
from tenancy.models import User
from tenancy.roles import Role
from tests.rural import answers
from tests.rural.answers import Files
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


def field_work() -> None:
    """Forms and rules adopted, one village, an officer who can come along."""
    definitions.adopt(actor=actor(Role.ADMINISTRATOR), at=NOON)
    village()
    user = User.objects.create_user("colleague", "secret-enough", name="Sun Li")
    tenants.admit(user=user, role=Role.OFFICER, actor=actor(Role.ADMINISTRATOR), at=NOON)


Fill = Callable[[Files], dict[str, Any]]


def sent(form_code: str, fill: Fill, **changes: Any) -> tuple[Sent, Files]:
    """A form as a device sends it, with its files; `fill` gives the answers."""
    finished = changes.get("finalized_at") or NOON - timedelta(hours=1)
    root = changes.get("root_uuid") or uuid4()
    files = Files(finished, first=root.int % 60_000)
    facts: dict[str, Any] = {
        "root_uuid": root,
        "form_code": form_code,
        "form_version": 1,
        "device_id": "phone-1",
        "started_at": finished - timedelta(minutes=20),
        "finalized_at": finished,
        "answers": fill(files),
        **changes,
    }
    announced = tuple(
        Announced(sha256, len(content), "image/jpeg") for sha256, content in files.contents.items()
    )
    return hashed(Sent(**{"attachments": announced, "content_sha256": "", **facts})), files


def hashed(form: Sent, **changes: Any) -> Sent:
    """The same with changes, and the hash that belongs to it."""
    changed = replace(form, **changes)
    return replace(changed, content_sha256=changed.computed_sha256)


def receive(form: Sent, by: Actor, at: datetime = NOON) -> Receipt:
    return submissions.receive(actor=by, at=at, on=at.date(), sent=form)


def upload(files: Files, by: Actor, at: datetime = NOON) -> None:
    """Send every file whole."""
    for sha256, content in files.contents.items():
        attachments.put(
            actor=by,
            at=at,
            on=at.date(),
            sha256=sha256,
            offset=0,
            size=len(content),
            content=content,
        )


def household(by: Actor, root_uuid: UUID | None = None, **changes: Any) -> Household:
    """A household as its first form made it."""
    form, _files = sent(
        "F1",
        lambda files: answers.household(files, **changes),
        **({"root_uuid": root_uuid} if root_uuid else {}),
    )
    receipt = receive(form, by)
    assert not receipt.errors, receipt.errors
    found: Household = Household.objects.get(pk=form.root_uuid)
    return found
