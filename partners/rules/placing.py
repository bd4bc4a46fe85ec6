"""
The life of an application before one bank: its states and the ways between them.

One table (co-lending.md §2.2); the model checks it, the tests try every pair, the docs draw it.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class PlacementState(StrEnum):
    """Where one application stands with one bank."""

    ROUTED = "ROUTED"
    SUBMITTED = "SUBMITTED"
    ACKED = "ACKED"
    INFO_REQUESTED = "INFO_REQUESTED"
    INFO_PROVIDED = "INFO_PROVIDED"
    APPROVED = "APPROVED"
    COUNTERED = "COUNTERED"
    DECLINED = "DECLINED"
    TIMED_OUT = "TIMED_OUT"
    CANCELLED = "CANCELLED"
    REFUSED = "REFUSED"
    SIGNED = "SIGNED"
    FUNDING_REQUESTED = "FUNDING_REQUESTED"
    FUNDED = "FUNDED"
    DISBURSED = "DISBURSED"
    DISBURSE_FAILED = "DISBURSE_FAILED"
    BOOKED = "BOOKED"
    CLOSED = "CLOSED"
    COMPENSATED = "COMPENSATED"
    BOUGHT_BACK = "BOUGHT_BACK"
    WRITTEN_OFF = "WRITTEN_OFF"


S = PlacementState

_ANSWERS = frozenset({S.APPROVED, S.COUNTERED, S.DECLINED, S.TIMED_OUT})
_WITHDRAWN = frozenset({S.CANCELLED})
_ENDS = frozenset({S.CLOSED, S.COMPENSATED, S.BOUGHT_BACK, S.WRITTEN_OFF})

# A state missing on the left is final. A decision that comes before any acknowledgement is
# itself one: the placement then passes through ACKED in the same moment.
TRANSITIONS: Mapping[PlacementState, frozenset[PlacementState]] = {
    S.ROUTED: frozenset({S.SUBMITTED}) | _WITHDRAWN,
    S.SUBMITTED: frozenset({S.ACKED, S.TIMED_OUT}) | _WITHDRAWN,
    S.ACKED: frozenset({S.INFO_REQUESTED}) | _ANSWERS | _WITHDRAWN,
    S.INFO_REQUESTED: frozenset({S.INFO_PROVIDED}) | _ANSWERS | _WITHDRAWN,
    S.INFO_PROVIDED: frozenset({S.INFO_REQUESTED}) | _ANSWERS | _WITHDRAWN,
    # The borrower signs, or does not, whatever the bank agreed to.
    S.APPROVED: frozenset({S.SIGNED, S.REFUSED}) | _WITHDRAWN,
    S.COUNTERED: frozenset({S.SIGNED, S.REFUSED}) | _WITHDRAWN,
    S.SIGNED: frozenset({S.FUNDING_REQUESTED}) | _WITHDRAWN,
    S.FUNDING_REQUESTED: frozenset({S.FUNDED, S.DISBURSE_FAILED}) | _WITHDRAWN,
    S.FUNDED: frozenset({S.DISBURSED, S.DISBURSE_FAILED}),
    S.DISBURSE_FAILED: frozenset({S.FUNDING_REQUESTED}) | _WITHDRAWN,
    S.DISBURSED: frozenset({S.BOOKED}) | _ENDS,
    # A line may be drawn again: its placement then asks for funds once more.
    S.BOOKED: frozenset({S.FUNDING_REQUESTED}) | _ENDS,
    S.COMPENSATED: frozenset({S.BOOKED, S.CLOSED}),
}

# The application is before the bank, and the bank has not answered.
PENDING = frozenset({S.SUBMITTED, S.ACKED, S.INFO_REQUESTED, S.INFO_PROVIDED})
# The application can be before one bank only; these occupy it.
LIVE = frozenset({S.ROUTED, S.APPROVED, S.COUNTERED}) | PENDING
# Only the bank can bring a placement here.
DECIDED_BY_BANK = frozenset({S.APPROVED, S.COUNTERED, S.DECLINED})
# Nothing came of it; the quota is free again.
FELL_THROUGH = frozenset({S.DECLINED, S.TIMED_OUT, S.CANCELLED, S.REFUSED})
AFTER_SIGNING = (
    frozenset({S.SIGNED, S.FUNDING_REQUESTED, S.FUNDED, S.DISBURSED, S.DISBURSE_FAILED, S.BOOKED})
    | _ENDS
)


def may_move(before: PlacementState, after: PlacementState) -> bool:
    """Whether a placement may go from one state to the other."""
    return after in TRANSITIONS.get(before, frozenset())
