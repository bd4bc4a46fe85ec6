"""Village panels: opened, voted in unseen, graded, published as lendable or not."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rural.actions import panels
from rural.admin.tables import Table
from rural.models import Household, PanelResult, PanelScale, PanelSession, PanelStatus, Village
from rural.queries import panels as queries
from tenancy.admin.facts import facts
from tenancy.admin.pages import RoomModelAdmin
from tenancy.admin.shown import related, tag
from tenancy.admin.verbs import Act, Verb, VerbForm
from tenancy.permissions import Permission


class OpenForm(VerbForm):
    """Which village, and who votes: a line each, "CODE: household codes of his own and kin"."""

    village = forms.ChoiceField()
    code = forms.CharField(max_length=40)
    evaluators = forms.CharField(widget=forms.Textarea(attrs={"rows": 6}), max_length=4000)
    pointers = {"/households": "village"}

    def prepare(self) -> None:
        """Offer the room's villages."""
        villages = Village.objects.select_related("township").order_by("code")
        field = self.fields["village"]
        field.label = _("Village")
        field.choices = [(str(row.pk), f"{row.code} {row}") for row in villages]  # type: ignore[attr-defined]
        self.fields["code"].label = _("Code")
        self.fields["evaluators"].label = _("Evaluators")
        self.fields["evaluators"].help_text = _(
            "A line each: CODE, then a colon and the codes of his own and his kin's households"
        )


def _open(act: Act) -> str:
    village_id = UUID(act.values["village"])
    homes = dict(Household.objects.filter(village=village_id).values_list("code", "pk"))
    evaluators = {}
    for line in act.values["evaluators"].splitlines():
        name, _colon, kin = line.partition(":")
        if name.strip():
            codes = {code.strip() for code in kin.replace(",", " ").split()}
            evaluators[name.strip()] = {homes[code] for code in codes if code in homes}
    session = panels.open_session(
        actor=act.actor, at=act.at, on=act.on, village_id=village_id, code=act.values["code"],
        household_ids=list(homes.values()), evaluators=evaluators,
    )  # fmt: skip
    return _("Session %s is open") % session


def _close(act: Act) -> str:
    results = panels.close(actor=act.actor, at=act.at, on=act.on, session_id=act.row.pk)
    return _("%d households are graded") % len(results)


def _notify(act: Act) -> str:
    panels.notify(actor=act.actor, at=act.at, on=act.on, session_id=act.row.pk)
    return _("The notice runs from today")


def _publish(act: Act) -> str:
    panels.publish(actor=act.actor, at=act.at, on=act.on, session_id=act.row.pk)
    return _("The list is published")


@admin.register(PanelSession)
class PanelSessionAdmin(RoomModelAdmin):
    """Sittings of village panels."""

    view_permission = Permission.HOUSEHOLD_VIEW
    page_template = "rural/tables.html"
    list_display = (
        "code",
        related("village", gettext_lazy("village")),
        "shown_status",
        "opened_on",
        "closed_on",
        "published_on",
    )
    list_filter = ("status",)
    list_select_related = ("village",)
    search_fields = ("code", "village__name_zh", "village__code")
    ordering = ("-opened_on", "code")
    list_verbs = (
        Verb(
            "open", gettext_lazy("Open a session"), Permission.PANEL_MANAGE, _open, OpenForm,
            tone="go",
        ),
    )  # fmt: skip
    verbs = (
        Verb(
            "close", gettext_lazy("Close and grade"), Permission.PANEL_MANAGE, _close,
            is_due=lambda row: row.status == PanelStatus.OPEN,
            explains=gettext_lazy("Ballots can be read from then on, and no more are counted."),
            tone="go",
        ),
        Verb(
            "notify", gettext_lazy("Households have been told"), Permission.PANEL_MANAGE, _notify,
            is_due=lambda row: row.status == PanelStatus.CLOSED,
        ),
        Verb(
            "publish", gettext_lazy("Publish the list"), Permission.PANEL_MANAGE, _publish,
            is_due=lambda row: row.status == PanelStatus.NOTIFIED,
            explains=gettext_lazy("Only who is lendable and who is not, after the notice."),
        ),
    )  # fmt: skip

    def page(self, request: HttpRequest, row: PanelSession) -> dict[str, Any]:
        """How far the voting has come; when it is over, results and ballots."""
        asked, evaluators = queries.turnout(row)
        turnout = Table(
            _("Turnout"),
            (_("Evaluator"), _("Votes cast")),
            [(each.code, f"{each.cast} / {asked}") for each in evaluators],
            _("No ballot is shown before the session is closed.")
            if row.status == PanelStatus.OPEN
            else "",
        )
        tables = [turnout]
        if row.status != PanelStatus.OPEN:
            tables += [_results(row), _ballots(row)]
        return {"cards": [("", facts(row))], "tables": tables}

    @admin.display(description=gettext_lazy("status"), ordering="status")
    def shown_status(self, row: PanelSession) -> SafeString:
        return tag(row.get_status_display(), "calm" if row.status == PanelStatus.OPEN else "good")


def _results(row: PanelSession) -> Table:
    rows = row.results.select_related("household").order_by("household__code")
    headings = (
        _("Household"), _("Outcome"), _("Score"), _("Grade"), _("Lendable"), _("Counted"),
        _("Abstained"), _("Valid until"),
    )  # fmt: skip
    return Table(
        _("Results"),
        headings,
        [
            (each.household, each.get_outcome_display(), "–" if each.score is None else each.score,
             each.grade or "–", _lendable(each), each.counted, each.abstained, each.valid_until)
            for each in rows
        ],
    )  # fmt: skip


def _lendable(result: PanelResult) -> SafeString:
    return tag(_("yes"), "good") if result.is_lendable else tag(_("no"), "bad")


def _ballots(row: PanelSession) -> Table:
    headings = (
        _("Household"), _("Evaluator"), _("Character"), _("Diligence"), _("Family harmony"),
        _("Rumoured debts"), _("Veto"),
    )  # fmt: skip
    return Table(
        _("Ballots"),
        headings,
        [
            (each.household, each.evaluator, each.character or "–", each.diligence or "–",
             each.harmony or "–", each.get_rumour_display() or _("abstains"),
             each.get_veto_display() or "–")
            for each in queries.ballots(row)
        ],
    )  # fmt: skip


@admin.register(PanelResult)
class PanelResultAdmin(RoomModelAdmin):
    """What panels said of households."""

    view_permission = Permission.HOUSEHOLD_VIEW
    list_display = (
        related("household", gettext_lazy("household")),
        related("session", gettext_lazy("panel session")),
        "outcome",
        "score",
        "grade",
        "is_lendable",
        "valid_until",
    )
    list_filter = ("outcome", "grade", "is_lendable")
    list_select_related = ("household", "session")
    search_fields = ("household__head_name", "household__code")
    ordering = ("-decided_on",)


@admin.register(PanelScale)
class PanelScaleAdmin(RoomModelAdmin):
    """How ballots become a grade, dated."""

    view_permission = Permission.VILLAGE_VIEW
    list_display = ("effective_from", "min_ballots", "trim", "valid_months", "notice_days")
    ordering = ("-effective_from",)
