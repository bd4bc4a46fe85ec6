"""Panels: back to back, nobody on his own kin, published after notice."""

from datetime import date
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, transaction

from rural.actions import panels
from rural.models import Ballot, Evaluator, Household, PanelResult, PanelSession, Recusal
from rural.queries import panels as queries
from tenancy.errors import Forbidden, Invalid
from tenancy.roles import Role
from tests.rural import village_build as build

pytestmark = pytest.mark.usefixtures("room")
CODES = ("E001", "E002", "E003", "E004", "E005")


def opened(homes: list[Household], kin: dict[str, set[UUID]] | None = None) -> PanelSession:
    build.ready()
    return panels.open_session(
        actor=build.BOSS, at=build.NOON, on=build.ON, village_id=homes[0].village_id,
        code="S-1", household_ids=[home.pk for home in homes],
        evaluators={code: (kin or {}).get(code, set()) for code in CODES},
    )  # fmt: skip


def vote(home: Household, code: str, mark: int = 4, **more: object) -> Ballot:
    answers = {
        "panel_session": "S-1", "evaluator_code": code, "is_kin": False, "knows": True,
        "character": str(mark), "diligence": str(mark), "family_harmony": str(mark),
        "debt_rumour": "none", "cap_band": "30000", "veto": "none", **more,
    }  # fmt: skip
    submission = build.submission("F6", answers, build.BOSS, household=home)
    return panels.cast(actor=build.BOSS, at=build.NOON, submission_id=submission.pk)


def close(session: PanelSession) -> list[PanelResult]:
    return panels.close(actor=build.BOSS, at=build.NOON, on=build.ON, session_id=session.pk)


def test_five_ballots_become_a_grade_that_is_valid_for_a_year() -> None:
    home = build.household()
    session = opened([home])
    for code, mark in zip(CODES, (1, 4, 4, 5, 5), strict=True):
        vote(home, code, mark)

    (result,) = close(session)

    # The one and one five are cut off: 80, 80 and 100.
    assert (str(result.score), result.grade, result.is_lendable) == ("86.67", "AA", True)
    assert result.valid_until == date(2027, 1, 5)
    assert queries.grade_of(home.pk, date(2027, 1, 5)) == result
    assert queries.grade_of(home.pk, date(2027, 1, 6)) is None


def test_who_does_not_know_them_abstains() -> None:
    home = build.household()
    session = opened([home])
    for code in CODES[:3]:
        vote(home, code, 5)
    for code in CODES[3:]:
        vote(home, code, knows=False)

    (result,) = close(session)

    assert (result.counted, result.abstained, result.grade) == (3, 2, "AAA")


def test_a_veto_needs_evidence() -> None:
    first, second = build.household("甲"), build.household("乙")
    session = opened([first, second])
    for home, evidence in ((first, ""), (second, "court notice 12")):
        for code in CODES[:3]:
            vote(home, code, 5)
        vote(home, CODES[3], 5, veto="litigation", veto_evidence=evidence)

    results = {result.household_id: result for result in close(session)}

    assert results[first.pk].outcome == "graded"
    assert results[second.pk].outcome == "vetoed"
    assert not results[second.pk].is_lendable


def test_nobody_votes_on_his_own_household_or_kin() -> None:
    home = build.household()
    session = opened([home], {"E001": {home.pk}})

    with pytest.raises(panels.NoVote), transaction.atomic():
        vote(home, "E001")

    evaluator = Evaluator.objects.get(session=session, code="E001")
    assert Recusal.objects.filter(evaluator=evaluator).exists()
    with pytest.raises(IntegrityError, match="has no vote"), transaction.atomic():
        Ballot.objects.create(
            session=session, household=home, evaluator=evaluator, is_known=False,
            cast_at=build.NOON,
        )  # fmt: skip


def test_nobody_reads_a_ballot_before_the_session_is_closed() -> None:
    home = build.household()
    session = opened([home])
    for code in CODES:
        vote(home, code)

    with pytest.raises(Forbidden):
        queries.ballots(session)
    assert [each.cast for each in queries.turnout(session)[1]] == [1] * 5
    close(session)
    session.refresh_from_db()
    assert len(queries.ballots(session)) == 5


def test_an_evaluator_has_one_vote_and_none_after_the_end() -> None:
    home = build.household()
    session = opened([home])
    vote(home, "E001")
    with pytest.raises(Invalid), transaction.atomic():
        vote(home, "E001", 5)
    close(session)

    with pytest.raises(panels.PanelNotOpen):
        vote(home, "E002")


def test_fewer_than_three_evaluators_are_no_panel() -> None:
    build.ready()
    home = build.household()

    with pytest.raises(Invalid) as refused:
        panels.open_session(
            actor=build.BOSS, at=build.NOON, on=build.ON, village_id=home.village_id, code="S-2",
            household_ids=[home.pk, uuid4()], evaluators={"E001": set(), "E002": set()},
        )  # fmt: skip

    assert [error.pointer for error in refused.value.errors] == ["/households", "/evaluators"]


def test_the_list_is_published_after_the_notice_and_says_only_lendable_or_not() -> None:
    home = build.household()
    session = opened([home])
    for code in CODES:
        vote(home, code)
    close(session)
    told = {"actor": build.BOSS, "at": build.NOON, "session_id": session.pk}
    panels.notify(on=date(2026, 1, 6), **told)  # type: ignore[arg-type]

    with pytest.raises(panels.PanelNotOpen), transaction.atomic():
        panels.publish(on=date(2026, 1, 12), **told)  # type: ignore[arg-type]
    published = panels.publish(on=date(2026, 1, 13), **told)  # type: ignore[arg-type]

    assert queries.published(published) == [("王建国", True)]


def test_an_agent_may_not_open_one() -> None:
    home = build.household()
    build.ready()

    with pytest.raises(Forbidden):
        panels.open_session(
            actor=build.build.person(Role.AGENT), at=build.NOON, on=build.ON,
            village_id=home.village_id, code="S-3", household_ids=[home.pk],
            evaluators={code: set() for code in CODES},
        )  # fmt: skip
