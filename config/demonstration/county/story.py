"""The farmers' loans from beginning to end; each stage looks at the rows to see what is left."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from tqdm import tqdm

from config.demonstration.county import (
    banks,
    farmers,
    loans,
    report,
    season,
    village,
    villagers,
)
from tenancy import room
from tenancy.models import Tenant

Stage = Callable[[str], AbstractContextManager[None]]
Bar = Callable[[str, int, str], "tqdm[Any]"]


def play(tenant: Tenant, address: str, stage: Stage, bar: Bar) -> dict[str, Any]:
    """
    Play it in the county's room against an installation that is running at `address`.

    :param stage: times what happens inside, under a name
    :param bar: shows progress: of what, how many, in which unit
    :return: what `demo --json` prints under "county"
    """
    with room.entered(tenant.pk):
        with stage("farmers"), bar("households", farmers.HOUSEHOLDS, "it") as shown:
            farmers.visit(season.OPENING, shown.update)
            villagers.recommend(season.OPENING)
        with stage("assess"), bar("assessments", farmers.HOUSEHOLDS, "it") as shown:
            applied = farmers.apply(season.OPENING, shown.update)
        approved = farmers.approved(applied)
        with stage("banks"), bar("placements", len(approved), "it") as shown:
            banks.open_sandboxes(address, approved, season.FILES)
            farmers.decide(approved, season.OPENING, shown.update)
            offered = banks.answered(approved)
        with stage("harvest_loans"), bar("loans", len(offered) - loans.LEFT_OPEN, "it") as shown:
            loans.lend(offered, season.OPENING, shown.update)
        with stage("season"), bar("days of the season", season.days_left(), "day") as shown:
            season.serve(shown.update)
        with stage("settle"):
            season.reconciled()
            village.plan()
            villagers.follow(season.UNTIL)
            villagers.hold_panel(season.UNTIL)
        return report.figures()
