"""
The assembly line of an application: its stages, the ways between them, their timers.

One table; the model checks it, the tests try every pair, the dashboard draws it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum


class Stage(StrEnum):
    """Where an application stands."""

    COLLECTING = "COLLECTING"
    SUBMITTED = "SUBMITTED"
    ASSESSING = "ASSESSING"
    REFERRED = "REFERRED"
    FUNDING = "FUNDING"
    APPROVED = "APPROVED"
    ACCEPTED = "ACCEPTED"
    DECLINED = "DECLINED"
    WITHDRAWN = "WITHDRAWN"
    EXPIRED = "EXPIRED"


# The whole life of an application. A stage missing on the left is final.
TRANSITIONS: Mapping[Stage, frozenset[Stage]] = {
    Stage.COLLECTING: frozenset({Stage.SUBMITTED, Stage.WITHDRAWN, Stage.EXPIRED}),
    Stage.SUBMITTED: frozenset({Stage.ASSESSING, Stage.WITHDRAWN}),
    Stage.ASSESSING: frozenset(
        {Stage.APPROVED, Stage.FUNDING, Stage.REFERRED, Stage.DECLINED, Stage.WITHDRAWN}
    ),
    Stage.REFERRED: frozenset({Stage.APPROVED, Stage.FUNDING, Stage.DECLINED, Stage.WITHDRAWN}),
    # Approved by us, and now before a partner bank, which decides for itself.
    Stage.FUNDING: frozenset({Stage.APPROVED, Stage.DECLINED, Stage.WITHDRAWN}),
    Stage.APPROVED: frozenset({Stage.ACCEPTED, Stage.WITHDRAWN, Stage.EXPIRED}),
    # Who was declined by automation alone may ask for a person (PIPL, article 24).
    Stage.DECLINED: frozenset({Stage.REFERRED}),
}

# Stages in which somebody, or something, still has to act.
OPEN = frozenset(TRANSITIONS) - {Stage.DECLINED}

# Stages in which the clock runs against the borrower, not against the lender.
WAITING_FOR_BORROWER = frozenset({Stage.COLLECTING, Stage.APPROVED})

# Stages in which the clock runs against a partner bank; ours stands still.
WAITING_FOR_PARTNER = frozenset({Stage.FUNDING})

# Stages in which our own clock stands still, because somebody else has to act.
PAUSED = WAITING_FOR_BORROWER | WAITING_FOR_PARTNER

# Service levels where a product sets none, in minutes: thirty days for the borrower to bring his
# papers, three minutes for a straight-through decision, two days for a person, three for partner
# banks together. APPROVED follows the offer's expiry.
DEFAULT_MINUTES: Mapping[Stage, int] = {
    Stage.COLLECTING: 30 * 24 * 60,
    Stage.SUBMITTED: 3,
    Stage.ASSESSING: 3,
    Stage.REFERRED: 2 * 24 * 60,
    Stage.FUNDING: 3 * 24 * 60,
}


def may_move(before: Stage, after: Stage) -> bool:
    """Whether an application may go from one stage to the other."""
    return after in TRANSITIONS.get(before, frozenset())


def is_return(before: Stage, after: Stage) -> bool:
    """Whether a step leads back up the line: somebody has to look again."""
    line = list(Stage)
    return line.index(after) < line.index(before)


def due_at(stage: Stage, since: datetime, minutes: Mapping[str, int]) -> datetime | None:
    """
    Return the moment by which the stage should be left, or None where no clock runs.

    :param minutes: the product's own service levels, by stage; absent stages take the default
    """
    allowed = minutes.get(stage, DEFAULT_MINUTES.get(stage))
    return None if allowed is None else since + timedelta(minutes=allowed)
