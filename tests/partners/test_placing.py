from itertools import product

import pytest

from partners.models import Placement
from partners.models.placement import STATES
from partners.rules.placing import (
    AFTER_SIGNING,
    FELL_THROUGH,
    LIVE,
    TRANSITIONS,
    PlacementState,
    may_move,
)
from tenancy.rules.transitions import InvalidTransition
from tests.partners.build import NOON, SYSTEM

ALLOWED = {(before, after) for before, afters in TRANSITIONS.items() for after in afters}
FORBIDDEN = sorted(set(product(PlacementState, PlacementState)) - ALLOWED)


class TestTheTable:
    def test_reads_as_the_flow_between_two_lenders(self) -> None:
        assert {before.value: sorted(afters) for before, afters in TRANSITIONS.items()} == {
            "ROUTED": ["CANCELLED", "SUBMITTED"],
            "SUBMITTED": ["ACKED", "CANCELLED", "TIMED_OUT"],
            "ACKED": [
                "APPROVED", "CANCELLED", "COUNTERED", "DECLINED", "INFO_REQUESTED", "TIMED_OUT",
            ],
            "INFO_REQUESTED": [
                "APPROVED", "CANCELLED", "COUNTERED", "DECLINED", "INFO_PROVIDED", "TIMED_OUT",
            ],
            "INFO_PROVIDED": [
                "APPROVED", "CANCELLED", "COUNTERED", "DECLINED", "INFO_REQUESTED", "TIMED_OUT",
            ],
            "APPROVED": ["CANCELLED", "REFUSED", "SIGNED"],
            "COUNTERED": ["CANCELLED", "REFUSED", "SIGNED"],
            "SIGNED": ["CANCELLED", "FUNDING_REQUESTED"],
            "FUNDING_REQUESTED": ["CANCELLED", "DISBURSE_FAILED", "FUNDED"],
            "FUNDED": ["DISBURSED", "DISBURSE_FAILED"],
            "DISBURSE_FAILED": ["CANCELLED", "FUNDING_REQUESTED"],
            "DISBURSED": ["BOOKED", "BOUGHT_BACK", "CLOSED", "COMPENSATED", "WRITTEN_OFF"],
            "BOOKED": [
                "BOUGHT_BACK", "CLOSED", "COMPENSATED", "FUNDING_REQUESTED", "WRITTEN_OFF",
            ],
            "COMPENSATED": ["BOOKED", "CLOSED"],
        }  # fmt: skip

    def test_has_a_label_for_every_state(self) -> None:
        assert [value for value, _ in STATES] == list(PlacementState)

    def test_sorts_every_state_into_one_part_of_life(self) -> None:
        assert set(PlacementState) == LIVE | FELL_THROUGH | AFTER_SIGNING
        assert not LIVE & FELL_THROUGH
        assert not LIVE & AFTER_SIGNING

    @pytest.mark.parametrize("state", sorted(FELL_THROUGH))
    def test_lets_nothing_come_back_that_fell_through(self, state: PlacementState) -> None:
        assert state not in TRANSITIONS


class TestMoveTo:
    @pytest.mark.parametrize(("before", "after"), FORBIDDEN)
    def test_refuses_every_pair_that_is_not_in_the_table(
        self, before: PlacementState, after: PlacementState
    ) -> None:
        placement = Placement(status=before.value)

        assert not may_move(before, after)
        with pytest.raises(InvalidTransition):
            placement.move_to(after, at=NOON, actor=SYSTEM)
