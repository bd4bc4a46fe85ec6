"""Two versions side by side, and the choice between them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rural.actions import conflicts
from rural.admin.answers import named, shown
from rural.models import ConflictCase, ConflictKind, ConflictStatus
from rural.queries.forms import parsed
from rural.rules.forms.definitions import Form
from tenancy.admin.pages import RoomModelAdmin
from tenancy.admin.shown import link, tag
from tenancy.admin.verbs import Act, ReasonForm, Verb
from tenancy.permissions import Permission

_PREFIX = "choice-"


class ChooseForm(ReasonForm):
    """One choice a field, and why."""

    def prepare(self) -> None:
        """Ask what the case has to be asked."""
        super().prepare()
        case: ConflictCase = self.row
        if case.kind == ConflictKind.HELD_TOO_LONG:
            self.fields[f"{_PREFIX}{conflicts.HOUSEHOLD}"] = forms.CharField(
                label=_("Household"),
                help_text=_("its code; none: the form is rejected"),
                initial=conflicts.NONE,
                max_length=24,
            )
            return
        form = form_of(case)
        for name, sides in conflicts.asked(case, {}).items():
            field = forms.ChoiceField(
                choices=[("", "–"), *((side, _side(side)) for side in sides)],
                label=_name(form, name),
                # Of another household, the fields need no choice.
                required=case.kind != ConflictKind.NEAR_DUPLICATE,
            )
            self.fields[f"{_PREFIX}{name}"] = field
        self.pointers = {
            f"/choices/{name}": f"{_PREFIX}{name}" for name in conflicts.asked(case, {})
        }


def _side(side: str) -> str:
    return {
        conflicts.CURRENT: _("what stands"),
        conflicts.INCOMING: _("what came"),
        conflicts.SAME: _("the same household"),
        conflicts.OTHER: _("another household"),
        conflicts.NONE: _("none, rejected"),
    }.get(side, side)


def _name(form: Form | None, name: str) -> str:
    special = {conflicts.HOUSEHOLD: _("It is"), conflicts.CONTENT: _("What counts")}
    return special.get(name) or named(form, name)


def _choose(act: Act) -> str:
    choices = {
        name.removeprefix(_PREFIX): value
        for name, value in act.values.items()
        if name.startswith(_PREFIX) and value
    }
    if choices.get(conflicts.HOUSEHOLD) == conflicts.OTHER:
        choices = {conflicts.HOUSEHOLD: conflicts.OTHER}
    conflicts.resolve(
        actor=act.actor,
        at=act.at,
        case_id=act.row.pk,
        choices=choices,
        reason=act.values["reason"],
    )
    return _("The conflict is resolved")


@admin.register(ConflictCase)
class ConflictCaseAdmin(RoomModelAdmin):
    """What waits for a choice, oldest first."""

    view_permission = Permission.HOUSEHOLD_VIEW
    audits_views = True
    page_template = "rural/conflict.html"
    verbs = (
        Verb(
            "choose", gettext_lazy("Choose"), Permission.HOUSEHOLD_RESOLVE, _choose, ChooseForm,
            lambda row: row.status == ConflictStatus.OPEN,
            gettext_lazy("What is not chosen stays in this case."), "go",
        ),
    )  # fmt: skip
    list_display = ("shown_kind", "shown_status", "household", "opened_by", "opened_at")
    list_filter = ("status", "kind")
    list_select_related = ("household",)
    ordering = ("-status", "opened_at")

    @admin.display(description=gettext_lazy("kind"), ordering="kind")
    def shown_kind(self, row: ConflictCase) -> str:
        return str(row.get_kind_display())

    @admin.display(description=gettext_lazy("status"), ordering="status")
    def shown_status(self, row: ConflictCase) -> SafeString:
        is_open = row.status == ConflictStatus.OPEN
        return tag(row.get_status_display(), "warn" if is_open else "good")

    def page(self, request: HttpRequest, row: ConflictCase) -> dict[str, Any]:
        """Both sides of every field that differs, and what was chosen."""
        form = form_of(row)
        return {
            "submission": link(row.submission),
            "household": link(row.household) if row.household else "–",
            "sides": [
                {
                    "name": named(form, name),
                    "chosen": row.resolution.get(name, ""),
                    **{
                        side: shown(form.field(name) if form else None, value)
                        for side, value in values.items()
                    },
                }
                for name, values in row.fields.items()
            ],
            "resolution": {
                _name(form, name): _side(side) for name, side in row.resolution.items()
            },
        }


def form_of(case: ConflictCase) -> Form | None:
    """Return the form by which the case's submission was filled in."""
    definition = case.submission.definition
    return parsed(definition) if definition else None
