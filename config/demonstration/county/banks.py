"""The two banks' sandboxes: let in by their keys, told how to behave, and waited for."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from datetime import date
from uuid import UUID

from django.core.management import call_command

from config.demonstration.county import cast
from config.demonstration.waiting import wait_for
from lending.models import Application
from lending.rules.stages import Stage
from tenancy import room

RURAL, CITY = (code for code, *_rest in cast.BANKS)
# What `config.services` runs along, by the names of their files.
SANDBOXES = tuple(f"{cast.SLUG}-{code}" for code in (RURAL, CITY))
# What the first bank does with the applications in these places, each of another amount than all
# others: by that a bank's script knows them. It approves whatever else it is asked for.
COUNTERED, DECLINED, SILENT = 2, 3, 5
_BEHAVIOUR = {COUNTERED: "counter", DECLINED: "decline", SILENT: "silent"}
SECONDS_BETWEEN_ROUNDS = 1.0


def open_sandboxes(address: str, approved: Sequence[UUID], files: dict[date, str]) -> None:
    """
    Let both banks in, and say how they behave; again is harmless.

    :param files: how the first bank's file of a settled day differs from ours
    """
    with room.enter(room.current()):
        rows = Application.objects.filter(pk__in=approved).values_list("pk", "amount")
        amounts = dict(rows)
    told = [
        {"amount": f"{amounts[key]:.2f}", "behaviour": _BEHAVIOUR[place]}
        for place, key in enumerate(approved)
        if place in _BEHAVIOUR
    ]
    told += [{"date": day.isoformat(), "files": differs} for day, differs in files.items()]
    for code, exceptions in ((RURAL, told), (CITY, [])):
        call_command(
            "sandbox_bank",
            tenant=cast.SLUG,
            bank=code,
            url=address,
            exceptions=json.dumps(exceptions),
            seconds=SECONDS_BETWEEN_ROUNDS,
            only_prepare=True,
            stdout=io.StringIO(),
        )


def answered(approved: Sequence[UUID]) -> list[UUID]:
    """
    Wait for the banks' answers, and return what they let us offer.

    Nobody answers the one on which the first bank is silent, nor the last one, whose farmer has
    not said yes.
    """
    asked = [key for place, key in enumerate(approved[:-1]) if place != SILENT]
    for key in asked:
        await_answer(key)
    return [key for key in asked if stage_of(key) in {Stage.APPROVED, Stage.ACCEPTED}]


def await_answer(key: UUID) -> None:
    """Wait until a bank has said yes, or all have said no."""
    wait_for(lambda: stage_of(key) != Stage.FUNDING, f"a bank's answer on {key}")


def stage_of(key: UUID) -> Stage:
    """Return where an application stands now."""
    with room.enter(room.current()):
        return Stage(Application.objects.values_list("stage", flat=True).get(pk=key))
