from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lending.actions import applications
from lending.models import Application
from lending.queries import pipeline
from lending.queries.pipeline import StageFigures
from lending.rules.stages import Stage
from scoring.models import Decision
from tenancy.models import Tenant, User
from tenancy.roles import Role
from tests.lending import build
from tests.lending.build import NOON, actor
from tests.scoring import build as scoring

LATER = NOON + timedelta(hours=10)


def _arrive(count: int, *, every: timedelta = timedelta(hours=1)) -> list[Application]:
    """Applications of 100,000 each, referred as soon as they come in, one after the other."""
    return [
        build.decide(
            build.submitted(borrower_reference=f"F-{n:03}", at=NOON + n * every),
            at=NOON + n * every,
        )
        for n in range(count)
    ]


def _figures(stage: Stage, at: datetime) -> StageFigures:
    return next(each for each in pipeline.stages(at=at) if each.stage == stage)


class TestStages:
    def test_counts_sums_and_ages_what_stands_in_a_stage(self, room: Tenant) -> None:
        _arrive(10)

        referred = _figures(Stage.REFERRED, LATER)

        assert (referred.count, referred.amounts) == (10, {"CNY": Decimal(1_000_000)})
        assert referred.median_age == timedelta(hours=5)
        assert referred.p90_age == timedelta(hours=9)

    def test_counts_what_is_past_its_service_level(self, room: Tenant) -> None:
        _arrive(3)

        two_days_on = NOON + timedelta(days=2, hours=1, minutes=30)

        assert _figures(Stage.REFERRED, two_days_on).breached == 2

    def test_says_how_fast_they_come_and_go(self, room: Tenant) -> None:
        [first, *_] = _arrive(6)
        build.approve(first, at=NOON + timedelta(hours=6))

        figures = {each.stage: each for each in pipeline.stages(at=LATER)}

        assert figures[Stage.REFERRED].arrivals_per_hour == pytest.approx(6 / 24)
        assert figures[Stage.REFERRED].exits_per_hour == pytest.approx(1 / 24)
        assert figures[Stage.APPROVED].arrivals_per_hour == pytest.approx(1 / 24)

    def test_says_what_part_came_back(self, room: Tenant) -> None:
        first, _second, _third = _arrive(3)
        boss = actor(Role.SUPERVISOR)
        applications.decline(actor=boss, at=LATER, application_id=first.pk, reason="No")

        applications.refer(actor=boss, at=LATER, application_id=first.pk, reason="Asked for it")

        referred = _figures(Stage.REFERRED, LATER)
        assert referred.returned_share == pytest.approx(1 / 4)
        assert _figures(Stage.COLLECTING, LATER).returned_share is None

    def test_counts_what_has_no_score_apart(self, room: Tenant) -> None:
        _arrive(2)

        assert _figures(Stage.REFERRED, LATER).risk == (2, 0, 0, 0, 0, 0)

    def test_counts_the_scored_by_their_score(self, room: Tenant) -> None:
        scoring.approved()
        scoring.published()
        evidence = {**build.evidence(), "features": scoring.HEALTHY}

        build.decide(build.submitted(evidence=evidence))

        score = Decision.objects.get().score
        band = 1 + sum(score >= limit for limit in pipeline.RISK_BANDS)
        expected = tuple(int(place == band) for place in range(6))
        assert _figures(Stage.APPROVED, LATER).risk == expected

    def test_shows_empty_stages_in_the_order_of_the_line(self, room: Tenant) -> None:
        assert [each.stage for each in pipeline.stages(at=LATER)] == [
            Stage.COLLECTING,
            Stage.SUBMITTED,
            Stage.ASSESSING,
            Stage.REFERRED,
            Stage.FUNDING,
            Stage.APPROVED,
        ]

    def test_takes_four_statements_however_many_there_are(self, room: Tenant) -> None:
        _arrive(5)

        with CaptureQueriesContext(
            connection,
        ) as statements:
            pipeline.stages(at=LATER)

        assert len(statements) == 4


class TestOutcomes:
    def test_count_what_ended_in_the_window(self, room: Tenant) -> None:
        first, second, _third = _arrive(3)
        applications.decline(
            actor=actor(Role.SUPERVISOR), at=LATER, application_id=first.pk, reason="No"
        )
        build.approve(second, at=LATER)

        assert pipeline.outcomes(at=LATER, window=timedelta(hours=1)) == {
            "APPROVED": 1,
            "ACCEPTED": 0,
            "DECLINED": 1,
            "WITHDRAWN": 0,
            "EXPIRED": 0,
        }


class TestStuck:
    def test_lists_the_longest_overdue_first_page_by_page(self, room: Tenant) -> None:
        arrived = _arrive(5)
        late = NOON + timedelta(days=9)

        first = pipeline.stuck(at=late, limit=3)
        second = pipeline.stuck(at=late, limit=3, after=first.after)

        assert [row.pk for row in [*first.rows, *second.rows]] == [row.pk for row in arrived]
        assert second.after is None

    def test_leaves_out_what_is_in_time(self, room: Tenant) -> None:
        _arrive(5)

        assert pipeline.stuck(at=LATER).rows == []

    def test_narrows_to_a_stage_and_an_officer(self, room: Tenant) -> None:
        officer = build.officer("wang")
        first, *_ = _arrive(3)
        _assign(first, officer)
        late = NOON + timedelta(days=9)

        assert len(pipeline.stuck(at=late, stage=Stage.REFERRED).rows) == 3
        assert pipeline.stuck(at=late, stage=Stage.SUBMITTED).rows == []
        [row] = pipeline.stuck(at=late, officer_id=officer.pk).rows
        assert row.assigned_to == officer


class TestQueue:
    def test_has_the_least_time_left_first(self, room: Tenant) -> None:
        arrived = _arrive(3)

        page = pipeline.queue(stage=Stage.REFERRED)

        assert [row.pk for row in page.rows] == [row.pk for row in arrived]

    def test_is_read_from_its_index(self, room: Tenant) -> None:
        _arrive(1)
        with connection.cursor() as cursor:
            # So few rows are sorted faster than looked up; without sorting, can it be done?
            cursor.execute("SET LOCAL enable_sort = off")

        plan = (
            Application.objects.overdue(LATER)
            .filter(stage=Stage.REFERRED)
            .order_by("stage_due_at", "id")[:50]
            .explain()
        )

        assert "lending_application_queue" in plan
        assert "Sort" not in plan


class TestOfficerLoad:
    def test_counts_each_desk_and_the_queue_of_nobody(self, room: Tenant) -> None:
        officer = build.officer("wang")
        first, *_ = _arrive(3)
        _assign(first, officer)

        nobody, hers = pipeline.officer_load(at=NOON + timedelta(days=2, minutes=30))

        assert (nobody.user_id, nobody.count, nobody.breached) == (None, 2, 0)
        assert (hers.name, hers.count, hers.breached) == ("Wang", 1, 1)
        assert hers.share == pytest.approx(0.001)


def _assign(application: Application, officer: User) -> None:
    applications.assign(
        actor=actor(Role.SUPERVISOR),
        at=LATER,
        application_id=application.pk,
        user_id=officer.pk,
    )
