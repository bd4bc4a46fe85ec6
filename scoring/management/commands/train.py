"""`manage.py train`: how well a labelled file separates, and the card that it gives."""

import json
import time
from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from tqdm import tqdm

from scoring.management.timing import Speed, boosting_speed, card_speed
from scoring.rules.boosting import fit_boosting
from scoring.rules.cards import Run, card_document, model_card_document
from scoring.rules.catalogue import Catalogue, InvalidCatalogue, plain_catalogue
from scoring.rules.dataset import BadData, Dataset
from scoring.rules.metrics import METRICS
from scoring.rules.tables import parse
from scoring.rules.training import FittedCard, Settings, fit
from scoring.rules.validation import Fitted, cross_validate, means

Fit = Callable[[Dataset], Fitted]


class Command(BaseCommand):
    """Trains on a CSV or Parquet file, without tenant and without database."""

    help = "Train a scorecard on a labelled CSV or Parquet file and measure it out of fold."
    requires_system_checks = ()
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--data", type=Path, required=True, help="CSV or Parquet file")
        parser.add_argument("--target", required=True, help="column of 0 (good) and 1 (bad)")
        parser.add_argument("--kind", choices=["scorecard", "gbm"], default="scorecard")
        parser.add_argument("--folds", type=int, default=5)
        parser.add_argument("--seed", type=int, default=20260101)
        parser.add_argument("--catalogue", type=Path, help="feature catalogue (JSON)")
        parser.add_argument("--output", type=Path, help="where to write card and model card")
        parser.add_argument("--intended-use", default="", help="for the model card")
        parser.add_argument("--json", action="store_true", help="one JSON object on stdout")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self._train(options)
        except (BadData, InvalidCatalogue) as problem:
            raise CommandError(f"{options['data']}: {problem}") from problem

    def _train(self, options: dict[str, Any]) -> None:
        catalogue = _catalogue(options["catalogue"])
        data = parse(
            _content(options["data"]),
            target=options["target"],
            bars=catalogue.barred if catalogue else (),
        )
        if catalogue is None:
            catalogue = plain_catalogue(data.kinds())
        else:
            data = data.only(catalogue.features, "not in the catalogue")
        fit_one = _fitter(options["kind"], catalogue, options["seed"])
        with tqdm(total=100, unit="%", desc=options["kind"]) as bar:

            def progress(share: float, message: str) -> None:
                bar.set_postfix_str(message, refresh=False)
                bar.update(int(90 * share) - bar.n)

            folds = cross_validate(
                data, fit_one, folds=options["folds"], seed=options["seed"], progress=progress
            )
            bar.update(90 - bar.n)
            bar.set_postfix_str("all rows")
            begun = time.perf_counter()
            fitted = fit_one(data)
            fit_seconds = time.perf_counter() - begun
            speed = _speed(fitted, data, catalogue)
            bar.update(100 - bar.n)
        if options["output"] and isinstance(fitted, FittedCard):
            use = options["intended_use"] or "Not stated."
            run = Run(timezone.localdate(), options["seed"], use, folds)
            _write(options["output"], fitted, catalogue, data, run)
        self._report(options, data, folds, fit_seconds, speed)

    def _report(
        self,
        options: dict[str, Any],
        data: Dataset,
        folds: list[dict[str, float]],
        fit_seconds: float,
        speed: Speed,
    ) -> None:
        report = {
            **means(folds),
            "fit_seconds": round(fit_seconds, 3),
            "row_latency_ms_p50": speed.row_latency_ms_p50,
            "rows_per_second": speed.rows_per_second,
            "folds": folds,
            "kind": options["kind"],
            "rows": len(data),
            "bads": data.bads,
            "seed": options["seed"],
            "excluded": dict(data.excluded),
        }
        if options["json"]:
            self.stdout.write(json.dumps(report))
            return
        self.stdout.write(f"{len(data):,} rows, {data.bads:,} bads, {len(folds)} folds")
        for name in METRICS:
            spread = float(np.std([fold[name] for fold in folds], ddof=1))
            self.stdout.write(f"  {name:<9} {report[name]:.4f} ± {spread:.4f}")
        self.stdout.write(
            f"  fitted in {fit_seconds:.2f} s; {speed.row_latency_ms_p50:.4f} ms a row, "
            f"{speed.rows_per_second:,.0f} rows/s in batch"
        )


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as problem:
        raise CommandError(f"{path} cannot be read: {problem.strerror}") from problem


def _catalogue(path: Path | None) -> Catalogue | None:
    if path is None:
        return None
    try:
        return Catalogue.from_json(json.loads(_content(path)))
    except (ValueError, KeyError, TypeError) as problem:
        raise CommandError(f"{path} is no feature catalogue: {problem}") from problem


def _fitter(kind: str, catalogue: Catalogue, seed: int) -> Fit:
    if kind == "gbm":
        return lambda part: fit_boosting(part, seed)
    return lambda part: fit(part, catalogue, Settings())


def _speed(fitted: Fitted, data: Dataset, catalogue: Catalogue) -> Speed:
    if isinstance(fitted, FittedCard):
        return card_speed(card_document(fitted, catalogue, Settings().cap), fitted, data)
    return boosting_speed(fitted, data)


def _write(path: Path, fitted: FittedCard, catalogue: Catalogue, data: Dataset, run: Run) -> None:
    documents = {
        "card": card_document(fitted, catalogue, Settings().cap),
        "model_card": model_card_document(fitted, catalogue, data, run),
    }
    path.write_text(json.dumps(documents, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
