"""Decisions as rows: written once, replayed to the byte, refused with a reason."""

from dataclasses import replace
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from scoring.actions import cards, decisions, policies, snapshots
from scoring.models import Decision, FeatureSnapshot
from scoring.queries import current, history
from scoring.queries.current import NotConfigured, Tampered
from scoring.rules.canonical import sha256
from tenancy.errors import Forbidden, Invalid
from tenancy.roles import Role
from tests.scoring import build
from tests.tenancy.build import NOON, actor

pytestmark = pytest.mark.usefixtures("room")


@pytest.fixture
def configured(room):
    build.approved()
    build.published()


@pytest.mark.usefixtures("configured")
class TestDecide:
    def test_writes_down_all_that_it_was_made_from(self):
        made = build.decision()

        decision = Decision.objects.get(pk=made.pk)
        assert decision.outcome == "approve"
        assert decision.limit == Decimal(100_000)
        assert decision.snapshot.values == dict(build.HEALTHY)
        assert decision.snapshot.sha256 == sha256(dict(build.HEALTHY))
        assert decision.sha256 == sha256(decision.trace)
        assert (decision.decided_at, decision.decided_by) == (NOON, "test")
        assert len([r for r in decision.reasons if r["kind"] == "score"]) >= 4

    def test_takes_one_insert_each_for_snapshot_and_decision(self):
        build.decision()
        with CaptureQueriesContext(
            connection,
        ) as queries:
            build.decision()

        statements = [query["sql"].split()[0] for query in queries]
        assert statements == ["SELECT", "SELECT", "INSERT", "INSERT"]

    def test_a_newly_published_policy_decides_at_once(self):
        assert build.decision().outcome == "approve"
        table = build.table()
        table["rules"].insert(
            0, {"code": "stop", "when": {"score": {">": "0"}}, "outcome": "refer",
                "text": {"en": "Stop"}},
        )  # fmt: skip
        table["rules"] = table["rules"][:1]
        build.published(table)

        assert build.decision().outcome == "refer"

    def test_refuses_what_does_not_fit_and_writes_nothing(self):
        with (
            pytest.raises(decisions.Undecidable, match="sales_total: 'plenty' is not a number"),
            transaction.atomic(),
        ):
            build.decision({**build.HEALTHY, "sales_total": "plenty"})

        assert Decision.objects.count() == 0

    def test_refuses_a_request_that_is_no_amount(self):
        with pytest.raises(decisions.Undecidable, match=r"request\.amount"):
            build.decision(request={**build.REQUEST, "amount": "1e999999999"})

    @pytest.mark.parametrize(
        "values",
        [
            {"sales_total": 5.0},
            {"": "1"},
            {"a b": "1"},
            {"request.room": "1"},
            {"x": "1" * 201},
            {"x": "\x00"},
        ],
    )
    def test_refuses_features_of_another_shape(self, values):
        with pytest.raises(Invalid):
            build.decision(values)

    def test_keeps_the_history_of_a_subject(self):
        first = build.decision()
        second = build.decision(build.FRAIL)
        build.decision(subject_id="F2")

        assert list(history.decisions_of("merchant", "F1")) == [second, first]
        assert history.snapshots_of("merchant", "F1").count() == 2

    def test_an_agent_may_not_ask(self):
        with pytest.raises(Forbidden):
            decisions.decide(
                actor=actor(Role.AGENT), at=NOON, subject_type="merchant", subject_id="F1",
                values={}, as_of=build.ON, source="test", request=build.REQUEST,
            )  # fmt: skip


class TestConfiguration:
    def test_without_a_card_nothing_is_decided(self):
        build.published()

        with pytest.raises(NotConfigured, match="no approved scorecard"):
            build.decision()

    def test_without_a_policy_nothing_is_decided(self):
        build.approved()

        with pytest.raises(NotConfigured, match="no published policy"):
            build.decision()

    def test_of_several_policies_one_must_be_named(self, configured):
        published = build.published()
        policies.publish(actor=build.SYSTEM, at=NOON, name="other", table=build.table())

        with pytest.raises(NotConfigured, match="more than one"), transaction.atomic():
            build.decision()
        assert build.decision(policy="merchant_flow").policy_id == published.pk

    def test_publishing_again_what_is_in_force_changes_nothing(self):
        assert build.published() == build.published()


@pytest.mark.usefixtures("configured")
class TestReplay:
    @pytest.mark.parametrize(
        "values",
        [
            build.HEALTHY,
            build.FRAIL,
            {},
            {**build.HEALTHY, "void_rate": "0.5"},
            {**build.HEALTHY, "last_12m_monthly_median": None},
        ],
    )
    def test_comes_to_the_same_bytes(self, values):
        decision = Decision.objects.get(pk=build.decision(values).pk)

        ruling = decisions.replay(decision)

        assert sha256(ruling.trace) == decision.sha256

    def test_comes_to_the_same_bytes_from_a_cold_process(self):
        made = build.decision()
        current.compiled_card.cache_clear()
        current.compiled_policy.cache_clear()

        decisions.replay(Decision.objects.get(pk=made.pk))

    def test_still_uses_the_card_and_policy_of_then(self):
        made = build.decision()
        cards.approve(actor=build.SYSTEM, at=NOON, card_id=build.draft().pk)
        table = build.table()
        table["limits"]["grid"] = "7000"
        build.published(table)

        assert decisions.replay(Decision.objects.get(pk=made.pk)).limit == Decimal(100_000)

    @pytest.mark.parametrize(
        ("change", "where"),
        [
            (lambda d: d.trace["score"].update(raw=1), "/trace/score/raw"),
            (lambda d: d.trace["rules"][0].update(met=True), "/trace/rules/0/met"),
            (lambda d: setattr(d, "limit", Decimal(5)), "/limit"),
            (lambda d: setattr(d, "score", 949), "/score"),
            (lambda d: d.reasons.pop(), "/reasons/4"),
            (lambda d: setattr(d, "sha256", "0" * 64), "/sha256"),
        ],
    )
    def test_names_the_first_difference(self, change, where):
        decision = Decision.objects.get(pk=build.decision().pk)
        change(decision)

        with pytest.raises(decisions.ReplayMismatch) as found:
            decisions.replay(decision)

        assert found.value.where == where

    def test_notices_a_snapshot_that_was_altered(self):
        decision = Decision.objects.get(pk=build.decision().pk)
        decision.snapshot.values["sales_total"] = "1"

        with pytest.raises(Tampered, match="snapshot"):
            decisions.replay(decision)


class TestTake:
    def test_the_same_values_have_the_same_hash(self):
        def take():
            return snapshots.take(
                actor=build.SYSTEM, at=NOON, subject_type="person", subject_id="P1",
                values={"b": "2", "a": None}, as_of=build.ON, source="test",
            )  # fmt: skip

        assert take().sha256 == take().sha256 == sha256({"a": None, "b": "2"})
        assert FeatureSnapshot.objects.count() == 2

    def test_an_actor_is_written_by_name(self, configured):
        someone = replace(build.SYSTEM, name="Li Wei")
        made = decisions.decide(
            actor=someone, at=NOON, subject_type="person", subject_id="P1", values=build.HEALTHY,
            as_of=build.ON, source="test", request=build.REQUEST,
        )  # fmt: skip

        assert made.decided_by == "Li Wei"
