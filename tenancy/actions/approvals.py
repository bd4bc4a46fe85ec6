"""
Maker and checker: one person asks, another one decides, and only then is it done.

Who approves passes the request on to the action of the app that owns its kind, in the same
transaction; that action takes it with `approved`, which nobody can get past.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tenancy import room
from tenancy.actions import audit
from tenancy.actors import Actor
from tenancy.errors import FieldError, Forbidden, Invalid, NotFound, Refusal
from tenancy.models import ApprovalRequest, ApprovalStatus
from tenancy.permissions import Permission, require

LAPSES_AFTER = timedelta(days=7)
# What is put to somebody outside the house, such as a bank; no person of ours can decide it.
OUTSIDE = ".consent"


class SamePerson(Forbidden):
    """Who asked may not decide."""

    code = "approval_same_person"


class RequestLapsed(Refusal):
    """Nobody decided in time; ask again."""

    code = "approval_lapsed"


class RequestSettled(Refusal):
    """It was decided already, and otherwise."""

    code = "approval_settled"


class NotOurs(Forbidden):
    """Somebody outside was asked; only he can answer."""

    code = "approval_not_ours"


class NotApproved(Refusal):
    """No second person has approved this."""

    code = "approval_missing"


@room.atomic
def request(
    *,
    actor: Actor,
    at: datetime,
    kind: str,
    title: str,
    payload: Mapping[str, Any],
    reason: str,
    subject: models.Model | None = None,
    lapses_after: timedelta = LAPSES_AFTER,
) -> ApprovalRequest:
    """
    Ask for something that needs two people; asking for the same again returns the open request.

    The caller has found the actor allowed to ask for this kind.

    :param payload: what will be done, as JSON values, money as strings
    :raises Invalid: without a reason
    """
    if not reason.strip():
        error = FieldError("/reason", "", _("why, in words"))
        raise Invalid(gettext_lazy("A reason is required"), errors=[error])
    subject_type = subject._meta.label_lower if subject is not None else ""
    subject_id = str(subject.pk) if subject is not None else ""
    content_hash = _hash(payload)
    same = ApprovalRequest.objects.for_update().filter(
        kind=kind,
        subject_type=subject_type,
        subject_id=subject_id,
        payload_hash=content_hash,
        status=ApprovalStatus.PENDING,
    )
    for held in same:
        if not held.has_lapsed(at):
            return held
        held.status = ApprovalStatus.LAPSED
        held.save(update_fields=["status"])
    asked = ApprovalRequest.objects.create(
        kind=kind,
        subject_type=subject_type,
        subject_id=subject_id,
        title=title[:200],
        payload=dict(payload),
        payload_hash=content_hash,
        reason=reason,
        maker_id=actor.id,
        maker_name=actor.name,
        requested_at=at,
        expires_at=at + lapses_after,
    )
    _record(asked, "approval.request", actor=actor, at=at, reason=reason)
    return asked


@room.atomic
def approve(*, actor: Actor, at: datetime, request_id: UUID, reason: str = "") -> ApprovalRequest:
    """
    Be the second person; repeating changes nothing.

    :raises NotFound: if there is no such request
    :raises SamePerson: for who asked, and for whoever is no person
    :raises RequestLapsed: after its last moment
    :raises RequestSettled: if it was rejected
    """
    return _decide(ApprovalStatus.APPROVED, request_id, actor=actor, at=at, reason=reason)


@room.atomic
def reject(*, actor: Actor, at: datetime, request_id: UUID, reason: str) -> ApprovalRequest:
    """
    Refuse a request, as somebody else than who asked.

    :raises Invalid: without a reason
    :raises NotFound, SamePerson, RequestLapsed, RequestSettled: as `approve` does
    """
    if not reason.strip():
        error = FieldError("/reason", "", _("why, in words"))
        raise Invalid(gettext_lazy("A reason is required"), errors=[error])
    return _decide(ApprovalStatus.REJECTED, request_id, actor=actor, at=at, reason=reason)


@room.atomic
def answer(
    *, actor: Actor, at: datetime, request_id: UUID, kind: str, agreed: bool, reason: str = ""
) -> ApprovalRequest:
    """
    Decide what was put to somebody outside, as the client on his behalf; repeating is harmless.

    The caller has found that it was he who was asked.

    :raises NotFound: if there is no such request of this kind
    :raises NotOurs: for a person, and for a kind that people decide
    :raises Invalid: for a no without a reason
    :raises RequestLapsed, RequestSettled: as `approve` does
    """
    if actor.kind != "client" or not kind.endswith(OUTSIDE):
        raise NotOurs(gettext_lazy("Only who was asked can answer this"))
    if not agreed and not reason.strip():
        error = FieldError("/reason", "", _("why, in words"))
        raise Invalid(gettext_lazy("A reason is required"), errors=[error])
    asked = ApprovalRequest.objects.for_update().filter(pk=request_id, kind=kind).first()
    if asked is None:
        raise NotFound.of(gettext_lazy("Request"), request_id)
    status = ApprovalStatus.APPROVED if agreed else ApprovalStatus.REJECTED
    return _settle(asked, status, actor=actor, at=at, reason=reason)


@room.atomic
def end(
    *, actor: Actor, at: datetime, request_id: UUID, kind: str, by: str, reason: str = ""
) -> ApprovalRequest:
    """
    Close a request that somebody outside did not agree to, approved or not; repeating is harmless.

    The caller knows that it was not carried out. With a reason it was refused, without one
    nobody answered in time.

    :param by: who outside, as people know him
    :raises NotFound: if there is no such request of this kind
    """
    asked = ApprovalRequest.objects.for_update().filter(pk=request_id, kind=kind).first()
    if asked is None:
        raise NotFound.of(gettext_lazy("Request"), request_id)
    if asked.status not in (ApprovalStatus.PENDING, ApprovalStatus.APPROVED):
        return asked
    asked.status = ApprovalStatus.REFUSED if reason else ApprovalStatus.LAPSED
    asked.ended_by, asked.ended_at, asked.ended_reason = by[:120], at, reason
    asked.save(update_fields=["status", "ended_by", "ended_at", "ended_reason"])
    _record(asked, f"approval.{_ENDS[asked.status]}", actor=actor, at=at, reason=reason)
    return asked


def approved(*, request_id: UUID, kind: str) -> ApprovalRequest:
    """
    Return an approved request of a kind, under its row lock: leave to do what it says, once.

    :raises NotApproved: if there is none
    """
    found = ApprovalRequest.objects.for_update().filter(pk=request_id).first()
    if found is None or found.kind != kind or found.status != ApprovalStatus.APPROVED:
        raise NotApproved(gettext_lazy("A second person has not approved this"))
    return found


def _decide(
    status: ApprovalStatus, request_id: UUID, *, actor: Actor, at: datetime, reason: str
) -> ApprovalRequest:
    require(actor, Permission.APPROVAL_DECIDE)
    asked = ApprovalRequest.objects.for_update().filter(pk=request_id).first()
    if asked is None:
        raise NotFound.of(gettext_lazy("Request"), request_id)
    if asked.kind.endswith(OUTSIDE):
        raise NotOurs(gettext_lazy("Only who was asked can answer this"))
    is_other_person = asked.maker_id != actor.id and actor.kind == "user"
    if asked.status == ApprovalStatus.PENDING and not is_other_person and not asked.has_lapsed(at):
        raise SamePerson(gettext_lazy("Who asked may not decide; another person has to"))
    return _settle(asked, status, actor=actor, at=at, reason=reason)


def _settle(
    asked: ApprovalRequest, status: ApprovalStatus, *, actor: Actor, at: datetime, reason: str
) -> ApprovalRequest:
    if asked.status == status:
        return asked
    if asked.status != ApprovalStatus.PENDING:
        raise RequestSettled(
            gettext_lazy("It was decided already: %(status)s")
            % {"status": asked.get_status_display()}
        )
    if asked.has_lapsed(at):
        raise RequestLapsed(
            gettext_lazy("It could be decided until %(until)s")
            % {"until": asked.expires_at.isoformat()}
        )
    asked.status, asked.decision_reason, asked.decided_at = status, reason, at
    asked.checker_id, asked.checker_name = actor.id, actor.name
    asked.save(
        update_fields=["status", "decision_reason", "decided_at", "checker_id", "checker_name"]
    )
    _record(asked, f"approval.{_VERBS[status]}", actor=actor, at=at, reason=reason)
    return asked


_VERBS = {ApprovalStatus.APPROVED: "approve", ApprovalStatus.REJECTED: "reject"}
_ENDS = {ApprovalStatus.REFUSED.value: "refuse", ApprovalStatus.LAPSED.value: "lapse"}


def _record(
    asked: ApprovalRequest, action: str, *, actor: Actor, at: datetime, reason: str
) -> None:
    audit.record(
        actor=actor,
        at=at,
        action=action,
        subject=asked,
        changes={
            "kind": asked.kind,
            "subject": asked.subject_id,
            "title": asked.title,
            "payload_hash": asked.payload_hash,
        },
        reason=reason,
    )


def _hash(payload: Mapping[str, Any]) -> str:
    text = json.dumps(payload, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
