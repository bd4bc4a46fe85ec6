"""Village panels: opened, voted in back to back, closed with grades, told, published."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lending.rules.calendar import add_months
from rural.models import (
    Ballot,
    Evaluator,
    Household,
    PanelHousehold,
    PanelResult,
    PanelScale,
    PanelSession,
    PanelStatus,
    Recusal,
    Submission,
    Village,
)
from rural.rules.panel import verdict
from tenancy import room
from tenancy.actions import audit
from tenancy.actors import Actor
from tenancy.errors import FieldError, Invalid, NotFound, Refusal
from tenancy.permissions import Permission, require


class PanelNotOpen(Refusal):
    """The session is not where this would be allowed."""

    code = "panel_status"


class NoVote(Refusal):
    """Nobody votes on his own household or kin."""

    code = "no_vote_on_kin"


@room.atomic
def open_session(
    *,
    actor: Actor,
    at: datetime,
    on: date,
    village_id: UUID,
    code: str,
    household_ids: Collection[UUID],
    evaluators: Mapping[str, Collection[UUID]],
) -> PanelSession:
    """
    Open a session over some households of one village.

    :param evaluators: each one's code, with the households that are his own or his kin's
    :raises Invalid: for too few evaluators, a household of another village, or a code in use
    """
    require(actor, Permission.PANEL_MANAGE)
    village = Village.objects.filter(pk=village_id).first()
    if village is None:
        raise NotFound.of(_("Village"), village_id)
    scale = PanelScale.objects.filter(effective_from__lte=on).order_by("-effective_from").first()
    if scale is None:
        raise NotFound.of(_("Panel scale"), on)
    homes = list(Household.objects.filter(pk__in=household_ids, village=village))
    _check(code, scale, homes, household_ids, evaluators)
    session: PanelSession = PanelSession.objects.create(
        code=code, village=village, scale=scale, opened_on=on, opened_by=actor.name
    )
    PanelHousehold.objects.bulk_create(
        [PanelHousehold(session=session, household=home) for home in homes]
    )
    for name, kin in sorted(evaluators.items()):
        evaluator = Evaluator.objects.create(session=session, code=name)
        Recusal.objects.bulk_create(
            [Recusal(evaluator=evaluator, household=home) for home in homes if home.pk in kin]
        )
    changes = {"households": len(homes), "evaluators": len(evaluators)}
    audit.record(actor=actor, at=at, action="panel.open", subject=session, changes=changes)
    return session


@room.atomic
def cast(*, actor: Actor, at: datetime, submission_id: UUID) -> Ballot:
    """
    Count an accepted ballot form F6; once, however often it is asked.

    :raises PanelNotOpen: if the session is over
    :raises NoVote: if the evaluator may not vote on this household
    :raises Invalid: for an unknown session, evaluator or household, or a second vote
    """
    require(actor, Permission.PANEL_MANAGE)
    submission = Submission.objects.filter(pk=submission_id).first()
    if submission is None:
        raise NotFound.of(_("Submission"), submission_id)
    known: Ballot | None = Ballot.objects.filter(submission=submission).first()
    if known is not None:
        return known
    answers = submission.answers
    session = PanelSession.objects.for_update().filter(code=answers["panel_session"]).first()
    evaluator = Evaluator.objects.filter(session=session, code=answers["evaluator_code"]).first()
    home = submission.household
    if session is None or evaluator is None or home is None or not _asked(session, home):
        expected = _("a household, a session that is asked about it, and one of its evaluators")
        errors = [FieldError("/panel_session", answers["panel_session"][:40], expected)]
        raise Invalid(gettext_lazy("The ballot belongs to no session"), errors=errors)
    if session.status != PanelStatus.OPEN:
        raise PanelNotOpen(gettext_lazy("The session is over"))
    if Recusal.objects.filter(evaluator=evaluator, household=home).exists():
        raise NoVote(gettext_lazy("Nobody votes on his own household or kin"))
    if Ballot.objects.filter(session=session, household=home, evaluator=evaluator).exists():
        errors = [FieldError("/evaluator_code", evaluator.code, _("one vote a household"))]
        raise Invalid(gettext_lazy("This evaluator has voted on this household"), errors=errors)
    ballot: Ballot = Ballot.objects.create(
        session=session,
        household=home,
        evaluator=evaluator,
        submission=submission,
        cast_at=submission.finalized_at or submission.received_at,
        **_marks(answers),
    )
    # What was voted stays out of the trail: an auditor reads it when the session is over.
    audit.record(actor=actor, at=at, action="panel.cast", subject=session)
    return ballot


@room.atomic
def close(*, actor: Actor, at: datetime, on: date, session_id: UUID) -> list[PanelResult]:
    """
    End the voting and grade every household.

    :raises PanelNotOpen: if the session is over
    """
    require(actor, Permission.PANEL_MANAGE)
    session = _in_status(session_id, PanelStatus.OPEN)
    scale = session.scale.as_rule()
    until = add_months(on, session.scale.valid_months)
    results = []
    for asked in PanelHousehold.objects.filter(session=session).select_related("household"):
        cast_on = Ballot.objects.filter(session=session, household=asked.household)
        found = verdict([ballot.as_rule() for ballot in cast_on], scale)
        results.append(
            PanelResult(
                session=session,
                household=asked.household,
                outcome=found.outcome.value,
                counted=found.counted,
                abstained=found.abstained,
                score=found.score,
                grade=found.grade,
                is_lendable=found.is_lendable,
                veto=found.veto.value if found.veto else "",
                decided_on=on,
                valid_until=until,
            )
        )
    PanelResult.objects.bulk_create(results)
    session.move_to(PanelStatus.CLOSED)
    session.closed_on = on
    session.save(update_fields=["status", "closed_on"])
    changes = {"households": len(results)}
    audit.record(actor=actor, at=at, action="panel.close", subject=session, changes=changes)
    return results


@room.atomic
def notify(*, actor: Actor, at: datetime, on: date, session_id: UUID) -> PanelSession:
    """Note that the households have been told their own result."""
    require(actor, Permission.PANEL_MANAGE)
    session = _in_status(session_id, PanelStatus.CLOSED)
    session.move_to(PanelStatus.NOTIFIED)
    session.notified_on = on
    session.save(update_fields=["status", "notified_on"])
    audit.record(actor=actor, at=at, action="panel.notify", subject=session)
    return session


@room.atomic
def publish(*, actor: Actor, at: datetime, on: date, session_id: UUID) -> PanelSession:
    """
    Publish who is lendable and who is not, and nothing else, after the days of notice.

    :raises PanelNotOpen: before the notice has run out
    """
    require(actor, Permission.PANEL_MANAGE)
    session = _in_status(session_id, PanelStatus.NOTIFIED)
    told_on = session.notified_on or on
    earliest = told_on + timedelta(days=session.scale.notice_days)
    if on < earliest:
        message = gettext_lazy("The list may be published from %(day)s")
        raise PanelNotOpen(message % {"day": earliest.isoformat()})
    session.move_to(PanelStatus.PUBLISHED)
    session.published_on = on
    session.save(update_fields=["status", "published_on"])
    audit.record(actor=actor, at=at, action="panel.publish", subject=session)
    return session


def _marks(answers: Mapping[str, str]) -> dict[str, object]:
    if not answers["knows"]:
        return {"is_known": False}
    veto = answers.get("veto", "none")
    return {
        "is_known": True,
        "character": int(answers["character"]),
        "diligence": int(answers["diligence"]),
        "harmony": int(answers["family_harmony"]),
        "rumour": answers["debt_rumour"],
        "suggested_cap": answers.get("cap_band", ""),
        "veto": "" if veto == "none" else veto,
        "has_evidence": bool(answers.get("veto_evidence")),
    }


def _asked(session: PanelSession, home: Household) -> bool:
    return PanelHousehold.objects.filter(session=session, household=home).exists()


def _check(
    code: str,
    scale: PanelScale,
    homes: Sequence[Household],
    household_ids: Collection[UUID],
    evaluators: Mapping[str, Collection[UUID]],
) -> None:
    errors = []
    if not code.strip() or len(code) > 40 or PanelSession.objects.filter(code=code).exists():
        errors.append(FieldError("/code", code[:60], _("a free code of 1 to 40 characters")))
    if not homes or len(homes) != len(set(household_ids)):
        expected = _("households of this village")
        errors.append(FieldError("/households", str(len(set(household_ids))), expected))
    if len(evaluators) < scale.min_ballots:
        expected = _("at least %d evaluators") % scale.min_ballots
        errors.append(FieldError("/evaluators", str(len(evaluators)), expected))
    if errors:
        raise Invalid(gettext_lazy("The panel session does not fit"), errors=errors)


def _in_status(session_id: UUID, status: PanelStatus) -> PanelSession:
    session = (
        PanelSession.objects.for_update()
        .filter(pk=session_id)
        .select_related("scale", "village")
        .first()
    )
    if session is None:
        raise NotFound.of(_("Panel session"), session_id)
    if session.status != status:
        raise PanelNotOpen(
            gettext_lazy("The session's status is: %(status)s")
            % {"status": session.get_status_display()}
        )
    return session
