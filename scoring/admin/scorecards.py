"""Scorecards as tables of points, with the model card that says how good they are."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from scoring.actions import cards
from scoring.admin.explained import feature_names
from scoring.models import Scorecard, ScorecardStatus
from scoring.models.scorecard import TRANSITIONS
from tenancy.admin.pages import RoomModelAdmin
from tenancy.admin.shown import tag
from tenancy.admin.verbs import Act, Verb
from tenancy.permissions import Permission
from tenancy.templatetags.figures import local, number

TONES = {ScorecardStatus.APPROVED: "good", ScorecardStatus.DRAFT: "warn"}
METRICS = ("auc", "ks", "gini", "brier", "log_loss", "ece")


def _approve(act: Act) -> str:
    card = cards.approve(actor=act.actor, at=act.at, card_id=act.row.pk)
    return _("%s decides from now on") % card


def _retire(act: Act) -> str:
    card = cards.retire(actor=act.actor, at=act.at, card_id=act.row.pk)
    return _("%s is retired") % card


def _may_become(status: ScorecardStatus) -> Any:
    return lambda row: status in TRANSITIONS.get(ScorecardStatus(row.status), set())


@admin.register(Scorecard)
class ScorecardAdmin(RoomModelAdmin):
    """Every version of every card."""

    view_permission = Permission.SCORE_VIEW
    page_template = "scoring/scorecard.html"
    verbs = (
        Verb(
            "approve", _("Approve"), Permission.SCORECARD_APPROVE, _approve,
            is_due=_may_become(ScorecardStatus.APPROVED),
            explains=_("It decides from now on; the card before it is retired."), tone="go",
        ),
        Verb(
            "retire", _("Retire"), Permission.SCORECARD_APPROVE, _retire,
            is_due=_may_become(ScorecardStatus.RETIRED),
            explains=_("Takes the card out of use for good."), tone="stop",
        ),
    )  # fmt: skip
    list_display = ("__str__", "shown_status", "trained_at", "trained_by", "approved_by")
    list_filter = ("status",)
    search_fields = ("name",)
    ordering = ("-trained_at",)

    def page(self, request: HttpRequest, row: Scorecard) -> dict[str, Any]:
        """Points by bin, and the model card."""
        card, model = row.card, row.model_card
        every = [points for f in card["features"] for points in f["points"]]
        widest = max((abs(points) for points in every), default=0)
        names = feature_names(card)
        return {
            "dimensions": [
                {
                    "name": local(dimension["label"]),
                    "features": [
                        {"row": f, "name": names[f["name"]], "bins": list(bins(f, widest))}
                        for f in card["features"]
                        if f["dimension"] == dimension["code"]
                    ],
                }
                for dimension in card["dimensions"]
            ],
            "model": model,
            "metrics": [
                (name.upper(), model["metrics"][name])
                for name in METRICS
                if name in model.get("metrics", {})
            ],
            "dropped": sorted(model.get("dropped", {}).items()),
        }

    @admin.display(description=_("status"), ordering="status")
    def shown_status(self, row: Scorecard) -> SafeString:
        return tag(row.get_status_display(), TONES.get(ScorecardStatus(row.status), ""))


def bins(feature: dict[str, Any], widest: int) -> Iterator[dict[str, Any]]:
    """Yield each bin of a feature: where it lies, how many it held, its points."""
    evidence = feature["evidence"]
    labels = [*_ranges(feature), _("unknown")]
    points = [*feature["points"], feature["missing_points"]]
    for place, (label, value) in enumerate(zip(labels, points, strict=True)):
        yield {
            "label": label,
            "points": value,
            "widest": widest,
            "rows": evidence["rows"][place],
            "bads": evidence["bads"][place],
            "woe": evidence["woe"][place],
        }


def _ranges(feature: dict[str, Any]) -> list[str]:
    if "groups" in feature:
        return [", ".join(group) for group in feature["groups"]]
    cuts = [number(edge) for edge in feature["edges"]]
    if not cuts:
        return [str(_("any"))]
    inner = [f"{low} – {high}" for low, high in pairwise(cuts)]
    return [f"< {cuts[0]}", *inner, f"≥ {cuts[-1]}"]
