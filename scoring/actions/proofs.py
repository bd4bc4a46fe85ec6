"""Scoring's part of `verify`: every decision, made again, comes out the same."""

from __future__ import annotations

from collections.abc import Callable

from scoring.actions.decisions import ReplayMismatch, replay
from scoring.models import Decision
from scoring.queries.current import Tampered
from tenancy.proofs import Failure

CHUNK = 500


def decisions_replay() -> list[Failure]:
    """Decide everything again from what was stored; name each decision that comes out other."""
    failures = []
    decisions = Decision.objects.select_related("snapshot", "scorecard", "policy")
    for decision in decisions.order_by("pk").iterator(chunk_size=CHUNK):
        try:
            replay(decision)
        except (ReplayMismatch, Tampered) as difference:
            failures.append(
                Failure("decisions_replay", str(decision.pk), decision.sha256, str(difference))
            )
    return failures


PROOFS: dict[str, Callable[[], list[Failure]]] = {"decisions_replay": decisions_replay}
