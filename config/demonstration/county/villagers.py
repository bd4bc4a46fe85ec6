"""What the village says of its farmers: who brings them, and what a panel thinks of them."""

from __future__ import annotations

from datetime import date
from uuid import UUID, uuid5

from django.utils import timezone

from config.demonstration.cast import DIRECTOR
from config.demonstration.county import cast
from config.demonstration.waiting import wait_for
from rural.actions import form_intake, generation, panels, recommendations
from rural.models import Ballot, Household, PanelSession, Submission, Village, VillageWorker
from rural.rules import generator
from tenancy import room
from tenancy.actors import Actor

# Of each partner's villages so many households are brought by him; the rest came by themselves.
BROUGHT = 4
PANEL = "LIUSHU-2026-1"
PANEL_HOUSEHOLDS = 5
EVALUATORS = ("LS01", "LS02", "LS03", "LS04", "LS05")
# One row a household: what all think of him, about; the second last is hardly known, the last
# gambles, which a police record shows.
_MARKS = (5, 4, 3, 4, 4)
_HARDLY_KNOWN, _VETOED = 3, 4


def recommend(on: date) -> None:
    """Let each village partner bring some of his villages' households; again is harmless."""
    with room.enter(room.current()):
        agents = [cast.actor_of(person.username) for person, _code, _where in cast.AGENTS]
    for agent in agents:
        with room.enter(room.current()):
            villages = VillageWorker.objects.filter(user=agent.id).values("village")
            homes = list(
                Household.objects.filter(village__in=villages)
                .select_related("village")
                .order_by("pk")[:BROUGHT]
            )
        for number, home in enumerate(homes):
            _recommend(agent, home, number, on)
    # The worker does the same twice a minute; nobody wants to wait for it.
    form_intake.take(actor=DIRECTOR, at=timezone.now(), on=on)


def follow(on: date) -> None:
    """Find the applications of those who were brought."""
    recommendations.link(actor=DIRECTOR, at=timezone.now(), on=on)


def hold_panel(on: date) -> None:
    """Let five villagers of Liushu vote, and close the session with grades; again is harmless."""
    with room.enter(room.current()):
        session = PanelSession.objects.filter(code=PANEL).first() or _open(on)
        if session.closed_on is not None:
            return
        asked = session.households.order_by("household_id")
        homes = list(asked.values_list("household_id", flat=True))
        officer, supervisor = cast.actor_of(cast.OFFICER), cast.actor_of(cast.SUPERVISOR)
    for place, home in enumerate(homes):
        for number, code in enumerate(EVALUATORS):
            _vote(officer, home, place, number, code, on)
    form_intake.take(actor=DIRECTOR, at=timezone.now(), on=on)
    # All of them, but the one who is kin of the first.
    votes = len(homes) * len(EVALUATORS) - 1
    wait_for(lambda: _cast(session) == votes, "the panel's ballots")
    panels.close(actor=supervisor, at=timezone.now(), on=on, session_id=session.pk)


@room.atomic
def _recommend(agent: Actor, home: Household, number: int, on: date) -> None:
    root = uuid5(home.pk, "F4")
    if Submission.objects.filter(root_uuid=root).exists():
        return
    at = timezone.now()
    files = generation.files(at, home.village, f"F4 {home.code}")
    answers = generator.recommendation(files, village=home.village.code, number=number)
    generation.send(agent, at, on, "F4", root, answers, files, str(home.pk))


def _open(on: date) -> PanelSession:
    village = Village.objects.get(code=cast.VILLAGES[0][1].code)
    homes = list(Household.objects.filter(village=village).order_by("pk")[:PANEL_HOUSEHOLDS])
    kin = {EVALUATORS[0]: [homes[0].pk]}
    return panels.open_session(
        actor=cast.actor_of(cast.SUPERVISOR), at=timezone.now(), on=on, village_id=village.pk,
        code=PANEL, household_ids=[home.pk for home in homes],
        evaluators={code: kin.get(code, []) for code in EVALUATORS},
    )  # fmt: skip


@room.atomic
def _vote(officer: Actor, home: UUID, place: int, number: int, code: str, on: date) -> None:
    """One evaluator's ballot on one household, typed in by the officer; not on his own kin."""
    root = uuid5(home, f"F6 {PANEL} {code}")
    is_known = place != _HARDLY_KNOWN or number < 1
    if _is_kin(place, number) or Submission.objects.filter(root_uuid=root).exists():
        return
    household = Household.objects.select_related("village").get(pk=home)
    at = timezone.now()
    files = generation.files(at, household.village, f"F6 {household.code} {code}")
    mark = _MARKS[place] - (number % 2 if place else 0)
    answers = generator.ballot(
        session=PANEL, evaluator=code, mark=mark if is_known else None,
        evidence="派出所记录 Police record" if place == _VETOED and number == 1 else "",
    )  # fmt: skip
    generation.send(officer, at, on, "F6", root, answers, files, str(home))


def _is_kin(place: int, number: int) -> bool:
    return place == number == 0


def _cast(session: PanelSession) -> int:
    with room.enter(room.current()):
        return Ballot.objects.filter(session=session).count()
