"""Drafting, editing and publishing the forms of field work."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rural.models import DefinitionStatus, FormDefinition, IntakeRule
from rural.rules.forms import content, lint
from tenancy import room
from tenancy.actions import audit
from tenancy.actors import Actor
from tenancy.errors import FieldError, Invalid, NotFound, Refusal
from tenancy.permissions import Permission, require
from tenancy.roles import Role

_HERE = Path(__file__).resolve().parent.parent
FORMS = _HERE / "forms"
# What bundled forms said before, by the hash of all but the version.
EARLIER = FORMS / "earlier.json"
INTAKE = _HERE / "rulesets" / "intake.json"
# Whoever can send a form in can be named in one.
ROLES = frozenset({Role.OFFICER.value, Role.SUPERVISOR.value, Role.AGENT.value})


class DraftExists(Refusal):
    """The form is already being edited."""

    code = "form_draft_exists"


class AlreadyPublished(Refusal):
    """A published version is frozen."""

    code = "form_published"


@room.atomic
def adopt(*, actor: Actor, at: datetime) -> int:
    """
    Take over the bundled forms and intake rules; return how many were new.

    Repeating is harmless: a form that the tenant has made his own, or is editing, stays his. One
    that stands as it was bundled before gets the bundled one as its next version.
    """
    require(actor, Permission.FORM_PUBLISH)
    bundled = [_read(path) for path in sorted(FORMS.glob("F*.json"))]
    earlier = _read(EARLIER)
    new = [each for each in bundled if _is_news(each, earlier.get(each["code"], []))]
    for definition in new:
        version = draft(actor=actor, at=at, definition=definition)
        publish(actor=actor, at=at, definition_id=version.pk)
    return len(new) + _adopt_rules(actor=actor, at=at)


def _is_news(definition: Mapping[str, Any], earlier: list[str]) -> bool:
    newest = FormDefinition.objects.filter(code=definition["code"]).order_by("version").last()
    if newest is None:
        return True
    said = content.digest({k: v for k, v in newest.definition.items() if k != "version"})
    return newest.status == DefinitionStatus.PUBLISHED and said in earlier


def _adopt_rules(*, actor: Actor, at: datetime) -> int:
    held = set(IntakeRule.objects.values_list("code", "effective_from"))
    rules = [
        IntakeRule(
            **row
            | {
                "value": Decimal(row["value"]),
                "effective_from": date.fromisoformat(row["effective_from"]),
            }
        )
        for row in _read(INTAKE)["rules"]
    ]
    new = [rule for rule in rules if (rule.code, rule.effective_from) not in held]
    IntakeRule.objects.bulk_create(new)
    if new:
        audit.record(
            actor=actor,
            at=at,
            action="intake.adopt",
            changes={"rules": [str(rule) for rule in new]},
        )
    return len(new)


@room.atomic
def draft(*, actor: Actor, at: datetime, definition: Mapping[str, Any]) -> FormDefinition:
    """
    Begin the next version of a form; its number is set here, whatever the definition says.

    :raises Invalid: naming everything that is wrong with the definition
    :raises DraftExists: if the form has a draft already
    """
    require(actor, Permission.FORM_PUBLISH)
    checked = _checked(definition)
    code = checked["code"]
    versions = FormDefinition.objects.for_update().filter(code=code)
    if any(row.status == DefinitionStatus.DRAFT for row in versions):
        raise DraftExists(gettext_lazy("Form %s is being edited already") % code)
    checked["version"] = max((row.version for row in versions), default=0) + 1
    row = FormDefinition.objects.create(
        code=code,
        version=checked["version"],
        definition=checked,
        sha256=content.digest(checked),
        drafted_at=at,
        drafted_by=actor.name,
    )
    audit.record(actor=actor, at=at, action="form.draft", subject=row)
    return row


@room.atomic
def edit(
    *, actor: Actor, at: datetime, definition_id: UUID, definition: Mapping[str, Any]
) -> FormDefinition:
    """
    Exchange the content of a draft; code and version stay.

    :raises NotFound: if there is no such version
    :raises AlreadyPublished: if it is no longer a draft
    :raises Invalid: naming everything that is wrong with the definition
    """
    require(actor, Permission.FORM_PUBLISH)
    row = _draft(definition_id)
    checked = _checked({**definition, "code": row.code, "version": row.version})
    row.definition, row.sha256 = checked, content.digest(checked)
    row.save(update_fields=["definition", "sha256"])
    audit.record(
        actor=actor, at=at, action="form.edit", subject=row, changes={"sha256": row.sha256}
    )
    return row


@room.atomic
def publish(*, actor: Actor, at: datetime, definition_id: UUID) -> FormDefinition:
    """
    Publish a draft: devices get it with their next visit, and from now on it is frozen.

    The version before it stays accepted for as long as the intake rules say.

    :raises NotFound: if there is no such version
    :raises AlreadyPublished: if it is no longer a draft
    """
    require(actor, Permission.FORM_PUBLISH)
    row = _draft(definition_id)
    _checked(row.definition)
    row.status, row.published_at, row.published_by = DefinitionStatus.PUBLISHED, at, actor.name
    row.save(update_fields=["status", "published_at", "published_by"])
    audit.record(
        actor=actor, at=at, action="form.publish", subject=row, changes={"sha256": row.sha256}
    )
    return row


def _draft(definition_id: UUID) -> FormDefinition:
    row = FormDefinition.objects.for_update().filter(pk=definition_id).first()
    if row is None:
        raise NotFound.of(gettext_lazy("Form"), definition_id)
    if row.status != DefinitionStatus.DRAFT:
        raise AlreadyPublished(gettext_lazy("%s is published and can't change") % row)
    return row


def _checked(definition: Mapping[str, Any]) -> dict[str, Any]:
    problems = lint.problems(definition, roles=ROLES)
    if problems:
        raise Invalid(
            gettext_lazy("The form's definition does not fit"),
            errors=[
                FieldError(problem.pointer, problem.value, _expected(problem.rule))
                for problem in problems
            ],
        )
    return dict(definition)


def _expected(rule: str) -> str:
    """Say in words what the linter's rule asks for."""
    words = {
        "object": _("an object"),
        "missing": _("a value"),
        "version": _("a whole number from 1"),
        "section": _("a section with a list of fields"),
        "type": _("one of the types of fields"),
        "fields": _("a list of fields in a repeat, none elsewhere, no repeat in a repeat"),
        "number": _("a decimal in quotation marks"),
        "whole": _("a whole number from 0"),
        "pattern": _("a regular expression"),
        "choices": _("either choices or the name of a list"),
        "choice": _("a value with a label"),
        "repeated": _("each only once"),
        "name": _("the name of a field"),
        "expression": _("an expression"),
        "operator": _("a known operator with as many operands as it takes"),
        "list": _("a list of values"),
        "member": _("nothing of this name"),
        "identifier": _("small letters, digits and underscores"),
        "words": _("words in Chinese (zh) and English (en)"),
        "roles": _("roles that send forms in"),
    }
    return words[rule]


def _read(path: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return loaded
