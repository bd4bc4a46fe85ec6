"""Making counties, townships and villages known, and saying who works where."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rural.models import County, Township, Village, VillageWorker
from rural.models.places import COUNTY_DIGITS, TOWNSHIP_DIGITS, VILLAGE_DIGITS
from tenancy import room
from tenancy.actions import audit
from tenancy.actors import Actor
from tenancy.errors import FieldError, Invalid, NotFound
from tenancy.models import User
from tenancy.permissions import Permission, require


@dataclass(frozen=True, slots=True)
class Place:
    """A county, township or village as somebody names it; the code says what it belongs to."""

    code: str
    name_zh: str
    name_en: str = ""
    sort_key: str = ""
    latitude: Decimal | None = None
    longitude: Decimal | None = None


@room.atomic
def add(*, actor: Actor, at: datetime, county: Place, township: Place, village: Place) -> Village:
    """
    Make a village known, with the township and the county that it lies in.

    Repeating is harmless: what is known by its code already stays as it is.

    :raises Invalid: if a code is not 6, 9 or 12 digits or does not begin with the one above it
    """
    require(actor, Permission.VILLAGE_MANAGE)
    _check(county, township, village)
    in_county, _made = County.objects.get_or_create(code=county.code, defaults=_names(county))
    in_township, _made = Township.objects.get_or_create(
        code=township.code, defaults={**_names(township), "county": in_county}
    )
    known, created = Village.objects.get_or_create(
        code=village.code,
        defaults={
            **_names(village),
            "township": in_township,
            "latitude": village.latitude,
            "longitude": village.longitude,
        },
    )
    if created:
        audit.record(
            actor=actor,
            at=at,
            action="village.add",
            subject=known,
            changes={"code": village.code},
        )
    return known


@room.atomic
def assign(
    *, actor: Actor, at: datetime, on: date, user: User, village_code: str
) -> VillageWorker:
    """
    Let somebody work in a village; again is harmless.

    :raises NotFound: if no village has the code
    """
    require(actor, Permission.VILLAGE_MANAGE)
    village = Village.objects.filter(code=village_code).first()
    if village is None:
        raise NotFound.of(gettext_lazy("Village"), village_code)
    worker, created = VillageWorker.objects.get_or_create(
        user=user, village=village, defaults={"since": on}
    )
    if created or not worker.is_active:
        worker.is_active = True
        worker.save(update_fields=["is_active"])
        audit.record(
            actor=actor,
            at=at,
            action="village.assign",
            subject=village,
            changes={"user": user.username},
        )
    return worker


@room.atomic
def release(*, actor: Actor, at: datetime, user: User, village_code: str, reason: str) -> None:
    """Let somebody no longer work in a village; what he sent in stays."""
    require(actor, Permission.VILLAGE_MANAGE)
    for worker in VillageWorker.objects.for_update().filter(
        user=user, village__code=village_code, is_active=True
    ):
        worker.is_active = False
        worker.save(update_fields=["is_active"])
        audit.record(
            actor=actor, at=at, action="village.release", subject=worker, reason=reason,
            changes={"user": user.username, "village": village_code},
        )  # fmt: skip


def _names(place: Place) -> dict[str, str]:
    return {
        "name_zh": place.name_zh,
        "name_en": place.name_en,
        "sort_key": place.sort_key or place.name_en.lower(),
    }


def _check(county: Place, township: Place, village: Place) -> None:
    errors = []
    for pointer, place, digits, above in (
        ("/county", county, COUNTY_DIGITS, ""),
        ("/township", township, TOWNSHIP_DIGITS, county.code),
        ("/village", village, VILLAGE_DIGITS, township.code),
    ):
        code = place.code
        is_code = len(code) == digits and code.isascii() and code.isdigit()
        if not is_code or not code.startswith(above):
            expected = _("%d digits that begin with the code of the place above") % digits
            errors.append(FieldError(f"{pointer}/code", code[:40], expected))
    if not _is_on_earth(village):
        expected = _("degrees: latitude -90 to 90, longitude -180 to 180")
        sent = f"{village.latitude}, {village.longitude}"
        errors.append(FieldError("/village/latitude", sent, expected))
    if errors:
        raise Invalid(gettext_lazy("The place does not fit"), errors=errors)


def _is_on_earth(place: Place) -> bool:
    if place.latitude is None or place.longitude is None:
        return place.latitude is place.longitude
    return abs(place.latitude) <= 90 and abs(place.longitude) <= 180
