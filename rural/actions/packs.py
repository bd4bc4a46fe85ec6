"""Giving a device what it needs without network; reading personal data is written down."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from rural.models import Village
from rural.queries import choices, packs
from tenancy import room
from tenancy.actions import audit
from tenancy.actors import Actor
from tenancy.errors import Forbidden, NotFound
from tenancy.permissions import Permission, require


@room.atomic
def take_households(*, actor: Actor, at: datetime, village_code: str) -> list[dict[str, Any]]:
    """
    Return a village's households as the field app keeps them, and note who took them along.

    :raises NotFound: if no village has the code
    :raises Forbidden: if it is an agent, and not his village
    """
    require(actor, Permission.FIELD_SUBMIT)
    village = Village.objects.filter(code=village_code).first()
    if village is None:
        raise NotFound.of(_("Village"), village_code[:40])
    if not choices.may_work_in(actor, village):
        raise Forbidden(_("%s is not one of your villages") % village)
    pack = list(packs.households(village, actor.role))
    audit.record(
        actor=actor,
        at=at,
        action="household.pack",
        subject=village,
        changes={"households": len(pack)},
    )
    return pack
