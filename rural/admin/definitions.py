"""Forms: edited as JSON with the linter's findings, compared, published."""

from __future__ import annotations

import difflib
import json
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from rural.actions import definitions
from rural.admin.assessment_words import unit_name
from rural.admin.type_words import TYPES
from rural.models import DefinitionStatus, FormDefinition
from rural.queries.forms import parsed
from rural.rules.forms.definitions import Field
from tenancy.admin.facts import facts
from tenancy.admin.pages import RoomModelAdmin
from tenancy.admin.shown import tag
from tenancy.admin.verbs import Act, Verb, VerbForm
from tenancy.errors import FieldError, Refusal
from tenancy.permissions import Permission

MOST_CHANGED_LINES = 400


class DefinitionForm(VerbForm):
    """The definition as text; what the linter finds is told beside it."""

    definition = forms.JSONField(widget=forms.Textarea(attrs={"rows": 30, "spellcheck": "false"}))

    def prepare(self) -> None:
        """Begin with what the version says."""
        field = self.fields["definition"]
        field.label = _("Definition")
        if self.row is not None:
            field.initial = self.row.definition

    def take(self, refusal: Refusal) -> list[FieldError]:
        """Tell each finding by its pointer into the definition."""
        return list(refusal.errors)


def _draft(act: Act) -> FormDefinition:
    return definitions.draft(
        actor=act.actor, at=act.at, definition=_typed(act) or act.row.definition
    )


def _typed(act: Act) -> dict[str, Any] | None:
    sent: dict[str, Any] | None = act.values.get("definition")
    return sent


def _edit(act: Act) -> str:
    row = definitions.edit(
        actor=act.actor, at=act.at, definition_id=act.row.pk, definition=_typed(act) or {}
    )
    return _("%s is written") % row


def _publish(act: Act) -> str:
    row = definitions.publish(actor=act.actor, at=act.at, definition_id=act.row.pk)
    return _("%s is published and frozen") % row


def _is_draft(row: FormDefinition) -> bool:
    return row.status == DefinitionStatus.DRAFT


def _address(row: FormDefinition) -> str:
    return reverse("admin:rural_formdefinition_change", args=[row.pk])


@admin.register(FormDefinition)
class FormDefinitionAdmin(RoomModelAdmin):
    """Every version of every form."""

    view_permission = Permission.HOUSEHOLD_VIEW
    verbs = (
        Verb(
            "publish", gettext_lazy("Publish"), Permission.FORM_PUBLISH, _publish,
            is_due=_is_draft, tone="go",
            explains=gettext_lazy("Devices get it; the version before it counts a while longer."),
        ),
        Verb(
            "edit", gettext_lazy("Edit the draft"), Permission.FORM_PUBLISH, _edit, DefinitionForm,
            is_due=_is_draft,
        ),
        Verb(
            "draft", gettext_lazy("Begin the next version"), Permission.FORM_PUBLISH, _draft,
            DefinitionForm, is_due=lambda row: not _is_draft(row), lands=_address,
        ),
    )  # fmt: skip
    list_display = ("code", "version", "shown_title", "shown_status", "published_at", "sha256")
    list_filter = ("code", "status")
    ordering = ("code", "-version")

    @admin.display(description=gettext_lazy("title"))
    def shown_title(self, row: FormDefinition) -> str:
        return parsed(row).title.in_language(get_language() or "")

    @admin.display(description=gettext_lazy("status"), ordering="status")
    def shown_status(self, row: FormDefinition) -> SafeString:
        return tag(row.get_status_display(), "warn" if _is_draft(row) else "good")

    def page(self, request: HttpRequest, row: FormDefinition) -> dict[str, Any]:
        """What it asks, and what changed since the version before."""
        form, language = parsed(row), get_language() or ""
        return {
            "cards": [
                ("", facts(row, ("definition",))),
                *(
                    (
                        section.title.in_language(language),
                        [
                            (field.label.in_language(language), _asked(field))
                            for field in section.fields
                        ],
                    )
                    for section in form.sections
                ),
                *_difference(row),
            ]
        }


def _asked(field: Field) -> str:
    """Say in one line what a question takes."""
    low, high = field.minimum, field.maximum
    limits = "" if low is None and high is None else f"{_bound(low)}–{_bound(high)}"
    must = _("required") if field.required is True else ""
    inner = ", ".join(each.label.in_language(get_language() or "") for each in field.fields)
    kind, unit = str(TYPES[field.type]), unit_name(field.unit)
    return " · ".join(part for part in (kind, limits, unit, must, inner) if part)


def _bound(value: Any) -> str:
    return "" if value is None else f"{value:f}"


def _difference(row: FormDefinition) -> list[tuple[str, Any]]:
    before = (
        FormDefinition.objects.filter(code=row.code, version__lt=row.version)
        .order_by("-version")
        .first()
    )
    if before is None:
        return []
    found = difflib.unified_diff(_lines(before), _lines(row), str(before), str(row), n=2)
    lines = list(found)[:MOST_CHANGED_LINES]
    shown = format_html("<pre>{}</pre>", format_html_join("\n", "{}", ((each,) for each in lines)))
    return [(_("Changed since %s") % before, [(_("Changes"), shown if lines else _("none"))])]


def _lines(row: FormDefinition) -> list[str]:
    content = {name: value for name, value in row.definition.items() if name != "version"}
    return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True).splitlines()
