"""What the main job came to, for people and for scripts."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import Any

from django.db.models import Sum

from lending.models import Application, EventKind, LoanEvent, LoanPosition, LoanStatus
from lending.models import Loan as LoanRow
from tenancy import room

_OUTCOMES = {
    "APPROVED": "approved",
    "ACCEPTED": "approved",
    "REFERRED": "referred",
    "DECLINED": "declined",
}
_CENT = Decimal("0.01")


def figures() -> dict[str, Any]:
    """Return the room's figures in the shape that `demo --json` prints."""
    with room.enter(room.current()):
        stages = Counter(Application.objects.values_list("stage", flat=True))
        seconds = sorted(
            (decided - submitted).total_seconds()
            for submitted, decided in Application.objects.filter(
                decided_at__isnull=False
            ).values_list("submitted_at", "decided_at")
            if decided is not None
        )
        totals = LoanPosition.objects.aggregate(
            disbursed=Sum("disbursed"), outstanding=Sum("principal")
        )
        repaid = LoanEvent.objects.filter(kind=EventKind.REPAID, reversals=None).aggregate(
            repaid=Sum("amount")
        )
        loans = Counter(LoanRow.objects.values_list("status", flat=True))
    outcomes: Counter[str] = Counter()
    for stage, count in stages.items():
        outcomes[_OUTCOMES.get(stage, stage.lower())] += count
    return {
        "applications": {
            name: outcomes[name]
            for name in sorted({"approved", "referred", "declined"} | set(outcomes))
        },
        "loans": {status.lower(): loans[status] for status in LoanStatus.values if loans[status]},
        "decision_ms": {"p50": _quantile(seconds, 0.5), "p95": _quantile(seconds, 0.95)},
        "disbursed": _money(totals["disbursed"]),
        "repaid": _money(repaid["repaid"]),
        "outstanding": _money(totals["outstanding"]),
    }


def _quantile(seconds: list[float], share: float) -> float | None:
    if not seconds:
        return None
    return round(1000 * seconds[min(len(seconds) - 1, int(share * len(seconds)))], 1)


def _money(amount: Decimal | None) -> str:
    return str((amount or Decimal(0)).quantize(_CENT))
