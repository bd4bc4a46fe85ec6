"""The main job's decisions on real firms: 123 teach, 302 are decided, every decision replays."""

import csv
import io
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from merchants.actions import generation
from merchants.rules.features import NAMES, features
from scoring.actions import cards, decisions, training
from scoring.models import Decision
from scoring.rules.canonical import sha256
from tests.scoring import build
from tests.tenancy.build import NOON

AS_OF = date(2020, 2, 29)

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("room")]


def values(folder: Path, group: str) -> dict[str, dict[str, str | None]]:
    firms = generation.firms_of(folder, group, until=AS_OF)
    return {
        code: {
            name: None if value is None else format(value, "f")
            for name, value in features(invoices, AS_OF).items()
        }
        for code, (invoices, _) in firms.items()
    }


def labelled_file(folder: Path) -> bytes:
    labels = (folder / "labels.csv").read_text(encoding="utf-8").splitlines()[1:]
    defaulted = {line.split(",")[0]: line.split(",")[2] for line in labels}
    text = io.StringIO()
    writer = csv.DictWriter(text, [*NAMES, "defaulted"])
    writer.writeheader()
    for code, known in values(folder, "labelled").items():
        writer.writerow({**known, "defaulted": defaulted[code]})
    return text.getvalue().encode()


class TestMainJob:
    @pytest.mark.timeout(600)
    def test_every_applicant_is_decided_and_every_decision_replays(self, shared: Path) -> None:
        folder = shared / "data" / "merchant-invoices"
        asked = build.training_run(content=labelled_file(folder))
        run = training.run(actor=build.SYSTEM, at=NOON, on=build.ON, run_id=asked.pk)
        assert run.scorecard is not None
        assert float(run.metrics["auc"]["mean"]) >= 0.85
        cards.approve(actor=build.SYSTEM, at=NOON, card_id=run.scorecard.pk)
        build.published()

        request = {**build.REQUEST, "amount": "1000000"}
        for code, known in values(folder, "applicants").items():
            build.decision(known, request, subject_id=code, as_of=AS_OF)

        made = Decision.objects.select_related("snapshot", "scorecard", "policy")
        outcomes = Counter(decision.outcome for decision in made)
        assert sum(outcomes.values()) == 302
        assert min(outcomes[name] for name in ("approve", "refer", "decline")) >= 20
        for decision in made:
            assert sha256(decisions.replay(decision).trace) == decision.sha256
