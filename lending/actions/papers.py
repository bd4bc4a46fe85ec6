"""The papers that a product asks for: brought, looked at, taken or given back."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lending.actions import desk, intake
from lending.models import Application, Paper, PaperStatus
from lending.queries.papers import gaps
from lending.rules.stages import Stage
from tenancy import room
from tenancy.actions import audit, documents
from tenancy.actors import Actor
from tenancy.errors import FieldError, Invalid, NotFound, Refusal
from tenancy.models import Document
from tenancy.permissions import Permission, require

# Later than these nobody looks at papers any more: the decision has been made.
OPEN_FOR_PAPERS = frozenset({Stage.COLLECTING, Stage.SUBMITTED, Stage.REFERRED})
REASON_CHARACTERS = 500


class PaperStands(Refusal):
    """A paper in this status can't become what was asked for."""

    code = "paper_status"


class PapersMissing(Refusal):
    """A paper that the product asks for is missing, was given back or has run out."""

    code = "papers_missing"
    status = 422


def require_complete(application: Application, on: date) -> None:
    """
    Let an application with all its papers pass.

    :raises PapersMissing: naming each paper and where it stands
    """
    lacking = gaps(application, on)
    if lacking:
        errors = [
            FieldError(f"/papers/{paper.kind}", paper.status_on(on).value, str(paper))
            for paper in lacking
        ]
        raise PapersMissing(gettext_lazy("Papers are missing"), errors=errors)


@room.atomic
def receive(
    *,
    actor: Actor,
    at: datetime,
    on: date,
    paper_id: UUID,
    content: bytes,
    media_type: str,
    name: str,
    retain_until: date,
    expires_on: date | None = None,
) -> Paper:
    """
    Keep the file of a paper; the last paper that was missing sends the application on its way.

    :raises NotFound: if there is no such paper
    :raises WrongStage: once the application is decided
    :raises Invalid: for an empty file, or one that ran out before the business date
    """
    require(actor, Permission.DOCUMENT_ADD)
    paper = _held(paper_id)
    errors = []
    if not content:
        errors.append(FieldError("/file", "0", _("a file with something in it")))
    if expires_on is not None and expires_on < on:
        expected = _("a date not before %s") % on.isoformat()
        errors.append(FieldError("/expires_on", expires_on.isoformat(), expected))
    if errors:
        raise Invalid(gettext_lazy("The paper does not fit"), errors=errors)
    document = documents.store(
        actor=actor,
        at=at,
        content=content,
        media_type=media_type,
        name=name,
        subject=paper.application,
        retain_until=retain_until,
    )
    paper.expires_on = expires_on
    _move(paper, PaperStatus.RECEIVED, at=at, actor=actor, document=document)
    intake.submit_if_complete(paper.application, at=at, on=on, actor=actor)
    return paper


@room.atomic
def verify(*, actor: Actor, at: datetime, paper_id: UUID) -> Paper:
    """
    Confirm that a paper is what it should be.

    :raises PaperStands: if it has not been received
    """
    require(actor, Permission.APPLICATION_DECIDE)
    return _move(_held(paper_id), PaperStatus.VERIFIED, at=at, actor=actor)


@room.atomic
def reject(*, actor: Actor, at: datetime, paper_id: UUID, reason: str) -> Paper:
    """
    Give a paper back; the borrower is told why and brings another.

    :raises PaperStands: if it has not been received
    :raises Invalid: without a reason
    """
    require(actor, Permission.APPLICATION_DECIDE)
    if not 0 < len(reason.strip()) <= REASON_CHARACTERS:
        error = FieldError("/reason", reason[:80], _("1 to %d characters") % REASON_CHARACTERS)
        raise Invalid(gettext_lazy("A reason is required"), errors=[error])
    return _move(_held(paper_id), PaperStatus.REJECTED, at=at, actor=actor, reason=reason.strip())


def _held(paper_id: UUID) -> Paper:
    """Lock the application before its paper: that is the order everywhere."""
    found = Paper.objects.filter(pk=paper_id).values_list("application_id", flat=True).first()
    if found is None:
        raise NotFound.of(gettext_lazy("Paper"), paper_id)
    application = desk.locked(found)
    if application.stage not in OPEN_FOR_PAPERS:
        raise desk.wrong_stage(application)
    paper = Paper.objects.for_update().get(pk=paper_id)
    paper.application = application
    return paper


def _move(
    paper: Paper,
    status: PaperStatus,
    *,
    at: datetime,
    actor: Actor,
    document: Document | None = None,
    reason: str = "",
) -> Paper:
    before = paper.status
    if not paper.may_become(status):
        raise PaperStands(
            gettext_lazy("%(paper)s is “%(status)s”")
            % {"paper": paper, "status": paper.get_status_display()}
        )
    paper.status, paper.reason = status, reason
    paper.document = document or paper.document
    paper.changed_at, paper.changed_by = at, actor.name
    paper.save()
    audit.record(
        actor=actor,
        at=at,
        action=f"paper.{status.lower()}",
        subject=paper.application,
        changes={"paper": paper.kind, "status": [before, status.value]},
        reason=reason,
    )
    return paper
