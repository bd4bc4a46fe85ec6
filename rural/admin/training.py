"""Courses for farmers, and who came."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rural.actions import training
from rural.admin.tables import Table
from rural.models import Course, CourseSubject, Lesson, Village
from tenancy.admin.access import business_date
from tenancy.admin.facts import facts
from tenancy.admin.pages import RoomModelAdmin
from tenancy.admin.shown import related
from tenancy.admin.verbs import Act, Verb, VerbForm
from tenancy.permissions import Permission


class OfferForm(VerbForm):
    """A course."""

    code = forms.CharField(max_length=40)
    name = forms.CharField(max_length=120)
    name_zh = forms.CharField(max_length=120, required=False)
    subject = forms.ChoiceField(choices=CourseSubject.choices)
    material = forms.CharField(max_length=300, required=False)

    def prepare(self) -> None:
        """Name the fields."""
        labels = {
            "code": _("Code"), "name": _("Name"), "name_zh": _("Chinese name"),
            "subject": _("For"), "material": _("Material"),
        }  # fmt: skip
        for name, label in labels.items():
            self.fields[name].label = label


class HoldForm(VerbForm):
    """A lesson, and the codes of the households that came."""

    village = forms.ChoiceField()
    on = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}))
    trainer = forms.CharField(max_length=120)
    minutes = forms.IntegerField(min_value=1, max_value=600, initial=90)
    households = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 4}), max_length=4000, required=False
    )

    def prepare(self) -> None:
        """Name the fields; offer the room's villages."""
        villages = Village.objects.order_by("code")
        choices = [(str(row.pk), f"{row.code} {row}") for row in villages]
        self.fields["village"].choices = choices  # type: ignore[attr-defined]
        self.fields["on"].initial = business_date(self.request).isoformat()
        labels = {
            "village": _("Village"), "on": _("Held on"), "trainer": _("Trainer"),
            "minutes": _("Minutes"), "households": _("Codes of the households that came"),
        }  # fmt: skip
        for name, label in labels.items():
            self.fields[name].label = label


def _offer(act: Act) -> str:
    typed = {name: act.values[name] for name in OfferForm.base_fields if name != "key"}
    return _("%s is offered") % training.offer(actor=act.actor, at=act.at, **typed)


def _hold(act: Act) -> str:
    lesson = training.hold(
        actor=act.actor, at=act.at, course_id=act.row.pk, village_id=UUID(act.values["village"]),
        on=act.values["on"], trainer=act.values["trainer"], minutes=act.values["minutes"],
        household_codes=act.values["households"].replace(",", " ").split(),
    )  # fmt: skip
    return _("%s is noted") % lesson


@admin.register(Course)
class CourseAdmin(RoomModelAdmin):
    """Courses, each with its lessons."""

    view_permission = Permission.VILLAGE_VIEW
    page_template = "rural/tables.html"
    list_display = ("code", "name", "name_zh", "subject")
    list_filter = ("subject",)
    ordering = ("code",)
    list_verbs = (
        Verb(
            "offer", gettext_lazy("New course"), Permission.VILLAGE_MANAGE, _offer, OfferForm,
            tone="go",
        ),
    )  # fmt: skip
    verbs = (
        Verb("hold", gettext_lazy("Note a lesson"), Permission.PANEL_MANAGE, _hold, HoldForm),
    )

    def page(self, request: HttpRequest, row: Course) -> dict[str, Any]:
        """The course and its lessons."""
        shown = [
            (each.held_on, each.village, each.trainer, each.minutes, each.attendances.count())
            for each in row.lessons.select_related("village").order_by("-held_on")
        ]
        headings = (_("Held on"), _("Village"), _("Trainer"), _("Minutes"), _("Households"))
        return {"cards": [("", facts(row))], "tables": [Table(_("Lessons"), headings, shown)]}


@admin.register(Lesson)
class LessonAdmin(RoomModelAdmin):
    """Lessons held."""

    view_permission = Permission.VILLAGE_VIEW
    page_template = "rural/tables.html"
    list_display = (
        "held_on",
        related("course", gettext_lazy("course")),
        related("village", gettext_lazy("village")),
        "trainer",
        "minutes",
    )
    list_select_related = ("course", "village")
    ordering = ("-held_on",)

    def page(self, request: HttpRequest, row: Lesson) -> dict[str, Any]:
        """Who came."""
        rows = row.attendances.select_related("household").order_by("household__code")
        shown = [(each.household, each.noted_at) for each in rows]
        tables = [Table(_("Attendance"), (_("Household"), _("Noted")), shown)]
        return {"cards": [("", facts(row))], "tables": tables}
