"""What staff see of the partner banks, and what the banks' own people see."""

from partners.admin import (
    agreements,
    application_card,
    approvals,
    banks,
    calls,
    loan_card,
    participations,
    placements,
    reconciliation,
    routings,
    rules,
    settlements,
)

__all__ = [
    "agreements",
    "application_card",
    "approvals",
    "banks",
    "calls",
    "loan_card",
    "participations",
    "placements",
    "reconciliation",
    "routings",
    "rules",
    "settlements",
]
