"""Whether a submission can be accepted, and what is odd about it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

from django.utils.translation import gettext as _

from rural.actions import wording
from rural.actions.enterprises import CROP_FORM
from rural.models import AttachmentUse, FormDefinition, Household, Village
from rural.queries import choices, forms, land
from rural.queries.intake import Limits
from rural.rules.forms import checking
from rural.rules.forms.definitions import Form
from rural.rules.forms.findings import Context, Finding
from rural.rules.forms.sent import Sent, files_in
from rural.rules.images import MEDIA_TYPES
from tenancy.actors import Actor
from tenancy.errors import FieldError
from tenancy.roles import Role

# Forms about one household, which has to be known, or to come.
ABOUT_A_HOUSEHOLD = frozenset({"F2", "F3", "F6"})
HOUSEHOLD_FORM = "F1"


@dataclass(slots=True)
class Judgement:
    """What a submission was found to be; without errors it is accepted."""

    definition: FormDefinition | None = None
    form: Form | None = None
    household: Household | None = None
    village: Village | None = None
    is_held: bool = False
    errors: list[FieldError] = field(default_factory=list)
    flags: list[str] = field(default_factory=list)


def judge(*, actor: Actor, at: datetime, on: date, sent: Sent, limits: Limits) -> Judgement:
    """
    Check everything about a submission that does not need a lock.

    Oddities are flags, not errors: what somebody entered far from any network must not be lost
    because his clock is wrong.
    """
    judged = Judgement()
    _find_definition(judged, actor=actor, at=at, sent=sent, limits=limits)
    if judged.form is None:
        return judged
    _find_subject(judged, actor=actor, sent=sent)
    _check_answers(judged, judged.form, actor=actor, on=on, sent=sent)
    judged.errors += bad_attachments(sent, limits)
    judged.flags += _odd_times(sent, at=at, limits=limits)
    if not judged.errors:
        judged.flags += _odd_beside_others(judged, sent)
    if sent.start_gps.get("accuracy") == "0":
        judged.flags.append("mock_gps")
    # The engine says so of a place in the answers too.
    judged.flags = list(dict.fromkeys(judged.flags))
    return judged


def _find_definition(
    judged: Judgement, *, actor: Actor, at: datetime, sent: Sent, limits: Limits
) -> None:
    row = (
        FormDefinition.objects.published()
        .filter(code=sent.form_code, version=sent.form_version)
        .first()
    )
    version = f"{sent.form_code[:20]} v{sent.form_version}"
    if row is None:
        expected = _("a version of a form that was published here")
        judged.errors.append(FieldError("/form_version", version, expected))
        return
    judged.definition, form = row, forms.parsed(row)
    if not form.is_for(actor.role):
        judged.errors.append(FieldError("/form_code", version, _("a form for your role")))
        return
    judged.form = form
    expiry = forms.expires_at(row, limits.old_version)
    if expiry is not None:
        judged.flags.append("old_version")
        if expiry < at:
            expected = _("a version that is still accepted; this one was until %s")
            ended = expected % expiry.date().isoformat()
            judged.errors.append(FieldError("/form_version", version, ended))


def _find_subject(judged: Judgement, *, actor: Actor, sent: Sent) -> None:
    household_id = sent.household_id
    if household_id is not None:
        judged.household = (
            Household.objects.select_related("village").filter(pk=household_id).first()
        )
    _find_village(judged, actor=actor, sent=sent)
    needs = sent.form_code in ABOUT_A_HOUSEHOLD
    is_new = sent.form_code == HOUSEHOLD_FORM and household_id in (None, sent.root_uuid)
    if needs and household_id is None:
        judged.errors.append(FieldError("/subject", sent.subject[:40], _("the id of a household")))
    elif judged.household is None and household_id is not None and not is_new:
        judged.is_held = sent.form_code == HOUSEHOLD_FORM or needs
    if judged.household is not None and sent.base_version > judged.household.version:
        judged.flags.append("base_ahead")
    if (
        actor.role == Role.AGENT
        and judged.household is not None
        and sent.form_code == HOUSEHOLD_FORM
    ):
        expected = _("nothing: an agent does not alter what was sent in")
        judged.errors.append(FieldError("/subject", sent.subject[:40], expected))


def _find_village(judged: Judgement, *, actor: Actor, sent: Sent) -> None:
    """By the answers, else by the household; an agent's own only."""
    code = sent.answers.get("village")
    if isinstance(code, str):
        judged.village = Village.objects.filter(code=code).first()
    elif judged.household is not None:
        judged.village = judged.household.village
    home = judged.household.village if judged.household else None
    for village in {judged.village, home}:
        if village is not None and not choices.may_work_in(actor, village):
            judged.errors.append(FieldError("/subject", village.code, _("one of your villages")))


