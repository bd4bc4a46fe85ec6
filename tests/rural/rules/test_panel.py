"""From ballots to one grade."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rural.rules.panel import (
    Ballot,
    Level,
    Outcome,
    Rumour,
    Scale,
    Veto,
    score,
    trimmed_mean,
    verdict,
)

SCALE = Scale(
    character=Decimal(3),
    diligence=Decimal(3),
    harmony=Decimal(2),
    rumour=Decimal(2),
    trim=Decimal("0.2"),
    min_ballots=3,
    levels=(
        Level("AAA", Decimal(90), True),
        Level("AA", Decimal(75), True),
        Level("A", Decimal(60), True),
        Level("B", Decimal(40), False),
        Level("C", Decimal(0), False),
    ),
)
UNKNOWN = Ballot(is_known=False)
MARKS = st.integers(1, 5)
BALLOTS = st.builds(
    Ballot,
    is_known=st.booleans(),
    character=MARKS,
    diligence=MARKS,
    harmony=MARKS,
    rumour=st.sampled_from(Rumour),
)


def ballot(mark: int, **more: object) -> Ballot:
    return replace(Ballot(True, mark, mark, mark), **more)  # type: ignore[arg-type]


class TestScore:
    def test_all_fives_are_a_hundred_and_all_ones_nothing(self) -> None:
        assert score(ballot(5), SCALE) == 100
        assert score(ballot(1, rumour=Rumour.MANY), SCALE) == 0

    def test_weighs_each_question(self) -> None:
        # (3×4 + 3×3 + 2×5 + 2×3) ÷ 10 = 3.7 on 1…5 is 67.5 on 0…100
        asked = Ballot(True, character=4, diligence=3, harmony=5, rumour=Rumour.SOME)

        assert score(asked, SCALE) == Decimal("67.5")


class TestTrimmedMean:
    @pytest.mark.parametrize(
        ("values", "mean"),
        [
            ([0, 50, 60, 70, 100], "60"),
            ([0, 50, 100], "50"),
            ([10, 20], "15"),
            ([10], "10"),
            ([0, 10, 20, 30, 40, 50, 60, 70, 80, 1000], "45"),
        ],
    )
    def test_cuts_a_fifth_at_each_end(self, values: list[int], mean: str) -> None:
        assert trimmed_mean([Decimal(v) for v in values], Decimal("0.2")) == Decimal(mean)

    @given(st.lists(st.integers(0, 100), min_size=3), st.integers(-10_000, 10_000))
    def test_one_liar_moves_it_no_further_than_the_others_reach(
        self, honest: list[int], lie: int
    ) -> None:
        found = trimmed_mean([Decimal(v) for v in [*honest, lie]], Decimal("0.2"))

        assert min(honest) <= found <= max(honest)


class TestVerdict:
    @pytest.mark.parametrize(
        ("marks", "grade", "lendable"),
        [(5, "AAA", True), (4, "AA", True), (3, "A", True), (2, "B", False)],
    )
    def test_maps_the_mean_to_a_grade(self, marks: int, grade: str, lendable: bool) -> None:
        found = verdict([ballot(marks)] * 5, SCALE)

        assert (found.outcome, found.grade, found.is_lendable) == (
            Outcome.GRADED,
            grade,
            lendable,
        )

    def test_not_knowing_is_an_abstention(self) -> None:
        found = verdict([ballot(4)] * 3 + [UNKNOWN] * 2, SCALE)

        assert (found.counted, found.abstained, found.outcome) == (3, 2, Outcome.GRADED)

    def test_fewer_than_three_who_know_say_nothing(self) -> None:
        found = verdict([ballot(5)] * 2 + [UNKNOWN] * 3, SCALE)

        assert (found.outcome, found.score, found.is_lendable) == (Outcome.TOO_FEW, None, False)

    def test_a_veto_with_evidence_ends_it(self) -> None:
        vetoing = ballot(5, veto=Veto.GAMBLING, has_evidence=True)

        found = verdict([ballot(5)] * 4 + [vetoing], SCALE)

        assert (found.outcome, found.veto) == (Outcome.VETOED, Veto.GAMBLING)

    def test_a_veto_without_evidence_is_gossip(self) -> None:
        found = verdict([ballot(5)] * 4 + [ballot(5, veto=Veto.DRUGS)], SCALE)

        assert (found.outcome, found.grade) == (Outcome.GRADED, "AAA")

    @given(st.lists(BALLOTS, max_size=9), st.randoms())
    def test_the_order_of_the_ballots_does_not_matter(
        self, ballots: list[Ballot], chance: object
    ) -> None:
        mixed = list(ballots)
        chance.shuffle(mixed)  # type: ignore[attr-defined]

        assert verdict(mixed, SCALE) == verdict(ballots, SCALE)

    @given(st.lists(BALLOTS, min_size=3, max_size=9))
    def test_better_marks_never_give_a_worse_score(self, ballots: list[Ballot]) -> None:
        before = verdict(ballots, SCALE)
        better = [replace(ballots[0], character=5, rumour=Rumour.NONE), *ballots[1:]]

        after = verdict(better, SCALE)

        if before.score is not None:
            assert after.score is not None
            assert after.score >= before.score
