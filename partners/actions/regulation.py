"""Funding rules: adopted from files that name their sources, changed only by two people."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lending.models.regulation import Severity
from partners.models import FundingRule, Operator
from partners.rules.regulation import Breach, blocking, check
from tenancy import room
from tenancy.actions import approvals, audit
from tenancy.actors import Actor
from tenancy.errors import FieldError, Invalid, NotFound, Refusal
from tenancy.models import ApprovalRequest
from tenancy.permissions import Permission, require

RULE_SETS = Path(__file__).resolve().parent.parent / "rulesets"
CHANGE = "partners.change_rule"


class FundingRuleBroken(Refusal):
    """A funding rule in force forbids this; the refusal names it and its source."""

    code = "funding_rule"
    status = 422


@room.atomic
def adopt(*, actor: Actor, at: datetime, jurisdiction: str) -> int:
    """
    Load a jurisdiction's funding rules; return how many were new.

    Repeating is harmless. A rule that the tenant already has is left alone: what a placement
    was checked against must not change under it.

    :param jurisdiction: ISO 3166 alpha-2, such as "CN"
    :raises NotFound: if no rule set is bundled for the jurisdiction
    """
    require(actor, Permission.REGULATION_CHANGE)
    path = RULE_SETS / f"{jurisdiction.lower()}.json"
    if not jurisdiction.isalpha() or not path.is_file():
        raise NotFound.of(gettext_lazy("Rule set"), jurisdiction)
    held = set(
        FundingRule.objects.filter(jurisdiction=jurisdiction.upper()).values_list(
            "code", "metric", "operator", "applies_to", "effective_from"
        )
    )
    content = json.loads(path.read_text(encoding="utf-8"))
    rows = [_rule({**row, "jurisdiction": content["jurisdiction"]}) for row in content["rules"]]
    new = [
        row
        for row in rows
        if (row.code, row.metric, row.operator, row.applies_to, row.effective_from) not in held
    ]
    FundingRule.objects.bulk_create(new)
    if new:
        audit.record(
            actor=actor,
            at=at,
            action="funding_rules.adopt",
            subject=jurisdiction,
            changes={"rules": [f"{rule.code} {rule.metric}" for rule in new]},
        )
    return len(new)


@room.atomic
def propose(
    *,
    actor: Actor,
    at: datetime,
    on: date,
    rule_id: UUID,
    changes: Mapping[str, str],
    reason: str,
) -> ApprovalRequest:
    """
    Ask for a rule to be changed; nothing changes before somebody else approves.

    The rule in force gets its last day, and a row with the new values begins on the next.

    :param on: the business date; a change begins after it
    :param changes: `effective_from` and what is new:
        `threshold`, `severity`, `operator`, `legal_ref`, `source`, `verified_by`,
        `verified_on`, `effective_to`, as text
    :raises NotFound: if there is no such rule
    :raises Invalid: naming what does not fit
    """
    require(actor, Permission.REGULATION_CHANGE)
    rule = FundingRule.objects.filter(pk=rule_id).first()
    if rule is None:
        raise NotFound.of(gettext_lazy("Funding rule"), rule_id)
    _successor(rule, changes, on)
    return approvals.request(
        actor=actor,
        at=at,
        kind=CHANGE,
        subject=rule,
        title=f"{rule.code}: {rule.metric}",
        payload=dict(changes),
        reason=reason,
    )


@room.atomic
def change(*, actor: Actor, at: datetime, on: date, request_id: UUID) -> FundingRule:
    """
    Put an approved change into force, as its second person; return the new row.

    :raises approvals.NotApproved: if the request is not an approved change of a rule
    :raises Invalid: if the day on which it was to begin has come meanwhile
    """
    require(actor, Permission.REGULATION_CHANGE)
    request = approvals.approved(request_id=request_id, kind=CHANGE)
    done = FundingRule.objects.filter(approval=request).first()
    if done is not None:
        return done
    rule = FundingRule.objects.for_update().get(pk=request.subject_id)
    new = _successor(rule, request.payload, on)
    rule.effective_to = date.fromordinal(new.effective_from.toordinal() - 1)
    rule.save(update_fields=["effective_to"])
    new.approval = request
    new.save(force_insert=True)
    audit.record(
        actor=actor,
        at=at,
        action="funding_rule.change",
        subject=new,
        changes={"before": str(rule.pk), **request.payload},
        reason=request.reason,
    )
    return new


def breaches(
    measured: Mapping[str, Decimal],
    *,
    jurisdiction: str,
    model: str,
    kinds: Collection[str],
    on: date,
) -> tuple[Breach, ...]:
    """Return the rules in force that what was measured breaks."""
    rules = FundingRule.objects.in_force(on).filter(
        jurisdiction=jurisdiction, metric__in=list(measured)
    )
    return check(rules, measured, jurisdiction=jurisdiction, model=model, kinds=kinds, on=on)


def require_kept(found: Collection[Breach]) -> None:
    """
    Pass what breaks no rule that blocks.

    :raises FundingRuleBroken: naming the first rule, what it demands, what we got, its source
    """
    forbidding = blocking(found)
    if not forbidding:
        return
    first = forbidding[0]
    raise FundingRuleBroken(
        gettext_lazy("%(code)s: %(title)s") % {"code": first.code, "title": first.title},
        errors=[
            FieldError(f"/{each.metric}", str(each.got), each.expected) for each in forbidding
        ],
        rule=first.code,
        source=f"{first.legal_ref} ({first.source})",
    )


def _rule(row: Mapping[str, Any]) -> FundingRule:
    return FundingRule(
        **{
            **row,
            "threshold": Decimal(row["threshold"]),
            "effective_from": date.fromisoformat(row["effective_from"]),
            "effective_to": row["effective_to"] and date.fromisoformat(row["effective_to"]),
            "verified_on": date.fromisoformat(row["verified_on"]),
        }
    )


def _successor(rule: FundingRule, changes: Mapping[str, str], on: date) -> FundingRule:
    """Return the row that would follow a rule, not yet written."""
    errors: list[FieldError] = []
    new = FundingRule(
        **{
            name: getattr(rule, name)
            for name in (
                "code", "jurisdiction", "title", "title_zh", "applies_to", "funding_models",
                "metric", "operator", "threshold", "severity", "legal_ref", "source",
                "verified_by", "verified_on", "note",
            )
        }
    )  # fmt: skip
    readers: dict[str, Callable[[str], Any]] = {
        "title": _text,
        "title_zh": _text,
        "threshold": _number,
        "severity": _one_of(Severity.values),
        "operator": _one_of(Operator.values),
        "legal_ref": _text,
        "source": _text,
        "verified_by": _text,
        "verified_on": _day,
        "effective_from": _day,
        "effective_to": _day,
    }
    for name, value in changes.items():
        read = readers.get(name)
        if read is None:
            errors.append(FieldError(f"/{name}", value[:80], ", ".join(readers)))
            continue
        try:
            setattr(new, name, read(value))
        except (ValueError, InvalidOperation):
            errors.append(FieldError(f"/{name}", value[:80], _("a value that fits the field")))
    begins = changes.get("effective_from", "")
    if not errors and (not begins or new.effective_from <= max(rule.effective_from, on)):
        expected = _("a day after %(day)s") % {"day": max(rule.effective_from, on).isoformat()}
        errors.append(FieldError("/effective_from", begins, expected))
    if not errors and rule.effective_to is not None:
        errors.append(FieldError("/effective_to", str(rule.effective_to), _("a rule that lasts")))
    if errors:
        raise Invalid(gettext_lazy("The change does not fit"), errors=errors)
    return new


def _text(value: str) -> str:
    if not 0 < len(value.strip()) <= 300:
        raise ValueError(value)
    return value.strip()


def _number(value: str) -> Decimal:
    number = Decimal(value)
    if not number.is_finite() or abs(number) >= Decimal(10) ** 14:
        raise ValueError(value)
    return number


def _day(value: str) -> date:
    return date.fromisoformat(value)


def _one_of(known: list[str]) -> Callable[[str], str]:
    def read(value: str) -> str:
        if value not in known:
            raise ValueError(value)
        return value

    return read
