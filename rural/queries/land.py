"""What is odd about the land that a form tells of, seen beside other forms."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any
from uuid import UUID

from rural.models import Household, Village
from rural.rules import land
from rural.rules.areas import Right
from rural.rules.forms.boundary import FEWEST_CORNERS, Corner, corners
from rural.rules.forms.distance import place

_Land = tuple[int, list[Corner]]


def odd_parcels(answers: Mapping[str, Any], village: Village, household_id: UUID) -> Iterator[str]:
    """
    Give a flag for each walked parcel that is partly another: of the household's own, or of
    anybody else's in the village.

    It never says whose: who fills in a form may not learn that. What is leased out counts for
    nobody but the one who leases it.
    """
    own = list(_worked(answers.get("parcels")))
    for (_, ring), (number, other) in combinations(own, 2):
        if land.share(ring, other) > land.SHARED_RATE:
            yield f"overlap_own:/parcels/{number}/boundary"
    if not own:
        return
    neighbours = [
        ring
        for parcels in Household.objects.filter(village=village)
        .exclude(pk=household_id)
        .values_list("values__parcels", flat=True)
        for _, ring in _worked(parcels)
    ]
    for number, ring in own:
        if any(land.share(ring, other) > land.SHARED_RATE for other in neighbours):
            yield f"overlap:/parcels/{number}/boundary"


def photos_off_land(answers: Mapping[str, Any], household: Household) -> Iterator[str]:
    """Give a flag for each photo of the field that was taken away from the parcels it is of."""
    named = str(answers.get("parcel_numbers", "")).split(",")
    rings = [
        ring
        for number, ring in _walked(household.values.get("parcels"))
        if str(number + 1) in named
    ]
    # One of the parcels that was not walked may be the one in the photo.
    if not rings or len(rings) < len(named):
        return
    for number, photo in enumerate(answers.get("stage_photos") or ()):
        here = place(photo)
        if here and min(land.metres_off(ring, here) for ring in rings) > land.OFF_METRES:
            yield f"off_parcel:/stage_photos/{number}"


def _worked(parcels: Any) -> Iterator[_Land]:
    for number, ring in _walked(parcels):
        if parcels[number].get("right") != Right.LEASED_OUT:
            yield number, ring


def _walked(parcels: Sequence[Mapping[str, Any]] | None) -> Iterator[_Land]:
    """Give the parcels whose boundary was walked, by their place among all."""
    for number, parcel in enumerate(parcels or ()):
        ring = corners([found for each in parcel.get("boundary") or () if (found := place(each))])
        if len(ring) >= FEWEST_CORNERS:
            yield number, ring
