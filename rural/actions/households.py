"""The record of a household: made by a form, changed by forms and by an officer's choice."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection

from lending.rules.numbers import human_number
from rural.models import (
    ConflictCase,
    ConflictKind,
    Household,
    HouseholdRevision,
    Submission,
    Village,
)
from rural.rules import merging
from rural.rules.forms import personal
from rural.rules.forms.definitions import Field, Form, Type
from rural.rules.forms.distance import place
from rural.rules.forms.expressions import is_empty
from tenancy import room
from tenancy.actors import Actor

# What stands with the submission and its photos only.
NOT_RECORDED = frozenset({Type.PHOTOS, Type.SIGNATURE, Type.NOTE})
# Told apart from other uses of advisory locks.
_BIRTHS = 1_919_247_201


@dataclass(frozen=True, slots=True)
class Outcome:
    """The household that a form is about, and the case that it opened, if any."""

    household: Household | None
    case: ConflictCase | None = None
    merged: tuple[str, ...] = ()


def record(
    *, actor: Actor, at: datetime, submission: Submission, form: Form, near: datetime
) -> Outcome:
    """
    Write what a household form says into the household's record, or open a case.

    Runs in the transaction that took the submission in.

    :param near: households made since then with the same name in the same village are asked about
    """
    answers = personal.restore(submission.answers, numbers_of(submission))
    household = Household.objects.for_update().filter(pk=household_key(submission)).first()
    if household is None:
        return _make(
            actor=actor, at=at, submission=submission, form=form, answers=answers, near=near
        )
    return _change(
        actor=actor,
        at=at,
        submission=submission,
        form=form,
        answers=answers,
        household=household,
    )


def household_key(submission: Submission) -> Any:
    """Return the household's id: the subject's, or for a new one the form's own root UUID."""
    return submission.subject or submission.root_uuid


def numbers_of(row: Submission | Household | HouseholdRevision) -> dict[str, str]:
    """Return a row's personal numbers by pointer."""
    numbers: dict[str, str] = json.loads(row.numbers) if row.numbers else {}
    return numbers


def make(
    *, actor: Actor, at: datetime, submission: Submission, form: Form, answers: Mapping[str, Any]
) -> Household:
    """Make a household known by its first form."""
    recorded = recordable(form, answers)
    household = Household(
        id=submission.root_uuid,
        code=human_number("H", at.date(), submission.id),
        village=Village.objects.get(code=recorded["village"]),
        created_at=at,
        changed_at=at,
    )
    revise(household, recorded, form=form, actor=actor, at=at, submission=submission)
    return household


def revise(
    household: Household,
    changes: Mapping[str, Any],
    *,
    form: Form,
    actor: Actor,
    at: datetime,
    submission: Submission | None,
) -> None:
    """Write changed fields, given in the clear, as the household's next version."""
    current = in_the_clear(household)
    now = {name: value for name, value in {**current, **changes}.items() if not is_empty(value)}
    household.version += 1
    household.field_versions = household.field_versions | dict.fromkeys(changes, household.version)
    masked, numbers = personal.split(form, now)
    household.values, household.numbers = masked, json.dumps(numbers)
    household.changed_at = at
    _set_columns(household, now)
    household.save(force_insert=household._state.adding)
    masked, numbers = personal.split(form, changes)
    HouseholdRevision.objects.create(
        household=household,
        number=household.version,
        changes=masked,
        numbers=json.dumps(numbers),
        submission=submission,
        device_id=submission.device_id if submission else "",
        finalized_at=submission.finalized_at if submission else None,
        at=at,
        by=actor.name,
    )


def in_the_clear(household: Household) -> dict[str, Any]:
    """Return a household's record with its personal numbers."""
    return personal.restore(household.values, numbers_of(household))


