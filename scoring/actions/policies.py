"""Putting a decision table into force."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db.models import Max
from django.utils.translation import gettext as _

from scoring.models import Policy, PolicyStatus
from scoring.rules.canonical import NotCanonical, sha256
from scoring.rules.cells import InvalidPolicy
from scoring.rules.policy import load
from scoring.rules.policy_checks import Finding, findings
from tenancy import room
from tenancy.actions import audit
from tenancy.actors import Actor
from tenancy.errors import FieldError, Refusal
from tenancy.permissions import Permission, require


class UnfitPolicy(Refusal):
    """The table is malformed, has a gap, a rule that can never speak or an unknown column."""

    code = "policy_unfit"
    status = 422


def check(table: dict[str, Any], features: Collection[str] | None = None) -> list[Finding]:
    """
    Return what is wrong or remarkable about a table, errors first; writes nothing.

    `features` are the names of the feature catalogue; None leaves columns unchecked.

    :raises UnfitPolicy: if the table cannot be read at all
    """
    try:
        sha256(table)
        found = findings(load(table), features)
    except (InvalidPolicy, NotCanonical) as problem:
        raise UnfitPolicy(
            _("The policy cannot be read: %(problem)s") % {"problem": problem}
        ) from problem
    return sorted(found, key=lambda finding: not finding.is_error)


@room.atomic
def publish(
    *,
    actor: Actor,
    at: datetime,
    name: str,
    table: dict[str, Any],
    features: Collection[str] | None = None,
) -> Policy:
    """
    Check a table and put it into force as the next version; the one before it is retired.

    Publishing again what is in force changes nothing.

    :raises UnfitPolicy: naming each gap, unreachable rule and unknown column
    """
    require(actor, Permission.POLICY_EDIT)
    errors = [finding for finding in check(table, features) if finding.is_error]
    if errors:
        raise UnfitPolicy(
            _("The policy cannot be published: %(problem)s") % {"problem": errors[0].message},
            errors=[FieldError(f"/rules/{e.rule}", e.code, e.message) for e in errors],
        )
    digest = sha256(table)
    rows = list(Policy.objects.for_update().filter(name=name, status=PolicyStatus.PUBLISHED))
    for before in rows:
        if before.sha256 == digest:
            return before
        before.status, before.retired_at = PolicyStatus.RETIRED, at
        before.save(update_fields=["status", "retired_at"])
    latest = Policy.objects.filter(name=name).aggregate(latest=Max("version"))["latest"] or 0
    published: Policy = Policy.objects.create(
        name=name,
        version=latest + 1,
        table=table,
        sha256=digest,
        published_at=at,
        published_by=actor.name,
    )
    audit.record(
        actor=actor,
        at=at,
        action="policy.publish",
        subject=published,
        changes={"version": published.version, "sha256": digest},
    )
    return published
