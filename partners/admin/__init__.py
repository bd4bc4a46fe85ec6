"""What staff see of the partner banks, and what the banks' own people see."""

from partners.admin import (
    agreements,
    approvals,
    banks,
    calls,
    placements,
    reconciliation,
    routings,
    rules,
    settlements,
)

__all__ = [
    "agreements",
    "approvals",
    "banks",
    "calls",
    "placements",
    "reconciliation",
    "routings",
    "rules",
    "settlements",
]
