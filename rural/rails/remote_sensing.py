"""Crops seen from above: what a provider hands over, and the one that hands over a file."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

FIELDS = (
    "household", "parcel", "observed_on", "crop_class", "area_mu", "confidence", "stage",
    "cloud_pct", "provider", "evidence_url",
)  # fmt: skip
LARGEST_BYTES = 50_000_000


class SensingUnavailable(RuntimeError):
    """The provider could not be read: no file, too large, not CSV or JSON. Try again later."""


@dataclass(frozen=True, slots=True)
class RemoteSensingObservation:
    """
    One parcel on one day (rural.md §3.4), every value as it was written; `row` from 1.

    `household` is its code, `parcel` its number in the household's record from 1; `confidence`
    a fraction, `cloud_pct` per cent, `area_mu` mu, `observed_on` an ISO date.
    """

    row: int
    household: str
    parcel: str
    observed_on: str
    crop_class: str
    area_mu: str
    confidence: str
    stage: str
    cloud_pct: str
    provider: str
    evidence_url: str


class RemoteSensing(Protocol):
    """What any provider of observations does."""

    def observations(self) -> Iterator[RemoteSensingObservation]:
        """
        Yield what was seen, in the provider's order.

        :raises SensingUnavailable: if it can't be read
        """


@dataclass(frozen=True, slots=True)
class FileSensing:
    """Observations in a file: CSV with a header line, or a JSON list of objects, in UTF-8."""

    path: Path

    def observations(self) -> Iterator[RemoteSensingObservation]:
        """Yield the file's rows; a field that is missing is empty."""
        for number, row in enumerate(self._rows(), 1):
            yield RemoteSensingObservation(
                number, *(str(row.get(name) or "").strip() for name in FIELDS)
            )

    def _rows(self) -> list[Mapping[str, object]]:
        try:
            if self.path.stat().st_size > LARGEST_BYTES:
                raise SensingUnavailable(f"{self.path.name}: more than {LARGEST_BYTES} bytes")
            text = self.path.read_text(encoding="utf-8-sig")
            if self.path.suffix.lower() == ".json":
                return _objects(json.loads(text))
            return list(csv.DictReader(text.splitlines(), strict=True))
        except (OSError, ValueError, csv.Error) as fault:
            raise SensingUnavailable(f"{self.path.name}: {fault}") from fault


def _objects(data: object) -> list[Mapping[str, object]]:
    if not isinstance(data, list) or not all(isinstance(row, dict) for row in data):
        raise ValueError("not a list of objects")
    return data
