"""The checklist of an application's papers, and its buttons."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from lending.actions import papers
from lending.actions.papers import OPEN_FOR_PAPERS
from lending.models import Application, Paper, PaperStatus
from tenancy.admin.documents import KEPT_FOR, DocumentForm
from tenancy.admin.verbs import Act, ReasonForm, Verb, VerbForm
from tenancy.permissions import Permission

TONES = {
    PaperStatus.MISSING: "calm",
    PaperStatus.RECEIVED: "calm",
    PaperStatus.VERIFIED: "good",
    PaperStatus.REJECTED: "bad",
    PaperStatus.EXPIRED: "warn",
}


def checklist(row: Application, on: date) -> list[dict[str, Any]]:
    """Return each paper with where it stands on the business date."""
    held = Paper.objects.filter(application=row).select_related("document").order_by("kind")
    return [
        {"paper": paper, "status": status.label, "tone": TONES[status]}
        for paper in held
        for status in [paper.status_on(on)]
    ]


class PaperForm(VerbForm):
    """Which paper."""

    paper = forms.ChoiceField()
    takes: frozenset[PaperStatus] = frozenset()

    def prepare(self) -> None:
        """Offer the papers for which the verb makes sense."""
        super().prepare()
        field = self.fields["paper"]
        assert isinstance(field, forms.ChoiceField)
        field.label, field.choices = _("Paper"), _choices(self.row, self.takes)


class ReceiveForm(PaperForm, DocumentForm):
    """The file of a paper, and until when it is valid."""

    takes = frozenset(PaperStatus) - {PaperStatus.EXPIRED}
    expires_on = forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}))
    field_order = ("paper", "file", "expires_on")

    def prepare(self) -> None:
        """Name the date."""
        super().prepare()
        self.fields["expires_on"].label = _("Valid until, if it runs out")


class VerifyForm(PaperForm):
    """Which paper was looked at."""

    takes = frozenset({PaperStatus.RECEIVED})


class RejectForm(PaperForm, ReasonForm):
    """Which paper goes back, and why."""

    takes = frozenset({PaperStatus.RECEIVED, PaperStatus.VERIFIED})
    field_order = ("paper", "reason")


def _choices(row: Application, statuses: frozenset[PaperStatus]) -> list[tuple[str, str]]:
    rows = Paper.objects.filter(application=row, status__in=statuses).order_by("kind")
    return [(str(paper.pk), str(paper)) for paper in rows]


def _has(*statuses: PaperStatus) -> Any:
    def is_due(row: Application) -> bool:
        papers_of = Paper.objects.filter(application=row, status__in=statuses)
        return row.stage in OPEN_FOR_PAPERS and papers_of.exists()

    return is_due


def _receive(act: Act) -> str:
    file = act.values["file"]
    paper = papers.receive(
        actor=act.actor,
        at=act.at,
        on=act.on,
        paper_id=UUID(act.values["paper"]),
        content=file.read(),
        media_type=file.content_type,
        name=file.name,
        retain_until=act.on + KEPT_FOR,
        expires_on=act.values["expires_on"],
    )
    return _("%s is received") % paper


def _verify(act: Act) -> str:
    paper_id = UUID(act.values["paper"])
    return _("%s is verified") % papers.verify(actor=act.actor, at=act.at, paper_id=paper_id)


def _reject(act: Act) -> str:
    paper = papers.reject(
        actor=act.actor,
        at=act.at,
        paper_id=UUID(act.values["paper"]),
        reason=act.values["reason"],
    )
    return _("%s is given back") % paper


PAPER_VERBS = (
    Verb(
        "paper", _("Receive a paper"), Permission.DOCUMENT_ADD, _receive, ReceiveForm,
        _has(*PaperStatus), _("The last one that was missing submits the application."),
    ),
    Verb(
        "verify", _("Verify a paper"), Permission.APPLICATION_DECIDE, _verify, VerifyForm,
        _has(PaperStatus.RECEIVED),
    ),
    Verb(
        "reject", _("Give a paper back"), Permission.APPLICATION_DECIDE, _reject, RejectForm,
        _has(PaperStatus.RECEIVED, PaperStatus.VERIFIED), _("The borrower is told why."),
    ),
)  # fmt: skip