def recordable(form: Form, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answers that go into the record."""
    return {
        field.name: _rows_recorded(field, answers[field.name])
        for field in form.fields()
        if field.type not in NOT_RECORDED and not is_empty(answers.get(field.name))
    }


def _rows_recorded(field: Field, value: Any) -> Any:
    hidden = {inner.name for inner in field.fields if inner.type in NOT_RECORDED}
    if not hidden:
        return value
    return [{name: row[name] for name in row if name not in hidden} for row in value]


def _make(
    *,
    actor: Actor,
    at: datetime,
    submission: Submission,
    form: Form,
    answers: Mapping[str, Any],
    near: datetime,
) -> Outcome:
    _lock_births(answers)
    rival = _rival(answers, near)
    if rival is not None:
        told, _numbers = personal.split(form, recordable(form, answers))
        names = sorted(set(rival.values) | set(told))
        case = ConflictCase.objects.create(
            kind=ConflictKind.NEAR_DUPLICATE,
            submission=submission,
            household=rival,
            fields={
                name: {"base": None, "current": rival.values.get(name), "incoming": told.get(name)}
                for name in names
                if rival.values.get(name) != told.get(name)
            },
            opened_at=at,
            opened_by=actor.name,
        )
        return Outcome(None, case)
    household = make(actor=actor, at=at, submission=submission, form=form, answers=answers)
    return Outcome(household)


def _lock_births(answers: Mapping[str, Any]) -> None:
    """Two forms about one family at one moment: the second waits, and sees the first."""
    with connection.cursor() as cursor:
        for key in sorted((str(answers.get("id_no")), str(answers.get("village")))):
            cursor.execute(
                "SELECT pg_advisory_xact_lock(%s, hashtext(%s))",
                [_BIRTHS, f"{room.current()}:{key}"],
            )


def _rival(answers: Mapping[str, Any], near: datetime) -> Household | None:
    """The household that this one perhaps is: the same head, or name and village lately."""
    same_head = Household.objects.with_number("id_number", str(answers.get("id_no") or ""))
    namesake = Household.objects.filter(
        head_name=answers.get("head_name"),
        village__code=answers.get("village"),
        created_at__gte=near,
    )
    return same_head.for_update().first() or namesake.for_update().first()


def _change(
    *,
    actor: Actor,
    at: datetime,
    submission: Submission,
    form: Form,
    answers: Mapping[str, Any],
    household: Household,
) -> Outcome:
    recorded, asked = recordable(form, answers), form.fields_for(submission.agent_role)
    incoming = {
        field.name: _unmasked(recorded.get(field.name), household, field.name)
        for field in form.fields()
        if field.name in asked and field.type not in NOT_RECORDED
    }
    later = list(household.revisions.filter(number__gt=submission.base_version).order_by("number"))
    merged = merging.merge(
        base=at_version(household, submission.base_version),
        current=in_the_clear(household),
        incoming=incoming,
        changed_by_others=_changed(r for r in later if not _is_own(r, submission)),
        superseded=_changed(r for r in later if _is_later(r, submission)),
        money=frozenset(field.name for field in form.fields() if field.holds_money),
    )
    _keep_heads_apart(household, merged)
    if merged.changes:
        revise(household, merged.changes, form=form, actor=actor, at=at, submission=submission)
    case = None
    if merged.clashes:
        case = ConflictCase.objects.create(
            kind=ConflictKind.SAME_FIELD,
            submission=submission,
            household=household,
            fields=_clashes(form, merged),
            opened_at=at,
            opened_by=actor.name,
        )
    return Outcome(household, case, tuple(sorted(merged.kept)))


def _unmasked(value: Any, household: Household, name: str) -> Any:
    """A number that came back as it was shown is the number that was shown."""
    known = numbers_of(household)
    if isinstance(value, str) and personal.MASK in value:
        return known.get(f"/{name}", value)
    if isinstance(value, list):
        return [_unmasked_row(row, known) if isinstance(row, dict) else row for row in value]
    return value


def _unmasked_row(row: Mapping[str, Any], known: Mapping[str, str]) -> dict[str, Any]:
    # Rows move: a number is known by what was shown of it, not by its place.
    shown = {personal.masked(number): number for number in known.values()}
    return {
        name: shown.get(value, value)
        if isinstance(value, str) and personal.MASK in value
        else value
        for name, value in row.items()
    }


def at_version(household: Household, version: int) -> dict[str, Any]:
    """Return the record as it was at a version, with its personal numbers."""
    was: dict[str, Any] = {}
    for revision in household.revisions.filter(number__lte=version).order_by("number"):
        was |= personal.restore(revision.changes, numbers_of(revision))
    return was


def _changed(revisions: Iterable[HouseholdRevision]) -> frozenset[str]:
    return frozenset(name for revision in revisions for name in revision.changes)


def _is_own(revision: HouseholdRevision, submission: Submission) -> bool:
    return bool(submission.device_id) and revision.device_id == submission.device_id


def _is_later(revision: HouseholdRevision, submission: Submission) -> bool:
    """Whether the same device changed it after this form, which only arrived late."""
    return (
        _is_own(revision, submission)
        and revision.finalized_at is not None
        and submission.finalized_at is not None
        and revision.finalized_at > submission.finalized_at
    )


def _keep_heads_apart(household: Household, merged: merging.Merge) -> None:
    """Another household's head can't become this one's by an edit: that is a clash."""
    number = merged.changes.get("id_no")
    if not number:
        return
    if Household.objects.with_number("id_number", number).exclude(pk=household.pk).exists():
        current = in_the_clear(household).get("id_no")
        merged.clashes["id_no"] = merging.Clash(current, current, merged.changes.pop("id_no"))


def _clashes(form: Form, merged: merging.Merge) -> dict[str, Any]:
    """Return the clashes as a case keeps them: personal numbers masked."""
    sides = {}
    for side in ("base", "current", "incoming"):
        values_of = {name: getattr(clash, side) for name, clash in merged.clashes.items()}
        sides[side], _numbers = personal.split(form, values_of)
    return {
        name: {side: sides[side].get(name) for side in sides} for name in sorted(merged.clashes)
    }


def _set_columns(household: Household, record_: Mapping[str, Any]) -> None:
    household.head_name = str(record_.get("head_name", household.head_name))
    household.group = str(record_.get("group", ""))
    village = record_.get("village")
    if village and village != household.village.code:
        household.village = Village.objects.get(code=village)
    household.set_numbers(
        {"id_number": record_.get("id_no", ""), "phone": record_.get("phone", "")}
    )
    point = record_.get("dwelling_gps")
    where = place(point) if isinstance(point, Mapping) else None
    if where is not None and isinstance(point, Mapping):
        household.latitude = Decimal(point["lat"]).quantize(Decimal("1E-6"))
        household.longitude = Decimal(point["lon"]).quantize(Decimal("1E-6"))
