"""Benchmarks and policies: dated, sourced, within their ranges, never changed afterwards."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from rural.actions import benchmarks, capacity_policies
from rural.actions.benchmarks import Survey
from rural.models import Benchmark, CapacityPolicy
from rural.rules.benchmarks import FIGURES, Kind
from tenancy.errors import Forbidden, Invalid, NotFound
from tenancy.ids import uuid7
from tenancy.models import AuditEvent
from tenancy.roles import Role
from tests.rural.capacity import build
from tests.rural.capacity.build import NOON, ON, actor

RISK = actor(Role.RISK_MANAGER)


def survey(kind: str = "crop", **changes) -> Survey:
    figures = {f.name: str((f.low + f.high) / 2) for f in FIGURES[Kind(kind)]}
    facts = {
        "kind": kind,
        "code": "rice",
        "name": "Rice",
        "name_zh": "水稻",
        "region": "1309",
        "year": 2026,
        "figures": figures,
        "source": "Survey of the county, 2026",
        "valid_from": date(2026, 1, 1),
    }
    return Survey(**{**facts, **changes})


def record(row: Survey) -> Benchmark:
    return benchmarks.record(actor=RISK, at=NOON, survey=row)


def refused(row: Survey) -> set[str]:
    with pytest.raises(Invalid) as caught:
        record(row)
    return {error.pointer for error in caught.value.errors}


FIGURE_LIMITS = [(kind.value, figure) for kind in Kind for figure in FIGURES[kind]]


@pytest.mark.usefixtures("room")
class TestRecord:
    @pytest.mark.parametrize(("kind", "figure"), FIGURE_LIMITS)
    def test_a_figure_may_be_at_its_limits_and_not_beyond(self, kind, figure):
        row = survey(kind)
        step = Decimal("0.0001")

        for value in (figure.low - step, figure.high + step, "NaN", "Infinity", "ten", ""):
            wrong = {**row.figures, figure.name: str(value)}
            found = [each.pointer for each in replace(row, figures=wrong).problems()]
            assert found == [f"/figures/{figure.name}"]
        record(replace(row, figures={**row.figures, figure.name: str(figure.low)}))
        record(
            replace(
                row,
                figures={**row.figures, figure.name: str(figure.high)},
                valid_from=date(2026, 2, 1),
            )
        )

    @pytest.mark.parametrize(("kind", "figure"), FIGURE_LIMITS)
    def test_a_figure_that_is_needed_is_missed(self, kind, figure):
        row = survey(kind)
        less = {name: value for name, value in row.figures.items() if name != figure.name}

        if figure.is_needed:
            assert refused(replace(row, figures=less)) == {f"/figures/{figure.name}"}
        else:
            record(replace(row, figures=less))

    @pytest.mark.parametrize(
        ("changes", "pointer"),
        [
            ({"kind": "weather"}, "/kind"),
            ({"code": ""}, "/code"),
            ({"code": "x" * 41}, "/code"),
            ({"name": " "}, "/name"),
            ({"name_zh": "名" * 81}, "/name_zh"),
            ({"source": ""}, "/source"),
            ({"source": "s" * 301}, "/source"),
            ({"note": "n" * 301}, "/note"),
            ({"region": "13"}, None),
            ({"region": "130"}, "/region"),
            ({"region": "13x9"}, "/region"),
            ({"year": 1989}, "/year"),
            ({"year": 1990}, None),
            ({"year": 2100}, None),
            ({"year": 2101}, "/year"),
            ({"valid_to": date(2025, 12, 31)}, "/valid_to"),
            ({"valid_to": date(2026, 1, 1)}, None),
            ({"lines": {"seed": "-1"}}, "/lines/seed"),
            ({"lines": {"seed": "0"}}, None),
            ({"lines": {"seed": "50000"}}, None),
            ({"lines": {"seed": "50001"}}, "/lines/seed"),
        ],
    )
    def test_a_fact_that_does_not_fit_is_named(self, changes, pointer):
        row = survey(**changes) if "kind" not in changes else replace(survey(), **changes)

        if pointer is None:
            record(row)
        else:
            assert refused(row) == {pointer}

    def test_an_unknown_figure_is_named(self):
        row = survey()

        assert refused(replace(row, figures={**row.figures, "rain": "5"})) == {"/figures/rain"}

    def test_a_later_one_ends_the_one_before(self):
        first = record(survey())

        record(survey(valid_from=date(2026, 7, 1), year=2027))

        first.refresh_from_db()
        assert first.valid_to == date(2026, 6, 30)
        assert Benchmark.objects.in_force(date(2026, 6, 30)).get() == first
        assert Benchmark.objects.in_force(date(2026, 7, 1)).get().year == 2027

    def test_one_that_begins_no_later_is_refused(self):
        record(survey())

        assert refused(survey()) == {"/valid_from"}

    def test_the_nearest_region_speaks_first(self):
        record(survey(region=""))
        near = record(survey(region="130929"))
        record(survey(region="1408"))

        assert Benchmark.objects.covering("130929203201").first() == near
        assert Benchmark.objects.covering("130929203201").count() == 2

    def test_an_officer_may_not(self):
        with pytest.raises(Forbidden):
            benchmarks.record(actor=actor(Role.OFFICER), at=NOON, survey=survey())

    def test_no_row_is_corrected_or_removed(self):
        row = record(survey())

        for statement in (
            "UPDATE rural_benchmark SET source = 'better' WHERE id = %s",
            "DELETE FROM rural_benchmark WHERE id = %s",
        ):
            with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement, [row.pk])

    def test_a_row_without_a_source_does_not_enter_the_table(self):
        row = record(survey())

        with pytest.raises(IntegrityError), transaction.atomic():
            Benchmark.objects.create(
                kind="crop", code="x", name="x", name_zh="x", year=2026, figures=row.figures,
                source="", valid_from=ON,
            )  # fmt: skip


@pytest.mark.usefixtures("room")
class TestAdopt:
    def test_what_is_shipped_is_sound_and_sourced(self):
        assert [list(each.problems()) for each in benchmarks.bundled()] == [[]] * 6

    def test_again_is_harmless(self):
        assert (build.adopted(), build.adopted()) == (6, 0)
        assert AuditEvent.objects.filter(action="benchmark.adopt").count() == 1

    @pytest.mark.parametrize(
        ("code", "figure", "value"),
        [
            ("corn", "yield", "427.78"),
            ("corn", "price", "2.0052"),
            ("corn", "cost", "488.06"),
            ("wheat", "yield", "471.86"),
            ("wheat", "cost", "460.13"),
        ],
    )
    def test_it_has_the_surveys_of_the_domain_text(self, code, figure, value):
        build.adopted()

        row = Benchmark.objects.get(code=code)
        assert row.figure(figure) == Decimal(value)
        assert not row.is_assumed
        assert "survey" in row.source


@pytest.mark.usefixtures("room")
class TestPolicy:
    def test_a_draft_is_replaced_until_it_is_published(self):
        first = build.draft()
        again = build.draft(note="Better")

        assert (again.pk, again.number) == (first.pk, 1)
        assert build.policy(note="Best").number == 1
        assert build.draft().number == 2

    def test_a_figure_out_of_range_is_named_with_its_range(self):
        with pytest.raises(Invalid) as caught:
            build.draft(purpose_rate="1.01")

        error = caught.value.errors[0]
        assert (error.pointer, error.value) == ("/rules/purpose_rate", "1.01")
        assert error.expected == "0 to 1"

    @pytest.mark.parametrize("value", ["half", 0.5, None, "NaN"])
    def test_a_figure_of_another_type_is_named(self, value):
        with pytest.raises(Invalid) as caught:
            build.draft(purpose_rate=value)

        assert caught.value.errors[0].pointer == "/rules/purpose_rate"

    @pytest.mark.parametrize("note", ["", " ", "n" * 301])
    def test_why_it_changes_must_be_said(self, note):
        with pytest.raises(Invalid):
            build.draft(note=note)

    def test_it_cannot_begin_in_the_past(self):
        row = build.draft(effective_from=date(2026, 1, 4))

        with pytest.raises(Invalid):
            capacity_policies.publish(actor=RISK, at=NOON, on=ON, policy_id=row.pk)

    def test_an_unknown_one_is_not_found(self):
        with pytest.raises(NotFound):
            capacity_policies.publish(actor=RISK, at=NOON, on=ON, policy_id=uuid7())

    def test_the_one_in_force_is_the_last_that_has_begun(self):
        now = build.policy()
        build.policy(effective_from=date(2026, 7, 1))

        assert CapacityPolicy.objects.in_force(ON).first() == now

    def test_publishing_freezes_it(self):
        row = build.policy()

        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("UPDATE rural_capacitypolicy SET rules = '{}' WHERE id = %s", [row.pk])

    def test_an_officer_may_not(self):
        with pytest.raises(Forbidden):
            capacity_policies.draft(
                actor=actor(Role.OFFICER), at=NOON, rules=capacity_policies.bundled(),
                effective_from=ON, note="no",
            )  # fmt: skip
