"""Taking in what satellites saw, row by row; what does not fit is told, not taken."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _

from rural.models import Household, Observation
from rural.rails.remote_sensing import RemoteSensing, RemoteSensingObservation
from tenancy import room
from tenancy.actions import audit
from tenancy.actors import Actor
from tenancy.errors import FieldError
from tenancy.permissions import Permission, require


@dataclass(frozen=True, slots=True)
class TakenIn:
    """How many observations were new and known, and why others were not taken; `/row/field`."""

    new: int
    known: int
    errors: tuple[FieldError, ...]


@room.atomic
def take_in(*, actor: Actor, at: datetime, on: date, source: RemoteSensing) -> TakenIn:
    """
    Keep what a provider saw; again is harmless, a row that does not fit is left out and told.

    Only parcels of households that agreed to satellite images are taken.

    :param on: nothing is seen after this day
    """
    require(actor, Permission.BENCHMARK_EDIT)
    households = {row.code: row for row in Household.objects.all()}
    errors: list[FieldError] = []
    new = known = 0
    for seen in source.observations():
        household = households.get(seen.household)
        found = list(_problems(seen, household, on))
        if found or household is None:
            errors += found
            continue
        _row, created = Observation.objects.get_or_create(
            household=household,
            provider=seen.provider,
            parcel=seen.parcel,
            observed_on=date.fromisoformat(seen.observed_on),
            defaults={
                "crop_class": seen.crop_class,
                "area_mu": Decimal(seen.area_mu),
                "confidence": Decimal(seen.confidence),
                "stage": seen.stage,
                "cloud_pct": Decimal(seen.cloud_pct),
                "evidence_url": seen.evidence_url,
                "received_at": at,
            },
        )
        new += created
        known += not created
    audit.record(
        actor=actor,
        at=at,
        action="observation.take_in",
        subject="remote sensing",
        changes={"new": new, "known": known, "left_out": len({e.pointer for e in errors})},
    )
    return TakenIn(new, known, tuple(errors))


def _problems(
    seen: RemoteSensingObservation, household: Household | None, on: date
) -> Iterator[FieldError]:
    if household is None:
        yield _error(seen, "household", seen.household, _("the code of a household"))
    elif not household.values.get("consent_satellite"):
        yield _error(seen, "household", seen.household, _("consent to satellite images"))
    if not seen.parcel.isdecimal() or not 1 <= int(seen.parcel) <= 50:
        yield _error(seen, "parcel", seen.parcel, _("%(low)s to %(high)s") % _range(1, 50))
    day = _day(seen.observed_on)
    if day is None or day > on:
        yield _error(
            seen, "observed_on", seen.observed_on, _("a date not after %s") % on.isoformat()
        )
    yield from _bad_texts(seen)
    yield from _bad_numbers(seen)


def _bad_texts(seen: RemoteSensingObservation) -> Iterator[FieldError]:
    for name, value, most in (
        ("crop_class", seen.crop_class, 40),
        ("provider", seen.provider, 60),
    ):
        if not 0 < len(value) <= most:
            yield _error(seen, name, value, _("1 to %d characters") % most)
    for name, value, most in (("stage", seen.stage, 40), ("evidence_url", seen.evidence_url, 500)):
        if len(value) > most:
            yield _error(seen, name, value, _("at most %d characters") % most)


def _bad_numbers(seen: RemoteSensingObservation) -> Iterator[FieldError]:
    for name, value, low, high in (
        ("area_mu", seen.area_mu, Decimal("0.01"), Decimal(5000)),
        ("confidence", seen.confidence, Decimal(0), Decimal(1)),
        ("cloud_pct", seen.cloud_pct, Decimal(0), Decimal(100)),
    ):
        number = _number(value)
        if number is None or not low <= number <= high:
            yield _error(seen, name, value, _("%(low)s to %(high)s") % _range(low, high))


def _error(seen: RemoteSensingObservation, field: str, value: str, expected: str) -> FieldError:
    return FieldError(f"/{seen.row}/{field}", value[:40], expected)


def _range(low: object, high: object) -> dict[str, object]:
    return {"low": low, "high": high}


def _day(value: str) -> date | None:
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def _number(value: str) -> Decimal | None:
    try:
        number = Decimal(value)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
