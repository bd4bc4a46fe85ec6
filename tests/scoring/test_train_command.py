"""`manage.py train`, as scripts call it: without tenant, without database."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from scoring.queries import samples
from scoring.rules.card import load
from tests.scoring import build

METRICS = {"auc", "ks", "gini", "brier", "log_loss", "ece"}


@pytest.fixture
def labelled(tmp_path):
    path = tmp_path / "labelled.csv"
    path.write_bytes(build.labelled_csv())
    return path


def train(*arguments: object) -> dict:
    out = StringIO()
    call_command("train", *map(str, arguments), "--json", stdout=out)
    return json.loads(out.getvalue().splitlines()[-1])


class TestTrain:
    @pytest.mark.parametrize("kind", ["scorecard", "gbm"])
    def test_prints_the_agreed_shape(self, labelled, kind):
        report = train("--data", labelled, "--target", "defaulted", "--kind", kind, "--folds", 3)

        assert METRICS | {"fit_seconds", "row_latency_ms_p50", "rows_per_second"} <= set(report)
        assert len(report["folds"]) == 3
        assert all(set(fold) == METRICS for fold in report["folds"])
        for name in METRICS:
            mean = sum(fold[name] for fold in report["folds"]) / 3
            assert report[name] == pytest.approx(mean)

    def test_writes_a_card_that_can_be_served(self, labelled, tmp_path):
        output = tmp_path / "card.json"
        catalogue = tmp_path / "catalogue.json"
        catalogue.write_text(json.dumps(samples.catalogue("merchant_flow")))

        train(
            "--data", labelled, "--target", "defaulted", "--output", output,
            "--catalogue", catalogue,
        )  # fmt: skip

        documents = json.loads(output.read_text())
        assert load(documents["card"]).features
        assert documents["model_card"]["dropped"]["rating"] == "barred"
        assert documents["model_card"]["data"]["bads"] > 10

    @pytest.mark.parametrize(
        ("content", "message"),
        [
            ("", "the file is empty"),
            ("x,y\n1,0\n2,1\n", "column 'bad': the target is missing; expected one of x, y"),
            ("x,bad\n1,0\n2,7\n", "column 'bad': has the value 7"),
            ("x,bad\n1,0\n2,1\n", "column 'bad': 5 folds of 1 bads and 1 goods"),
        ],
    )
    def test_refuses_bad_data_and_names_file_column_and_need(self, tmp_path, content, message):
        path = tmp_path / "bad.csv"
        path.write_text(content)

        with pytest.raises(CommandError, match=r"bad\.csv") as refused:
            train("--data", path, "--target", "bad")

        assert message in str(refused.value)

    def test_refuses_a_file_that_is_not_there(self, tmp_path):
        with pytest.raises(CommandError, match="cannot be read"):
            train("--data", tmp_path / "nothing.csv", "--target", "bad")

    @pytest.mark.parametrize(
        ("file", "target", "auc"),
        [
            ("german", "creditability", 0.78),
            pytest.param("taiwan", "default", 0.765, marks=pytest.mark.slow),
            pytest.param("gmsc", "SeriousDlqin2yrs", 0.855, marks=pytest.mark.slow),
        ],
    )
    def test_is_as_good_as_its_peers_on_public_data(self, shared, file, target, auc):
        report = train("--data", shared / f"data/credit/{file}.parquet", "--target", target)

        assert report["auc"] >= auc
        assert report["row_latency_ms_p50"] < 1
