"""Keeping what was known of a subject, as it was."""

import re
from collections.abc import Mapping
from datetime import date, datetime

from django.utils.translation import gettext as _

from scoring.models import FeatureSnapshot
from scoring.rules.canonical import sha256
from tenancy import room
from tenancy.actors import Actor
from tenancy.errors import FieldError, Invalid
from tenancy.permissions import Permission, require

MAX_FEATURES = 500
MAX_CHARACTERS = 200
# No dot: `request.amount` in a policy is always the request's, never a feature's.
_NAME = re.compile(r"[^\W\d][\w\-]{0,59}")


@room.atomic
def take(
    *,
    actor: Actor,
    at: datetime,
    subject_type: str,
    subject_id: str,
    values: Mapping[str, str | None],
    as_of: date,
    source: str,
) -> FeatureSnapshot:
    """
    Write down the features of a subject as of a date: decimal strings, categories or null.

    :raises Invalid: if a name or a value is of another shape, or if there are more than 500
    """
    require(actor, Permission.APPLICATION_ASSESS)
    _check(values)
    kept = dict(values)
    return FeatureSnapshot.objects.create(
        subject_type=subject_type,
        subject_id=subject_id,
        as_of=as_of,
        taken_at=at,
        source=source,
        values=kept,
        sha256=sha256(kept),
    )


def _check(values: Mapping[str, str | None]) -> None:
    if len(values) > MAX_FEATURES:
        raise Invalid(
            _("%(count)d features, at most %(most)d")
            % {"count": len(values), "most": MAX_FEATURES}
        )
    errors = [
        FieldError(f"/values/{name}", repr(value)[:80], "a decimal string, a category or null")
        for name, value in values.items()
        if not _fits(name, value)
    ]
    if errors:
        message = _("Feature %(name)s is not a decimal string, a category or nothing")
        raise Invalid(
            message % {"name": errors[0].pointer.removeprefix("/values/")}, errors=errors
        )


def _fits(name: object, value: object) -> bool:
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        return False
    # PostgreSQL's jsonb has no NUL.
    return value is None or (
        isinstance(value, str) and len(value) <= MAX_CHARACTERS and "\x00" not in value
    )
