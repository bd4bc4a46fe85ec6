"""Applications before banks, with the clock of each bank's answer."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from partners.actions import placements
from partners.models import BankDecision, Placement, PlacementEvent
from partners.rules.placing import FELL_THROUGH, PlacementState, may_move
from tenancy.admin.facts import facts
from tenancy.admin.pages import RoomModelAdmin
from tenancy.admin.shown import amount, related, tag
from tenancy.admin.verbs import Act, ReasonForm, Verb, VerbForm
from tenancy.permissions import Permission

# What we ourselves note as a reason, and tell the bank, is always the same word.
_WORDS = {
    "withdrawn": pgettext_lazy("reason", "withdrawn"),
    "the rail could not pay": gettext_lazy("the rail could not pay"),
}


class AnswerForm(VerbForm):
    """What the bank asked for, in words."""

    answer = forms.CharField(widget=forms.Textarea(attrs={"rows": 4}), max_length=2000)

    def prepare(self) -> None:
        """Name the field in the reader's language."""
        self.fields["answer"].label = _("Answer to the bank")


def _may(state: PlacementState) -> Any:
    return lambda row: may_move(PlacementState(row.status), state)


def _cancel(act: Act) -> str:
    placements.cancel(
        actor=act.actor, at=act.at, placement_id=act.row.pk, reason=act.values["reason"]
    )
    return _("%s is cancelled; the bank is told") % act.row


def _answer(act: Act) -> str:
    placements.provide_info(
        actor=act.actor, at=act.at, placement_id=act.row.pk, answer=act.values["answer"]
    )
    return _("The bank has the answer")


@admin.register(Placement)
class PlacementAdmin(RoomModelAdmin):
    """Placements, those that are most urgent first."""

    view_permission = Permission.APPLICATION_VIEW
    page_template = "partners/placement.html"
    verbs = (
        Verb(
            "answer", gettext_lazy("Answer the bank"), Permission.ROUTING_RUN, _answer,
            AnswerForm, _may(PlacementState.INFO_PROVIDED), tone="go",
        ),
        Verb(
            "cancel", gettext_lazy("Take it back"), Permission.ROUTING_RUN, _cancel, ReasonForm,
            _may(PlacementState.CANCELLED), gettext_lazy("The quota is free again."), "stop",
        ),
    )  # fmt: skip
    list_display = (
        "number", related("application", gettext_lazy("application")),
        related("bank", gettext_lazy("bank")), "shown_amount", "shown_status", "shown_clock",
    )  # fmt: skip
    list_filter = ("status", "bank")
    search_fields = ("number", "application__number", "bank_reference")
    ordering = ("-routed_at",)
    list_select_related = ("application", "bank")

    def page(self, request: HttpRequest, row: Placement) -> dict[str, Any]:
        """The clock, the terms, what the bank decided, and every step."""
        decision = BankDecision.objects.filter(placement=row).first()
        cards = [("", facts(row))]
        if decision is not None:
            cards.append((_("What the bank decided"), facts(decision, ("placement", "bank"))))
        return {
            "cards": cards,
            "clock": _clock(row),
            "steps": [
                (step, _WORDS.get(step.reason, step.reason))
                for step in PlacementEvent.objects.filter(placement=row).order_by("pk")
            ],
        }

    @admin.display(description=gettext_lazy("amount"), ordering="amount")
    def shown_amount(self, row: Placement) -> SafeString | str:
        return amount(row.amount, row.currency)

    @admin.display(description=gettext_lazy("status"), ordering="status")
    def shown_status(self, row: Placement) -> SafeString:
        tone = "bad" if row.status in FELL_THROUGH else ""
        return tag(row.get_status_display(), tone)

    @admin.display(description=gettext_lazy("answer due"), ordering="respond_by")
    def shown_clock(self, row: Placement) -> SafeString | str:
        clock = _clock(row)
        return tag(clock["words"], clock["tone"]) if clock else "–"


def _clock(row: Placement) -> dict[str, str] | None:
    """Return how long the bank still has, in minutes and in a colour."""
    if not row.is_pending or row.respond_by is None:
        return None
    minutes = int((row.respond_by - timezone.now()).total_seconds() // 60)
    left = {"hours": abs(minutes) // 60, "minutes": abs(minutes) % 60}
    late = minutes < 0
    words = _("late by %(hours)d h %(minutes)d min") if late else _("%(hours)d h %(minutes)d min")
    tone = "bad" if late else "warn" if minutes < 60 else "good"
    return {
        "due": f"{localtime(row.respond_by):%Y-%m-%d %H:%M}",
        "words": words % left,
        "tone": tone,
    }
