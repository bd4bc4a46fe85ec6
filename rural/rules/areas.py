"""How many mu count: the smallest of what is declared, registered, drawn and seen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum

from rural.rules.adjustments import Notes, Why
from rural.rules.months import ZERO
from rural.rules.policy import Policy


class Right(StrEnum):
    """By what right a parcel is worked."""

    CONTRACTED = "contracted"
    LEASED_IN = "leased_in"
    LEASED_OUT = "leased_out"


@dataclass(frozen=True, slots=True)
class Parcel:
    """A piece of land in mu; a lease that ends before the harvest yields nothing to us."""

    right: Right
    mu: Decimal
    lease_end: date | None = None


@dataclass(frozen=True, slots=True)
class Area:
    """
    One crop's area in mu from each source; None where a source is silent.

    `seen_crop` and `seen_confidence` come from remote sensing.
    """

    declared: Decimal
    registered: Decimal | None = None
    polygon: Decimal | None = None
    seen: Decimal | None = None
    seen_crop: str = ""
    seen_confidence: Decimal = ZERO


def registered(parcels: Iterable[Parcel], harvest: date) -> Decimal:
    """
    Return the mu that papers give a household for a harvest.

    Own contracted land and leased-in land whose lease covers the harvest, less what it has
    leased out.
    """
    total = ZERO
    for parcel in parcels:
        if parcel.right is Right.LEASED_OUT:
            total -= parcel.mu
        elif (
            parcel.right is Right.CONTRACTED
            or parcel.lease_end is None
            or parcel.lease_end >= harvest
        ):
            total += parcel.mu
    return max(total, ZERO)


def within(parcels: Sequence[Parcel], confirmed: Decimal | None) -> list[Parcel]:
    """
    Return the parcels with no more contracted land than a county department confirms.

    What exceeds it is taken from the last ones; what the county's files do not know, such as
    leases among neighbours, stays as the forms say.
    """
    if confirmed is None:
        return list(parcels)
    left, kept = confirmed, []
    for parcel in parcels:
        if parcel.right is Right.CONTRACTED:
            mu = min(parcel.mu, left)
            left -= mu
            kept.append(replace(parcel, mu=mu))
        else:
            kept.append(parcel)
    return kept


def used(area: Area, crop: str, policy: Policy, notes: Notes) -> Decimal:
    """
    Return the mu to compute with (rural.md §3.4).

    The satellite's word counts from a confidence on; a source that differs from the declaration
    by more than the tolerance asks for a comment, another crop blocks.
    """
    is_sure = area.seen is not None and area.seen_confidence >= policy.satellite_confidence
    sources = [area.registered, area.polygon, area.seen if is_sure else None]
    known = [mu for mu in sources if mu is not None]
    smallest = min([area.declared, *known])
    gap = max((abs(mu - area.declared) for mu in known), default=ZERO)
    if gap > policy.area_tolerance * area.declared:
        notes.say("area", area.declared, smallest, "mu", Why.AREA_DIFFERS, asks_comment=True)
    else:
        notes.changed("area", area.declared, smallest, "mu", Why.AREA_SMALLEST)
    if is_sure and area.seen_crop not in ("", crop):
        notes.say("crop", area.declared, smallest, "mu", Why.CROP_MISMATCH, blocks=True)
    return smallest
