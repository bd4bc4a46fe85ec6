"""What the database refuses, whoever asks: each law broken once by raw SQL."""

import pytest
from django.db import DatabaseError, connection, transaction

from tests.scoring import build

pytestmark = pytest.mark.usefixtures("room")


def refused(statement: str, message: str) -> None:
    with (
        pytest.raises(DatabaseError, match=message),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


@pytest.fixture
def decision(room):
    build.approved()
    build.published()
    return build.decision()


class TestFrozen:
    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE scoring_decision SET score = 900",
            "UPDATE scoring_decision SET outcome = 'approve'",
            "DELETE FROM scoring_decision",
            "UPDATE scoring_featuresnapshot SET \"values\" = '{}'",
            "DELETE FROM scoring_featuresnapshot",
            "UPDATE scoring_scorecard SET card = '{}'",
            "UPDATE scoring_scorecard SET sha256 = repeat('0', 64)",
            "UPDATE scoring_scorecard SET model_card = '{}'",
            "UPDATE scoring_scorecard SET status = 'draft', approved_at = NULL",
            "UPDATE scoring_scorecard SET approved_by = 'someone else'",
            "DELETE FROM scoring_scorecard",
            "UPDATE scoring_policy SET \"table\" = '{}'",
            "UPDATE scoring_policy SET version = 7",
            "DELETE FROM scoring_policy",
            "UPDATE scoring_trainingrun SET metrics = '{}'",
            "DELETE FROM scoring_trainingrun",
        ],
    )
    def test_refuses(self, decision, statement):
        refused(statement, "append-only|frozen")

    @pytest.mark.parametrize(
        "table", ["decision", "featuresnapshot", "scorecard", "policy", "trainingrun"]
    )
    def test_nothing_is_truncated(self, decision, table):
        refused(f"TRUNCATE scoring_{table} CASCADE", "permission denied")

    def test_the_status_moves_forward_only(self, decision):
        with connection.cursor() as cursor:
            cursor.execute("UPDATE scoring_policy SET status = 'retired', retired_at = now()")
            cursor.execute("UPDATE scoring_scorecard SET status = 'retired', retired_at = now()")
        refused(
            "UPDATE scoring_policy SET status = 'published', retired_at = NULL",
            "append-only|frozen",
        )
        refused(
            "UPDATE scoring_scorecard SET status = 'approved', retired_at = NULL",
            "append-only|frozen",
        )


COPY = """
    INSERT INTO scoring_decision (id, subject_type, subject_id, snapshot_id, scorecard_id,
        policy_id, evidence_hash, outcome, score, pd, "limit", annual_rate, reasons, trace,
        sha256, decided_at, decided_by)
    SELECT gen_random_uuid(), subject_type, subject_id, snapshot_id, {scorecard},
        policy_id, evidence_hash, {outcome}, {score}, pd, {limit}, {rate}, reasons, trace,
        {sha256}, decided_at, decided_by FROM scoring_decision
"""


def copied(**columns: str) -> str:
    same = {
        "scorecard": "scorecard_id", "outcome": "outcome", "score": "score", "limit": '"limit"',
        "rate": "annual_rate", "sha256": "sha256",
    }  # fmt: skip
    return COPY.format(**{**same, **columns})


class TestChecks:
    @pytest.mark.parametrize(
        ("columns", "constraint"),
        [
            ({"score": "349"}, "scoring_decision_score_in_range"),
            ({"score": "951"}, "scoring_decision_score_in_range"),
            ({"limit": "NULL"}, "scoring_decision_outcome_has_its_facts"),
            ({"limit": "0"}, "scoring_decision_outcome_has_its_facts"),
            ({"rate": "NULL"}, "scoring_decision_outcome_has_its_facts"),
            ({"outcome": "'decline'"}, "scoring_decision_outcome_has_its_facts"),
            ({"outcome": "'maybe'"}, "scoring_decision_outcome_has_its_facts"),
            ({"sha256": "'abc'"}, "scoring_decision_hash_is_sha256"),
        ],
    )
    def test_refuses_a_decision_without_its_facts(self, decision, columns, constraint):
        refused(copied(**columns), constraint)

    def test_refuses_a_decision_by_a_card_that_is_not_in_the_room(self, decision):
        refused(
            copied(scorecard="gen_random_uuid()") + "; SET CONSTRAINTS ALL IMMEDIATE", "room_fk"
        )

    def test_one_approved_card_and_one_published_policy_of_a_name(self, decision):
        refused(
            'INSERT INTO scoring_policy (id, name, version, "table", sha256, status, '
            'published_at, published_by) SELECT gen_random_uuid(), name, 99, "table", sha256, '
            "status, published_at, published_by FROM scoring_policy",
            "scoring_policy_one_published",
        )
        refused(
            "INSERT INTO scoring_scorecard (id, name, version, card, sha256, model_card, status, "
            "trained_at, trained_by, approved_at, approved_by) SELECT gen_random_uuid(), name, "
            "99, card, sha256, model_card, status, trained_at, trained_by, approved_at, "
            "approved_by FROM scoring_scorecard",
            "scoring_scorecard_one_approved",
        )
