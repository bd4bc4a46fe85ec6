"""What an assessment stands on beside the forms: panel, county programme, county data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rural.actions import county_data, programmes
from rural.models import Household, PanelResult
from rural.queries import county_data as told
from rural.queries import panels
from rural.queries import programmes as offered
from rural.rules import origin
from rural.rules.capacity import Cap
from rural.rules.months import plain
from rural.rules.origin import Origin
from tenancy.actors import Actor
from tenancy.errors import FieldError, Invalid

PURPOSE = "capacity assessment"
# The grade of whom a panel found not lendable; no policy knows it.
NOT_LENDABLE = "-"


@dataclass(frozen=True, slots=True)
class Grounds:
    """Grade, smallest amount and caps in yuan, confirmed land in mu, and whence."""

    grade: str
    minimum: Decimal
    caps: tuple[Cap, ...]
    land_confirmed: Decimal | None
    origin: Origin


def gather(
    *,
    actor: Actor,
    at: datetime,
    on: date,
    household: Household,
    product_code: str,
    grade: str,
) -> Grounds:
    """
    Read what the panel said, what the programme bounds and what the county knows.

    :param grade: the officer's; only where no panel's result is valid
    :raises Invalid: if there is neither, or the officer's differs from the panel's
    :raises ProgrammeRefused: if the county's programmes for the product take no requests
    """
    panel = panels.grade_of(household.pk, on)
    chosen = grade.strip() if panel is None else _graded(panel, grade.strip())
    if not chosen:
        expected = _("a panel's result that is valid, or an officer's grade")
        raise Invalid(
            gettext_lazy("The assessment does not fit"),
            errors=[FieldError("/grade", "", expected)],
        )
    programmes.require_open(household, product_code, amount=None, on=on)
    bounds = offered.cap(household, product_code, on)
    records = county_data.use(
        actor=actor, at=at, on=on, household_id=household.pk, purpose=PURPOSE
    )
    return Grounds(
        grade=chosen,
        minimum=Decimal(0) if bounds is None else plain(bounds.min_amount),
        caps=() if bounds is None else (Cap(bounds.programme, plain(bounds.max_amount)),),
        land_confirmed=origin.land_confirmed(
            record for source in records.values() for record in source
        ),
        origin=Origin(
            panel=None if panel is None else _of_panel(panel),
            programme=None if bounds is None else _of_programme(bounds),
            county=tuple(
                origin.Told(each.source.code, tuple(each.items), each.as_of, each.sha256)
                for each in told.used(household.pk, at)
            ),
        ),
    )


def _graded(panel: PanelResult, said: str) -> str:
    if said and said != panel.grade:
        shown = panel.grade or panel.get_outcome_display()
        expected = _("as the village panel decided: %s") % shown
        raise Invalid(
            gettext_lazy("The assessment does not fit"),
            errors=[FieldError("/grade", said[:40], expected)],
        )
    return panel.grade if panel.is_lendable else NOT_LENDABLE


def _of_panel(row: PanelResult) -> origin.Panel:
    return origin.Panel(
        result=str(row.pk),
        outcome=row.outcome,
        grade=row.grade,
        score=row.score,
        decided_on=row.decided_on,
        valid_until=row.valid_until,
    )


def _of_programme(bounds: offered.Cap) -> origin.Programme:
    return origin.Programme(bounds.programme, plain(bounds.min_amount), plain(bounds.max_amount))