def _check_answers(judged: Judgement, form: Form, *, actor: Actor, on: date, sent: Sent) -> None:
    known = frozenset({judged.village.code} if judged.village else ())
    today = sent.finalized_at.date() if sent.finalized_at else on
    context = Context(
        role=actor.role,
        today=today,
        finalized_at=sent.finalized_at,
        lists={**choices.lists(actor, today), "villages": known},
        may_be_masked=judged.household is not None,
    )
    found = checking.check(form, sent.answers, context)
    judged.errors += wording.field_errors(found.errors)
    judged.flags += [_flag(warning) for warning in found.warnings]


def _flag(warning: Finding) -> str:
    return "mock_gps" if warning.rule == "mock" else f"{warning.rule}:{warning.pointer}"


def bad_attachments(sent: Sent, limits: Limits) -> Iterator[FieldError]:
    """Give what is wrong with the files that a submission announces."""
    if len(sent.attachments) > limits.attachments:
        expected = _("at most %s files") % limits.attachments
        yield FieldError("/attachments", str(len(sent.attachments)), expected)
    allowed = sorted(MEDIA_TYPES.values())
    for place, each in enumerate(sent.attachments):
        at = f"/attachments/{place}"
        if each.media_type not in allowed:
            yield FieldError(f"{at}/media_type", each.media_type[:40], ", ".join(allowed))
        if not 0 < each.size <= limits.image_bytes:
            expected = _("1 to %s bytes") % limits.image_bytes
            yield FieldError(f"{at}/size", str(each.size)[:40], expected)
    announced = {each.sha256 for each in sent.attachments}
    for pointer, sha256 in files_in(sent.answers):
        if sha256 not in announced:
            expected = _("a file that is announced in attachments")
            yield FieldError(f"/answers{pointer}/sha256", sha256[:64], expected)


def _odd_times(sent: Sent, *, at: datetime, limits: Limits) -> Iterator[str]:
    ends = (sent.started_at, sent.finalized_at, sent.sent_at)
    is_ahead = any(moment is not None and moment - at > limits.clock for moment in ends)
    is_behind = sent.sent_at is not None and at - sent.sent_at > limits.clock
    started, finalized = sent.started_at, sent.finalized_at
    if is_ahead or is_behind or (started and finalized and started > finalized):
        yield "clock"
    # By the device's own clock where it says what that is: a wrong one makes nothing late.
    now = sent.sent_at or at
    if finalized is not None and now - finalized > limits.late:
        yield "late"


def _odd_beside_others(judged: Judgement, sent: Sent) -> Iterator[str]:
    """Give what is odd only because of what others have sent; never who they are."""
    if sent.form_code == HOUSEHOLD_FORM and judged.village is not None:
        household_id = sent.household_id or sent.root_uuid
        yield from land.odd_parcels(sent.answers, judged.village, household_id)
    elif sent.form_code == CROP_FORM and judged.household is not None:
        yield from land.photos_off_land(sent.answers, judged.household)
    if _has_others_photo(judged, sent):
        yield "photo_again"


def _has_others_photo(judged: Judgement, sent: Sent) -> bool:
    """Whether one of its pictures, byte for byte, came with a form about somebody else."""
    announced = [each.sha256 for each in sent.attachments]
    used = AttachmentUse.objects.filter(attachment__sha256__in=announced)
    about = str(sent.household_id or sent.root_uuid)
    return used.exclude(submission__household=about).exclude(submission__subject=about).exists()
