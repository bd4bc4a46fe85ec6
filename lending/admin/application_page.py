"""What an application's page shows: evidence, score, rules, offer, history, papers."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from lending.admin import cards
from lending.admin.clocks import clock_of, paused
from lending.admin.cost import cost_table
from lending.admin.papers import checklist
from lending.models import Application, CreditLine, Loan, Offer
from scoring.admin.explained import explained
from scoring.models import Decision
from scoring.queries import samples
from tenancy.admin.access import allowed, business_date
from tenancy.admin.documents import documents_of
from tenancy.permissions import Permission
from tenancy.templatetags.figures import local, number, said


def context(request: HttpRequest, row: Application) -> dict[str, Any]:
    """Return the page's parts, each only where the person's role may see it."""
    decision = _decision(row) if allowed(request, Permission.SCORE_VIEW) else None
    changes = list(row.changes.order_by("at", "pk"))
    offers = list(Offer.objects.filter(application=row).order_by("-issued_at"))
    return {
        "features": features(row.evidence, decision),
        "sources": row.evidence.get("sources", []),
        "decision": decision,
        "explained": explained(decision) if decision else None,
        "offers": offers,
        "costs": cost_table(offers[0].cost_table) if offers else None,
        "changes": changes,
        "channel": _channels().get(row.channel, row.channel),
        "clock": clock_of(row),
        "paused": paused(row, changes, at=timezone.now()),
        "lines": list(CreditLine.objects.filter(application=row)),
        "loans": list(Loan.objects.filter(line__application=row).select_related("position")),
        "papers": checklist(row, business_date(request)),
        "documents": documents_of(row) if allowed(request, Permission.DOCUMENT_VIEW) else [],
        "sees_documents": allowed(request, Permission.DOCUMENT_VIEW),
        "cards": cards.of(request, row),
        "told": [_told(reason) for reason in row.reasons],
    }


def features(evidence: Mapping[str, Any], decision: Decision | None) -> list[tuple[str, str]]:
    """Return each feature of the evidence by its label, in the order of the catalogue."""
    words = labels() | household_labels()
    if decision is not None:
        words |= {f["name"]: f["label"] for f in decision.scorecard.card["features"]}
    values = evidence.get("features", {})
    known = [name for name in words if name in values]
    others = sorted(set(values) - set(known))
    return [
        (
            local(words.get(name, name)),
            _("unknown") if values[name] is None else number(values[name]),
        )
        for name in [*known, *others]
    ]


def labels() -> dict[str, Any]:
    """Return the names of the bundled catalogue's features, in both languages."""
    return dict(_catalogue_labels())


def _channels() -> dict[str, str]:
    return {"merchants": _("Merchants"), "rural": _("Villages"), "platform": _("Platform")}


def household_labels() -> dict[str, Any]:
    """Return the names of what is known of a household, in the reader's language."""
    return {
        "capacity_limit": _("Repayment capacity"),
        "surplus_base": _("Surplus as expected"),
        "surplus_worst": _("Surplus in the worst scenario"),
        "members_n": _("Members of the household"),
    }


@cache
def _catalogue_labels() -> dict[str, Any]:
    return {row["name"]: row["label"] for row in samples.catalogue("merchant_flow")["features"]}


def _decision(row: Application) -> Decision | None:
    held = Decision.objects.select_related("scorecard", "policy", "snapshot")
    return held.filter(pk=row.decision_id).first() if row.decision_id else None


def _told(reason: Mapping[str, Any]) -> dict[str, Any]:
    """Return a reason with its sign: it helped, it cost, or it decided."""
    tone = {"+": "good", "-": "warn"}.get(str(reason.get("polarity", "")), "calm")
    return {
        "text": local(reason.get("text")),
        "points": reason.get("points"),
        "sign": reason.get("polarity", ""),
        "tone": tone,
        "detail": said(reason.get("detail", "")),
    }
