"""The coverage page: a map of the villages, and the same figures as a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rural.admin.assessment_words import unit_name
from rural.models import County, VillageRule
from rural.queries import coverage
from rural.queries.coverage import Coverage
from rural.rules.credit_village import Shortfall
from tenancy.admin.access import business_date
from tenancy.admin.pages import RoomModelAdmin
from tenancy.permissions import Permission

# The drawing's size in its own units, and the space left at its edge.
WIDTH, HEIGHT, MARGIN = 360, 240, 36
LEAST_RADIUS, MOST_RADIUS = 9, 20
BAND = Decimal("0.02")
SHADES = (("#c2410c", Decimal("0.25")), ("#d97706", Decimal("0.50")), ("#65a30d", Decimal("0.75")))
FULL = "#15803d"
LACKS = {
    Shortfall.FEW_LENDABLE: gettext_lazy("too few lendable households"),
    Shortfall.ARREARS: gettext_lazy("too many borrowers in arrears"),
    Shortfall.NPL_STOCK: gettext_lazy("too much non-performing"),
    Shortfall.NPL_INCREASE: gettext_lazy("non-performing grows too fast"),
}


@dataclass(frozen=True, slots=True)
class Dot:
    """One village on the map: where, how large, in which colour, with which words."""

    x: int
    y: int
    radius: int
    colour: str
    percent: int
    name: str
    words: str


@admin.register(VillageRule)
class VillageRuleAdmin(RoomModelAdmin):
    """The numbers of work in the villages, dated; the coverage page stands beside them."""

    view_permission = Permission.VILLAGE_VIEW
    list_display = ("code", "value", "shown_unit", "effective_from", "source")
    search_fields = ("code",)
    ordering = ("code", "-effective_from")

    @admin.display(description=gettext_lazy("unit"), ordering="unit")
    def shown_unit(self, row: VillageRule) -> str:
        return unit_name(row.unit)

    def get_urls(self) -> list[URLPattern]:
        """Give the coverage page its address."""
        view = self.admin_site.admin_view(self.coverage)
        return [path("coverage/", view, name="rural_coverage"), *super().get_urls()]

    def coverage(self, request: HttpRequest) -> HttpResponse:
        """Show how far the work has come in each village of a county."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        counties = list(County.objects.order_by("code"))
        county = next((each for each in counties if each.code == request.GET.get("county")), None)
        county_id: UUID | None = county.pk if county else None
        is_set_up = VillageRule.objects.exists()
        rows = coverage.villages(business_date(request), county_id) if is_set_up else []
        openness = coverage.openness(county_id)
        context: dict[str, Any] = {
            **self._context(request, None),
            "title": _("Coverage"),
            "counties": counties,
            "chosen": county,
            "rows": [(row, ", ".join(str(LACKS[lack]) for lack in row.lacks)) for row in rows],
            "dots": dots(rows),
            "size": (WIDTH, HEIGHT),
            "legend": [(shade, f"< {limit:.0%}") for shade, limit in SHADES] + [(FULL, "≥ 75%")],
            "total": _total(rows),
            "openness": openness,
            "bands": coverage.rate_bands(openness.rates, BAND),
        }
        return TemplateResponse(request, "rural/coverage.html", context)


def dots(rows: Sequence[Coverage]) -> list[Dot]:
    """Return the villages that have a centre, laid out north up over the whole drawing."""
    placed = [
        (row, float(row.village.latitude), float(row.village.longitude))
        for row in rows
        if row.village.latitude is not None and row.village.longitude is not None
    ]
    lats, lons = [lat for _row, lat, _lon in placed], [lon for _row, _lat, lon in placed]
    most = max((row.figures.households for row, _lat, _lon in placed), default=0) or 1
    found = []
    for row, lat, lon in placed:
        share = row.figures.households / most
        percent = round(row.share * 100)
        found.append(
            Dot(
                x=_across(lon, lons, WIDTH),
                y=HEIGHT - _across(lat, lats, HEIGHT),
                radius=round(LEAST_RADIUS + share * (MOST_RADIUS - LEAST_RADIUS)),
                colour=next((shade for shade, limit in SHADES if row.share < limit), FULL),
                percent=percent,
                name=str(row.village),
                words=_("%(village)s: %(households)d households, %(percent)d %% rated")
                % {
                    "village": row.village,
                    "households": row.figures.households,
                    "percent": percent,
                },
            )
        )
    return found


def _across(value: float, values: Sequence[float], size: int) -> int:
    low, high = min(values), max(values)
    part = (value - low) / (high - low) if high > low else 0.5
    return round(MARGIN + part * (size - 2 * MARGIN))


def _total(rows: Sequence[Coverage]) -> dict[str, Any]:
    figures = [row.figures for row in rows]
    return {
        "villages": len(rows),
        "credit": sum(row.is_credit_village for row in rows),
        "households": sum(each.households for each in figures),
        "visited": sum(row.visited for row in rows),
        "rated": sum(row.rated for row in rows),
        "lendable": sum(each.lendable for each in figures),
        "borrowing": sum(each.borrowing for each in figures),
        "in_arrears": sum(each.in_arrears for each in figures),
        "outstanding": sum((each.outstanding for each in figures), Decimal(0)),
    }
