"""Decisions, each explained by its own trace, and made again on request."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from scoring.actions import decisions
from scoring.actions.decisions import ReplayMismatch
from scoring.admin.explained import explained
from scoring.models import Decision, Outcome
from scoring.queries.current import Tampered
from tenancy.actions import audit
from tenancy.admin.pages import RoomModelAdmin
from tenancy.admin.shown import amount, tag
from tenancy.admin.verbs import Act, Verb
from tenancy.errors import Refusal
from tenancy.permissions import Permission
from tenancy.templatetags.figures import local

TONES = {Outcome.APPROVE: "good", Outcome.REFER: "warn", Outcome.DECLINE: "bad"}


class NotReplayed(Refusal):
    """The decision does not come out again as it was written down."""

    code = "decision_not_replayed"


def _replay(act: Act) -> str:
    try:
        decisions.replay(act.row)
    except (ReplayMismatch, Tampered) as problem:
        raise NotReplayed(
            _("The decision does not replay: %(problem)s") % {"problem": problem}
        ) from problem
    audit.record(actor=act.actor, at=act.at, action="decision.replay", subject=act.row)
    return str(_("Decided again from the stored inputs: the same answer, byte by byte"))


@admin.register(Decision)
class DecisionAdmin(RoomModelAdmin):
    """What was decided, from what, and why."""

    view_permission = Permission.SCORE_VIEW
    audits_views = True
    page_template = "scoring/decision.html"
    verbs = (
        Verb(
            "replay", _("Decide again"), Permission.SCORE_VIEW, _replay,
            explains=_("From the stored snapshot, card and policy; nothing is written."),
        ),
    )  # fmt: skip
    list_display = (
        "decided_at", "shown_outcome", "score", "pd", "shown_limit", "subject_type", "scorecard",
        "policy",
    )  # fmt: skip
    list_filter = ("outcome", "scorecard", "policy")
    search_fields = ("subject_id",)
    search_help_text = _("The whole id of the subject")
    ordering = ("-decided_at",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Decision]:
        """With the card and the policy that decided."""
        rows: QuerySet[Decision] = super().get_queryset(request)
        return rows.select_related("scorecard", "policy", "snapshot")

    def page(self, request: HttpRequest, row: Decision) -> dict[str, Any]:
        """The whole trace, drawn."""
        return {
            "decision": row,
            "explained": explained(row),
            "told": [(reason, local(reason.get("text"))) for reason in row.reasons],
            "request_facts": sorted(row.trace["request"].items()),
        }

    @admin.display(description=_("outcome"), ordering="outcome")
    def shown_outcome(self, row: Decision) -> SafeString:
        return tag(row.get_outcome_display(), TONES.get(Outcome(row.outcome), ""))

    @admin.display(description=_("limit"), ordering="limit")
    def shown_limit(self, row: Decision) -> SafeString | str:
        return amount(row.limit)
