"""The buttons of a difference: whose it is, what explains it, giving it up."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from partners.actions import breaks, writing_off
from partners.models import Break
from tenancy.admin.verbs import Act, ReasonForm, Verb, VerbForm
from tenancy.models import Membership, User
from tenancy.permissions import MATRIX, Permission


class OwnerForm(VerbForm):
    """Who shall look into it."""

    owner = forms.ModelChoiceField(User.objects.none())

    def prepare(self) -> None:
        """Offer those who may."""
        roles = [role.value for role in MATRIX[Permission.BREAK_RESOLVE]]
        members = Membership.objects.filter(role__in=roles, is_active=True)
        field = self.fields["owner"]
        field.label = _("Owner")
        field.queryset = User.objects.filter(  # type: ignore[attr-defined]
            pk__in=members.values("user_id")
        ).order_by("username")


class ExplanationForm(ReasonForm):
    """What explains it."""

    pointers = {"/explanation": "reason"}

    def prepare(self) -> None:
        """Name the field."""
        self.fields["reason"].label = _("Explanation")


class ResponseForm(VerbForm):
    """A word to the bank."""

    text = forms.CharField(widget=forms.Textarea(attrs={"rows": 3}), max_length=1000)

    def prepare(self) -> None:
        """Name the field."""
        self.fields["text"].label = _("Text")


def _assign(act: Act) -> str:
    owner = act.values["owner"]
    breaks.assign(actor=act.actor, at=act.at, break_id=act.row.pk, owner_id=owner.pk)
    return _("%s looks into it") % owner


def _resolve(act: Act) -> str:
    breaks.resolve(
        actor=act.actor, at=act.at, break_id=act.row.pk, explanation=act.values["reason"]
    )
    return gettext("The difference is explained")


def _respond(act: Act) -> str:
    breaks.respond(actor=act.actor, at=act.at, break_id=act.row.pk, text=act.values["text"])
    return gettext("The bank can read it")


def _ask(act: Act) -> str:
    writing_off.ask(actor=act.actor, at=act.at, break_id=act.row.pk, reason=act.values["reason"])
    return gettext("Another person has to approve the write-off")


def _approve(act: Act) -> str:
    writing_off.approve_for(actor=act.actor, at=act.at, on=act.on, break_id=act.row.pk)
    return gettext("The difference is written off")


def _is_left(row: Break) -> bool:
    return not row.is_done


def _waits(row: Break) -> bool:
    return writing_off.open_request(row) is not None


VERBS = (
    Verb("assign", _("Assign"), Permission.BREAK_RESOLVE, _assign, OwnerForm, _is_left),
    Verb(
        "resolve", _("Explain"), Permission.BREAK_RESOLVE, _resolve, ExplanationForm, _is_left,
        _("For what costs nothing: a late booking, a corrected file."), "go",
    ),
    Verb("respond", _("Write to the bank"), Permission.BREAK_RESOLVE, _respond, ResponseForm),
    Verb(
        "write-off", _("Ask for a write-off"), Permission.BREAK_RESOLVE, _ask, ReasonForm,
        lambda row: _is_left(row) and not _waits(row),
        _("Another person has to approve it; then it is booked as a loss."),
    ),
    Verb(
        "approve", _("Approve the write-off"), Permission.APPROVAL_DECIDE, _approve,
        is_due=lambda row: _is_left(row) and _waits(row),
        explains=_("Not for who asked."), tone="stop",
    ),
)  # fmt: skip
