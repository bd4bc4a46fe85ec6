"""A verb is a button: a small form whose sending calls one action."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext as _

from tenancy.actors import Actor
from tenancy.errors import FieldError, Refusal
from tenancy.ids import uuid7
from tenancy.permissions import Permission, allows

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


class VerbForm(forms.Form):
    """
    What a verb asks for; without fields it only asks for a confirmation.

    `key` is made when the form is shown, so that sending it twice does the thing once.
    """

    key = forms.CharField(widget=forms.HiddenInput, max_length=64, required=False)
    # What a refusal's pointer calls a field, where the form calls it something else.
    pointers: Mapping[str, str] = {}

    def __init__(self, *args: Any, row: Any = None, request: HttpRequest, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        self.row, self.request = row, request
        self.fields["key"].initial = uuid7
        self.prepare()
        for name, field in self.fields.items():
            field.widget.attrs.setdefault("class", "bo-input")
            field.widget.attrs.setdefault("aria-describedby", f"{self[name].auto_id}-note")

    def prepare(self) -> None:
        """Fit choices and first values to the row; `self.row` and `self.request` are set."""

    def take(self, refusal: Refusal) -> list[FieldError]:
        """Put a refusal beside the fields that it names; return it as what was typed and meant."""
        told = []
        for error in refusal.errors:
            name = self.pointers.get(error.pointer, error.pointer.strip("/"))
            if name not in self.fields:
                told.append(error)
                continue
            label = str(self.fields[name].label or name)
            typed = str(self.data.get(self.add_prefix(name), error.value))[:80]
            told.append(FieldError(label, typed, error.expected))
            self.add_error(name, _("Expected: %(expected)s") % {"expected": error.expected})
        return told


class ReasonForm(VerbForm):
    """A verb that wants to know why."""

    reason = forms.CharField(widget=forms.Textarea(attrs={"rows": 3}), max_length=500)

    def prepare(self) -> None:
        """Name the field in the reader's language."""
        self.fields["reason"].label = _("Reason")


@dataclass(frozen=True, slots=True)
class Act:
    """One pressing of a button: on what, by whom, when, on which business date, with what."""

    row: Any
    actor: Actor
    at: datetime
    on: date
    values: Mapping[str, Any]
    request: HttpRequest


@dataclass(frozen=True, slots=True)
class Verb:
    """
    One button of a page.

    `run` calls one action and returns the words for its success; or, with `lands`, the address
    to go on to. `is_due` tells by the row whether the verb makes sense now.
    """

    name: str
    label: _StrPromise
    permission: Permission
    run: Callable[[Act], Any]
    form: type[VerbForm] = VerbForm
    is_due: Callable[[Any], bool] = lambda row: True
    explains: _StrPromise | str = ""
    tone: str = "plain"
    lands: Callable[[Any], str] | None = None

    def offered_to(self, request: HttpRequest, row: Any) -> bool:
        """Whether the button is there for this person, on this row, now."""
        presence = getattr(request, "presence", None)
        held = presence is not None and allows(presence.pass_.role, self.permission)
        return held and self.is_due(row)


@dataclass(frozen=True, slots=True)
class Offered:
    """A verb as the page shows it: with its form, open if it was just refused."""

    verb: Verb
    form: VerbForm
    is_open: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """A refusal in the words of the form that met it."""

    message: str
    fields: tuple[FieldError, ...]
    rule: str
    source: str
