from datetime import timedelta
from decimal import Decimal
from itertools import product

import pytest

from lending.models import Application, StageChange
from lending.models.application import STAGES
from lending.rules.stages import DEFAULT_MINUTES, OPEN, TRANSITIONS, Stage, due_at, may_move
from tenancy.models import Tenant
from tenancy.rules.transitions import InvalidTransition
from tests.lending import build
from tests.lending.build import NOON, SYSTEM

ALLOWED = {(before, after) for before, afters in TRANSITIONS.items() for after in afters}
FORBIDDEN = sorted(set(product(Stage, Stage)) - ALLOWED)


class TestTheTable:
    def test_reads_as_the_assembly_line(self) -> None:
        assert sorted(f"{before} > {after}" for before, after in ALLOWED) == [
            "APPROVED > ACCEPTED",
            "APPROVED > EXPIRED",
            "APPROVED > WITHDRAWN",
            "ASSESSING > APPROVED",
            "ASSESSING > DECLINED",
            "ASSESSING > FUNDING",
            "ASSESSING > REFERRED",
            "ASSESSING > WITHDRAWN",
            "COLLECTING > EXPIRED",
            "COLLECTING > SUBMITTED",
            "COLLECTING > WITHDRAWN",
            "DECLINED > REFERRED",
            "FUNDING > APPROVED",
            "FUNDING > DECLINED",
            "FUNDING > WITHDRAWN",
            "REFERRED > APPROVED",
            "REFERRED > DECLINED",
            "REFERRED > FUNDING",
            "REFERRED > WITHDRAWN",
            "SUBMITTED > ASSESSING",
            "SUBMITTED > WITHDRAWN",
        ]

    def test_has_a_label_for_every_stage(self) -> None:
        assert [value for value, _ in STAGES] == list(Stage)

    def test_leaves_no_open_stage_without_a_way_on(self) -> None:
        assert all(TRANSITIONS[stage] for stage in OPEN)


class TestMoveTo:
    @pytest.mark.parametrize(("before", "after"), FORBIDDEN)
    def test_refuses_every_pair_that_is_not_in_the_table(
        self, before: Stage, after: Stage
    ) -> None:
        application = Application(stage=before.value, stage_since=NOON)

        with pytest.raises(InvalidTransition):
            application.move_to(after, at=NOON, actor=SYSTEM)

    @pytest.mark.parametrize(("before", "after"), sorted(ALLOWED))
    def test_takes_every_pair_in_the_table(
        self, room: Tenant, before: Stage, after: Stage
    ) -> None:
        application = build.submitted()
        application.stage = before.value
        application.approved_amount, application.approved_rate = application.amount, Decimal(0)
        application.approved_term = application.term
        approved = ["approved_amount", "approved_rate", "approved_term"]

        application.move_to(after, at=NOON + timedelta(minutes=2), actor=SYSTEM, also=approved)

        assert may_move(before, after)
        change = StageChange.objects.order_by("-pk")[0]
        assert (change.from_stage, change.to_stage) == (before, after)
        assert change.spent == timedelta(minutes=2)


class TestTimers:
    def test_take_the_default_service_level(self) -> None:
        minutes = DEFAULT_MINUTES[Stage.REFERRED]

        assert due_at(Stage.REFERRED, NOON, {}) == NOON + timedelta(minutes=minutes)

    def test_take_the_product_s_own_service_level(self) -> None:
        assert due_at(Stage.REFERRED, NOON, {"REFERRED": 60}) == NOON + timedelta(hours=1)

    @pytest.mark.parametrize("stage", sorted(set(Stage) - OPEN))
    def test_do_not_run_where_nothing_is_left_to_do(self, stage: Stage) -> None:
        assert due_at(stage, NOON, {}) is None
