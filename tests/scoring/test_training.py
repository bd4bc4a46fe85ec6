import csv
import io
from dataclasses import replace

import numpy as np
import pytest

from scoring.queries import samples
from scoring.rules.canonical import canonical
from scoring.rules.card import load, total
from scoring.rules.cards import card_document
from scoring.rules.catalogue import Catalogue, InvalidCatalogue, plain_catalogue
from scoring.rules.dataset import BadData
from scoring.rules.metrics import auc
from scoring.rules.tables import parse
from scoring.rules.training import Settings, fit
from scoring.rules.validation import cross_validate, intervals, means
from tests.scoring import build


def labelled():
    words = build.catalogue()
    data = parse(build.labelled_csv(), target="defaulted", bars=words.barred)
    return data.only(words.features, "not in the catalogue"), words


class TestFit:
    def test_the_same_data_give_the_same_bytes(self):
        data, words = labelled()

        one, other = (canonical(card_document(fit(data, words), words, 200)) for _ in range(2))

        assert one == other

    def test_the_order_of_the_rows_does_not_matter(self):
        data, words = labelled()
        shuffled = data.take(np.random.default_rng(5).permutation(len(data)))

        assert canonical(card_document(fit(data, words), words, 200)) == canonical(
            card_document(fit(shuffled, words), words, 200)
        )

    def test_separates_and_keeps_every_direction(self):
        data, words = labelled()
        fitted = fit(data, words)

        assert auc(data.bad, fitted.pd(data)) > 0.85
        for feature in fitted.features:
            steps = np.diff(feature.points[:-1])
            direction = words.features[feature.name].direction
            if direction == "higher_is_safer":
                assert (steps >= 0).all(), feature.name
            if direction == "lower_is_safer":
                assert (steps <= 0).all(), feature.name

    def test_predicts_as_many_bads_as_there_were(self):
        data, words = labelled()

        assert fit(data, words).pd(data).mean() == pytest.approx(data.bad.mean(), abs=0.01)

    def test_the_served_card_gives_the_points_of_the_fit(self):
        data, words = labelled()
        fitted = fit(data, words)
        card = load(card_document(fitted, words, 200))
        rows = csv.DictReader(io.StringIO(build.labelled_csv().decode()))

        served = [total(card, {k: v or None for k, v in row.items()}) for row in rows]

        assert served == fitted.totals(data).tolist()

    def test_no_feature_spans_more_than_the_cap(self):
        data, words = labelled()

        fitted = fit(data, words, Settings(cap=40))

        assert all(max(f.points) - min(f.points) <= 40 for f in fitted.features)
        assert fitted.pd(data).mean() == pytest.approx(data.bad.mean(), abs=0.01)

    def test_a_rating_never_gets_in_even_where_it_tells_all(self):
        words = build.catalogue()
        data = parse(build.labelled_csv(), target="defaulted", bars=words.barred)

        assert data.excluded["rating"] == "barred"
        assert "rating" not in data.columns

    def test_a_catalogue_cannot_list_what_it_bars(self):
        document = samples.catalogue("merchant_flow")
        document["features"][0]["name"] = "rating"

        with pytest.raises(InvalidCatalogue, match="rating is barred"):
            Catalogue.from_json(document)

    def test_a_monotone_feature_of_pure_chance_weighs_little_or_nothing(self):
        source = np.random.default_rng(11)
        lines = ["signal,noise,bad"]
        for _ in range(400):
            signal = source.normal()
            bad = int(source.random() < 1 / (1 + np.exp(1 + 2 * signal)))
            lines.append(f"{signal:.4f},{source.normal():.4f},{bad}")
        data = parse("\n".join(lines).encode(), target="bad")
        plain = plain_catalogue(data.kinds())
        told = {k: replace(f, direction="monotone") for k, f in plain.features.items()}

        fitted = fit(data, replace(plain, features=told))

        span = {f.name: max(f.points) - min(f.points) for f in fitted.features}
        assert span.get("noise", 0) < span["signal"] / 4

    def test_a_category_is_learned_too(self):
        lines = ["trade,bad"]
        for trade, bads in (("food", 5), ("steel", 30), ("cloth", 6)):
            lines += [f"{trade},{int(row < bads)}" for row in range(60)]
        data = parse("\n".join(lines).encode(), target="bad")
        words = plain_catalogue(data.kinds())

        card = load(card_document(fit(data, words), words, 200))

        assert total(card, {"trade": "steel"}) < total(card, {"trade": "unheard of"})
        assert total(card, {"trade": "unheard of"}) == total(card, {"trade": None})

    def test_refuses_too_few_bads(self):
        lines = ["x,bad", *(f"{row},{int(row < 5)}" for row in range(100))]
        data = parse("\n".join(lines).encode(), target="bad")

        with pytest.raises(BadData, match="5 bads and 95 goods; expected at least 10 of each"):
            fit(data, plain_catalogue(data.kinds()))


class TestCrossValidate:
    def test_measures_each_fold_and_their_mean(self):
        data, words = labelled()

        folds = cross_validate(data, lambda part: fit(part, words), folds=4, seed=1)

        assert len(folds) == 4
        assert means(folds)["auc"] == pytest.approx(sum(f["auc"] for f in folds) / 4)
        mean, low, high = intervals(folds)["auc"]
        assert low < mean < high

    def test_a_seed_gives_the_same_folds(self):
        data, words = labelled()
        runs = [
            cross_validate(data, lambda part: fit(part, words), folds=3, seed=seed)
            for seed in (1, 1, 2)
        ]

        assert runs[0] == runs[1] != runs[2]

    def test_refuses_more_folds_than_bads(self):
        data, words = labelled()

        with pytest.raises(BadData, match="folds"):
            cross_validate(data, lambda part: fit(part, words), folds=1_000, seed=1)
