"""`/field/api/submissions`: forms come in here, once."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rural.actions import submissions, village_partners
from rural.actions.submissions import Arrival, Receipt
from rural.api import bodies
from rural.api.door import Call, refused
from rural.models import Submission, SubmissionStatus
from rural.queries.attachments import missing
from rural.queries.progress import words
from tenancy.api.problems import Problem
from tenancy.errors import NotFound

_STATUS = {Arrival.NEW: 201, Arrival.KNOWN: 200}


def receive(call: Call) -> HttpResponse:
    """Take a submission in."""
    village_partners.require_may_submit(call.actor)
    sent = bodies.read(call.json())
    receipt = submissions.receive(actor=call.actor, at=call.at, on=call.on, sent=sent)
    if receipt.arrival is Arrival.REJECTED:
        detail = _("The form was not accepted; it is kept with the reasons")
        problem = Problem(422, "submission_rejected", detail, receipt.errors)
        return refused(problem, **_kept(receipt))
    if receipt.arrival is Arrival.CONFLICT:
        detail = _("Another content came under this form before; both are kept for an officer")
        case = {"case": str(receipt.case.pk)} if receipt.case else {}
        incoming = {"kept": True, "content_sha256": sent.content_sha256}
        return refused(Problem(409, "submission_conflict", detail), **incoming, **case)
    return JsonResponse(_shown(receipt.submission), status=_STATUS[receipt.arrival])


def state(call: Call, *, root_uuid: UUID) -> HttpResponse:
    """Say what became of one's own submission; only then may the device forget it."""
    found = Submission.objects.filter(root_uuid=root_uuid, agent_id=call.actor.id)
    # A rejected one counts only as long as no corrected one has come.
    row = (
        found.exclude(status=SubmissionStatus.REJECTED).first()
        or found.order_by("-received_at").first()
    )
    if row is None:
        raise NotFound.of(gettext_lazy("Submission"), root_uuid)
    return JsonResponse(_shown(row))


def _shown(row: Submission) -> dict[str, Any]:
    absent = missing(row)
    return {
        "id": str(row.pk),
        "root_uuid": str(row.root_uuid),
        "content_sha256": row.content_sha256,
        # Waiting: the device has to send photos. Otherwise it is done, whatever people decide.
        "status": _device_status(row, absent),
        "missing": absent,
        "flags": row.flags,
        "merged": row.merged_fields,
        "state_words": words(row),
    }


def _device_status(row: Submission, absent: list[str]) -> str:
    if absent and row.status != SubmissionStatus.REJECTED:
        return SubmissionStatus.WAITING.value
    return SubmissionStatus(row.status).value


def _kept(receipt: Receipt) -> dict[str, Any]:
    return {"kept": True, "content_sha256": receipt.submission.content_sha256}
