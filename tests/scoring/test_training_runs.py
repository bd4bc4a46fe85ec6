"""Training as a task: what is asked, what is seen while it runs, how it ends."""

import pytest

from scoring.actions import cards, training
from scoring.models import RunStatus, Scorecard, ScorecardStatus, TrainingRun
from scoring.queries import samples
from scoring.rules import training as training_rules
from tenancy import room as rooms
from tenancy.errors import Forbidden, Invalid, NotFound
from tenancy.ids import uuid7
from tenancy.models import AuditEvent
from tenancy.roles import Role
from tests.scoring import build
from tests.tenancy.build import NOON, actor

pytestmark = pytest.mark.usefixtures("room")


def run(asked: TrainingRun) -> TrainingRun:
    return training.run(actor=build.SYSTEM, at=NOON, on=build.ON, run_id=asked.pk)


class TestTrain:
    def test_a_card_comes_as_a_draft_with_its_model_card(self, sent_tasks):
        asked = build.training_run()
        assert sent_tasks.names == ["scoring.train"]
        sent_tasks.run()

        asked.refresh_from_db()
        assert (asked.status, asked.progress) == (RunStatus.SUCCEEDED, 100)
        card = asked.scorecard
        assert card is not None
        assert (card.status, card.version) == (ScorecardStatus.DRAFT, 1)
        assert card.model_card["data"]["rows"] == 240
        assert card.model_card["seed"] == 20260101
        auc = card.model_card["metrics"]["auc"]
        assert auc["low"] < auc["mean"] < auc["high"]
        assert asked.metrics == card.model_card["metrics"]

    def test_progress_is_written_while_it_runs(self, monkeypatch):
        asked = build.training_run()
        seen = []
        fit = training_rules.fit

        def watching(*args, **kwargs):
            seen.append(TrainingRun.objects.get(pk=asked.pk).progress)
            return fit(*args, **kwargs)

        monkeypatch.setattr(training, "fit", watching)
        run(asked)

        assert seen == sorted(seen)
        assert seen[0] == 0
        assert 0 < seen[2] < 100

    def test_the_same_file_gives_the_same_card(self):
        one, other = build.draft(), build.draft()

        assert one.sha256 == other.sha256
        assert [one.version, other.version] == [1, 2]

    def test_delivered_again_it_changes_nothing(self):
        asked = build.training_run()
        run(asked)
        run(asked)

        assert Scorecard.objects.count() == 1

    def test_data_that_cannot_be_trained_on_end_the_run_with_the_reason(self):
        done = run(build.training_run(target="outcome"))

        assert done.status == RunStatus.FAILED
        assert "column 'outcome': the target is missing" in done.message
        assert Scorecard.objects.count() == 0

    def test_refuses_a_catalogue_that_contradicts_itself(self):
        catalogue = samples.catalogue("merchant_flow")
        catalogue["features"][0]["direction"] = "sideways"

        with pytest.raises(Invalid, match="sales_total has direction 'sideways'"):
            build.training_run(catalogue=catalogue)

    def test_is_for_risk_managers(self):
        with pytest.raises(Forbidden):
            cards.approve(actor=actor(Role.OFFICER), at=NOON, card_id=uuid7())

    def test_a_run_of_another_room_is_not_found(self):
        with pytest.raises(NotFound):
            training.run(actor=build.SYSTEM, at=NOON, on=build.ON, run_id=uuid7())


class TestApprove:
    def test_the_card_before_is_retired(self):
        first, second = build.approved(), build.draft()
        cards.approve(actor=actor(Role.RISK_MANAGER), at=NOON, card_id=second.pk)

        first.refresh_from_db()
        assert first.status == ScorecardStatus.RETIRED
        assert first.retired_at == NOON
        actions = AuditEvent.objects.values_list("action", flat=True)
        assert {"scorecard.train", "scorecard.approve", "scorecard.retire"} <= set(actions)

    @pytest.mark.parametrize("status", ["approved", "retired"])
    def test_only_a_draft_can_be_approved(self, status):
        card = build.approved()
        if status == "retired":
            cards.retire(actor=build.SYSTEM, at=NOON, card_id=card.pk)

        with pytest.raises(cards.WrongStatus, match=status):
            cards.approve(actor=build.SYSTEM, at=NOON, card_id=card.pk)

    def test_a_retired_card_stays_retired(self):
        card = build.draft()
        cards.retire(actor=build.SYSTEM, at=NOON, card_id=card.pk)

        with pytest.raises(cards.WrongStatus):
            cards.retire(actor=build.SYSTEM, at=NOON, card_id=card.pk)


@pytest.mark.django_db(transaction=True)
class TestAcrossTransactions:
    def test_each_step_is_committed_so_that_others_see_it(self, monkeypatch, admin_connection):
        asked = build.training_run()
        seen = []
        fit = training_rules.fit

        def watching(*args, **kwargs):
            row = admin_connection.execute(
                "SELECT status, progress FROM scoring_trainingrun WHERE id = %s", [asked.pk]
            ).fetchone()
            admin_connection.commit()
            seen.append(row)
            return fit(*args, **kwargs)

        monkeypatch.setattr(training, "fit", watching)
        run(asked)

        assert {status for status, _ in seen} == {"running"}
        assert [progress for _, progress in seen] == [0, 16, 32, 48, 64, 64]
        with rooms.enter(rooms.current()):
            assert TrainingRun.objects.get(pk=asked.pk).status == RunStatus.SUCCEEDED
