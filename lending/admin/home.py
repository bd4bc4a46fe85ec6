"""The home page: the assembly line (S-44) and the book, each figure a step from its list."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from lending.admin.charts import bars
from lending.models import Application, PaymentOrder, PaymentStatus, RailMessage
from lending.models.application import STAGES
from lending.queries import pipeline, portfolio
from lending.rules.stages import PAUSED, WAITING_FOR_PARTNER
from tenancy.admin.access import allowed, business_date
from tenancy.permissions import Permission
from tenancy.templatetags.figures import local

STUCK_SHOWN = 8
DAYS_DRAWN = 60


def dashboard(request: HttpRequest) -> dict[str, Any]:
    """Return the parts of the home page that the person's role may see."""
    parts: list[str] = []
    context: dict[str, Any] = {"home_parts": parts, "list_url": "", "title": _("Home")}
    if allowed(request, Permission.APPLICATION_VIEW):
        parts.append("lending/home_line.html")
        context |= _line()
    if allowed(request, Permission.LOAN_VIEW):
        parts.append("lending/home_book.html")
        context |= _book(request)
    return context


def _line() -> dict[str, Any]:
    now, names = timezone.now(), dict(STAGES)
    queue = reverse("admin:lending_application_changelist")
    figures = pipeline.stages(at=now)
    return {
        "stages": [
            {
                "figures": each,
                "name": names[each.stage.value],
                "is_paused": each.stage in PAUSED,
                "is_with_bank": each.stage in WAITING_FOR_PARTNER,
                "returned": None if each.returned_share is None else each.returned_share * 100,
                "risk": list(zip(_risk_names(), each.risk, strict=True)),
                "url": f"{queue}?stage__exact={each.stage.value}",
                "late_url": f"{queue}?stage__exact={each.stage.value}&clock=overdue",
            }
            for each in figures
        ],
        "outcomes": [
            (names[stage], count, f"{queue}?stage__exact={stage}")
            for stage, count in pipeline.outcomes(at=now).items()
        ],
        "stuck": [_stuck(row) for row in pipeline.stuck(at=now, limit=STUCK_SHOWN).rows],
        "stuck_url": f"{queue}?clock=overdue",
        "load": pipeline.officer_load(at=now),
        "full_load": pipeline.FULL_LOAD,
        "queue_url": queue,
    }


def _risk_names() -> list[str]:
    first, *_between, last = pipeline.RISK_BANDS
    between = [
        f"{low}–{high - 1}"
        for low, high in zip(pipeline.RISK_BANDS, pipeline.RISK_BANDS[1:], strict=False)
    ]
    return [_("no score"), f"< {first}", *between, f"≥ {last}"]


def _stuck(row: Application) -> dict[str, Any]:
    first = row.reasons[0] if row.reasons else {}
    return {"row": row, "reason": local(first.get("text"))}


def _book(request: HttpRequest) -> dict[str, Any]:
    on = business_date(request)
    days = portfolio.flow(on=on, days=DAYS_DRAWN)
    context: dict[str, Any] = {
        "books": portfolio.portfolios(on=on),
        "flow_chart": bars(
            [f"{day:%m-%d}" for day, _out, _back in days],
            (_("Disbursed"), [out for _day, out, _back in days], "--color-primary-600"),
            (_("Repaid"), [back for _day, _out, back in days], "--color-base-400"),
        )
        if days
        else None,
    }
    if allowed(request, Permission.PAYMENT_VIEW):
        waiting = [PaymentStatus.PENDING, PaymentStatus.SENT]
        context["set_aside"] = RailMessage.objects.filter(disposition="SET_ASIDE").count()
        context["unanswered"] = PaymentOrder.objects.filter(status__in=waiting).count()
    return context
