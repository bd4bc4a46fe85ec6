"""Visits: what is due, the days planned, what was noticed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin
from django.contrib.admin import SimpleListFilter
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rural.actions import visits
from rural.admin.tables import Table
from rural.models import (
    CalendarDay,
    SignalCode,
    Village,
    Visit,
    VisitPlan,
    VisitSignal,
    VisitStatus,
)
from tenancy.admin.access import business_date
from tenancy.admin.facts import facts
from tenancy.admin.pages import RoomModelAdmin
from tenancy.admin.shown import link, related, tag
from tenancy.admin.verbs import Act, ReasonForm, Verb, VerbForm
from tenancy.models import Membership, User
from tenancy.permissions import Permission
from tenancy.roles import Role
from tenancy.templatetags.figures import local_name

TONES = {VisitStatus.DONE: "good", VisitStatus.PLANNED: "calm", VisitStatus.CANCELLED: ""}
Rows = QuerySet[Visit]


class Overdue(SimpleListFilter):
    """Open and past its day."""

    title = gettext_lazy("due")
    parameter_name = "due"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Late, or still open."""
        return [("overdue", gettext_lazy("Overdue")), ("open", gettext_lazy("Open"))]

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        """Compare with the business date."""
        if self.value() == "overdue":
            return queryset.filter(pk__in=Visit.objects.overdue(business_date(request)))
        return queryset.filter(pk__in=Visit.objects.open()) if self.value() else queryset


def _staff() -> Iterator[tuple[str, str]]:
    members = Membership.objects.filter(role__in=visits.STAFF, is_active=True)
    for member in members.select_related("user").order_by("user__name"):
        yield str(member.user_id), f"{member.user} ({Role(member.role).label})"


class DoneForm(VerbForm):
    """Who made the visit."""

    officer = forms.ChoiceField()
    co_officer = forms.ChoiceField()

    def prepare(self) -> None:
        """Offer the staff."""
        for name, label in (("officer", _("Officer")), ("co_officer", _("Second officer"))):
            self.fields[name].label = label
            self.fields[name].choices = list(_staff())  # type: ignore[attr-defined]


def _done(act: Act) -> str:
    visits.complete(
        actor=act.actor, at=act.at, on=act.on, visit_id=act.row.pk,
        officer_id=act.values["officer"], co_officer_id=act.values["co_officer"],
    )  # fmt: skip
    return _("The visit is noted")


def _cancel(act: Act) -> str:
    visits.cancel(actor=act.actor, at=act.at, visit_id=act.row.pk, reason=act.values["reason"])
    return _("The visit is cancelled")


class PlanForm(VerbForm):
    """Whose day, and where: all open visits of the village."""

    officer = forms.ChoiceField()
    village = forms.ChoiceField()
    day = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}))
    pointers = {"/visits": "village"}

    def prepare(self) -> None:
        """Offer the staff, and villages with open visits."""
        homes = Visit.objects.open().values("household__village")
        villages = Village.objects.filter(pk__in=homes).select_related("township")
        choices = {
            "officer": (_("Officer"), list(_staff())),
            "village": (_("Village"), [(str(row.pk), f"{row.code} {row}") for row in villages]),
        }
        for name, (label, offered) in choices.items():
            self.fields[name].label = label
            self.fields[name].choices = offered  # type: ignore[attr-defined]
        self.fields["day"].label = _("Day")
        self.fields["day"].initial = business_date(self.request).isoformat()


def _plan(act: Act) -> str:
    village_id = UUID(act.values["village"])
    waiting = Visit.objects.open().filter(household__village=village_id)
    plan = visits.plan(
        actor=act.actor, at=act.at, officer=User.objects.get(pk=act.values["officer"]),
        village_id=village_id, day=act.values["day"],
        visit_ids=list(waiting.values_list("pk", flat=True)),
    )  # fmt: skip
    return _("The way is laid: %s") % plan


@admin.register(Visit)
class VisitAdmin(RoomModelAdmin):
    """Every visit, the earliest due first."""

    view_permission = Permission.HOUSEHOLD_VIEW
    page_template = "rural/tables.html"
    list_display = (
        related("household", gettext_lazy("household")),
        "kind",
        "shown_status",
        "due_on",
        "made_on",
        related("loan", gettext_lazy("loan")),
        "officer_name",
        "co_officer_name",
    )
    list_filter = (Overdue, "status", "kind")
    list_select_related = ("household", "loan")
    search_fields = ("household__head_name", "household__code", "loan__number")
    ordering = ("due_on",)
    list_verbs = (
        Verb(
            "plan", gettext_lazy("Plan a day"), Permission.HOUSEHOLD_RESOLVE, _plan, PlanForm,
            explains=gettext_lazy("All open visits of a village, in the order of the way."),
            tone="go",
        ),
    )  # fmt: skip
    verbs = (
        Verb(
            "done", gettext_lazy("Has been made"), Permission.HOUSEHOLD_RESOLVE, _done, DoneForm,
            lambda row: row.status in (VisitStatus.DUE, VisitStatus.PLANNED),
            gettext_lazy("Two different members of staff sign it."), "go",
        ),
        Verb(
            "cancel", gettext_lazy("Give up"), Permission.HOUSEHOLD_RESOLVE, _cancel, ReasonForm,
            lambda row: row.status in (VisitStatus.DUE, VisitStatus.PLANNED),
        ),
    )  # fmt: skip

    def page(self, request: HttpRequest, row: Visit) -> dict[str, Any]:
        """The visit, and what was noticed."""
        names = {code.code: code for code in SignalCode.objects.all()}
        shown = [
            (local_name(names[each.code]) if each.code in names else each.code, each.severity)
            for each in VisitSignal.objects.filter(visit=row).order_by("-severity", "code")
        ]
        headings = (_("Signal"), _("Severity"))
        return {
            "cards": [("", facts(row, ("officer_id", "co_officer_id")))],
            "tables": [Table(_("Signals"), headings, shown)],
        }

    @admin.display(description=gettext_lazy("status"), ordering="status")
    def shown_status(self, row: Visit) -> SafeString:
        return tag(row.get_status_display(), TONES.get(VisitStatus(row.status), "warn"))


@admin.register(VisitPlan)
class VisitPlanAdmin(RoomModelAdmin):
    """Officers' days."""

    view_permission = Permission.HOUSEHOLD_VIEW
    page_template = "rural/tables.html"
    list_display = ("day", "officer", related("village", gettext_lazy("village")))
    list_select_related = ("officer", "village")
    ordering = ("-day",)

    def page(self, request: HttpRequest, row: VisitPlan) -> dict[str, Any]:
        """The stops in their order."""
        rows = row.visits.select_related("household").order_by("stop")
        shown = [
            (each.stop, link(each), each.household, each.get_kind_display(),
             each.get_status_display())
            for each in rows
        ]  # fmt: skip
        headings = (_("Stop"), _("Visit"), _("Household"), _("Kind"), _("Status"))
        return {"cards": [("", facts(row))], "tables": [Table(_("The way"), headings, shown)]}


@admin.register(SignalCode)
class SignalCodeAdmin(RoomModelAdmin):
    """The catalogue of signals."""

    view_permission = Permission.VILLAGE_VIEW
    list_display = ("code", "name", "name_zh", "severity")
    ordering = ("code",)


@admin.register(CalendarDay)
class CalendarDayAdmin(RoomModelAdmin):
    """Holidays, and weekends that are worked."""

    view_permission = Permission.VILLAGE_VIEW
    list_display = ("day", "name", "is_working", "source")
    ordering = ("-day",)
