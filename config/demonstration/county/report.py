"""What the farmers' loans came to, for scripts."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import Any

from django.db.models import Sum

from lending.models import Application, Loan
from partners.models import BankDecision, Break, Placement, ReconRun, Settlement, Share
from rural.models import Assessment, Household, PanelResult, Recommendation, Visit
from tenancy import room

_CENT = Decimal("0.01")


def figures() -> dict[str, Any]:
    """Return the county's figures; each count by its word in lower case."""
    with room.enter(room.current()):
        paid_in = Share.objects.filter(component="disbursed").aggregate(
            bank=Sum("bank_part"), own=Sum("own_part")
        )
        received = Share.objects.exclude(component="disbursed").aggregate(
            bank=Sum("bank_part"), own=Sum("own_part")
        )
        return {
            "households": Household.objects.count(),
            "assessments": _counted(Assessment.objects.values_list("verdict", flat=True)),
            "applications": _counted(Application.objects.values_list("stage", flat=True)),
            "decisions": _counted(BankDecision.objects.values_list("result", flat=True)),
            "placements": _counted(Placement.objects.values_list("status", flat=True)),
            "loans": _counted(Loan.objects.values_list("status", flat=True)),
            "disbursed": {side: _money(amount) for side, amount in paid_in.items()},
            "received": {side: _money(amount) for side, amount in received.items()},
            "recommendations": {
                "made": Recommendation.objects.count(),
                "applied": Recommendation.objects.filter(application__isnull=False).count(),
            },
            "panel": _counted(PanelResult.objects.values_list("outcome", flat=True)),
            "visits": _counted(Visit.objects.values_list("status", flat=True)),
            "settlements": Settlement.objects.count(),
            "bank_files": ReconRun.objects.count(),
            "breaks": _counted(Break.objects.values_list("status", flat=True)),
        }


def _counted(words: Any) -> dict[str, int]:
    found = Counter(str(word).lower() for word in words)
    return {word: found[word] for word in sorted(found)}


def _money(amount: Decimal | None) -> str:
    return str((amount or Decimal(0)).quantize(_CENT))
