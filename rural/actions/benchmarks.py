"""Benchmarks: what the surveys say, dated and sourced; a later row ends the one before."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rural.models import Benchmark, BenchmarkKind
from rural.rules.benchmarks import Kind, misfits
from tenancy import room
from tenancy.actions import audit
from tenancy.actors import Actor
from tenancy.errors import FieldError, Invalid
from tenancy.permissions import Permission, require

BUNDLED = Path(__file__).resolve().parent.parent / "capacity" / "benchmarks.json"
FIRST_YEAR, LAST_YEAR = 1990, 2100
REGION_DIGITS = (0, 2, 4, 6, 9, 12)


@dataclass(frozen=True, slots=True)
class Survey:
    """A benchmark as somebody hands it in; see `rural.rules.benchmarks` for its figures."""

    kind: str
    code: str
    name: str
    name_zh: str
    region: str
    year: int
    figures: Mapping[str, str]
    source: str
    valid_from: date
    lines: Mapping[str, str] = field(default_factory=dict)
    note: str = ""
    is_assumed: bool = False
    valid_to: date | None = None

    def problems(self) -> Iterator[FieldError]:
        """Yield what does not fit, field by field."""
        if self.kind not in BenchmarkKind.values:
            yield FieldError("/kind", self.kind[:40], ", ".join(BenchmarkKind.values))
            return
        for pointer, text, least, most in (
            ("/code", self.code, 1, 40),
            ("/name", self.name, 1, 80),
            ("/name_zh", self.name_zh, 1, 80),
            ("/source", self.source, 1, 300),
            ("/note", self.note, 0, 300),
        ):
            if not least <= len(text.strip()) <= most:
                expected = _("%(least)d to %(most)d characters") % {"least": least, "most": most}
                yield FieldError(pointer, text[:40], expected)
        if len(self.region) not in REGION_DIGITS or not (self.region + "0").isdecimal():
            yield FieldError("/region", self.region[:40], _("a code of 2, 4, 6, 9 or 12 digits"))
        if not FIRST_YEAR <= self.year <= LAST_YEAR:
            years = {"low": FIRST_YEAR, "high": LAST_YEAR}
            yield FieldError("/year", str(self.year), _("%(low)s to %(high)s") % years)
        if self.valid_to is not None and self.valid_to < self.valid_from:
            after = _("a date not before %s") % self.valid_from.isoformat()
            yield FieldError("/valid_to", self.valid_to.isoformat(), after)
        for misfit in misfits(Kind(self.kind), self.figures, self.lines):
            if misfit.figure is None:
                expected = _("a figure of this kind of benchmark")
            else:
                expected = _("%(low)s to %(high)s %(unit)s") % {
                    "low": misfit.figure.low,
                    "high": misfit.figure.high,
                    "unit": misfit.figure.unit,
                }
            yield FieldError(misfit.pointer, misfit.value[:40], expected)


@room.atomic
def record(*, actor: Actor, at: datetime, survey: Survey) -> Benchmark:
    """
    Add a benchmark; the one of the same region that it follows ends the day before.

    :raises Invalid: naming every field that does not fit, and a start that is not after the
        start of the last one
    """
    require(actor, Permission.BENCHMARK_EDIT)
    errors = list(survey.problems())
    if errors:
        raise Invalid(gettext_lazy("The benchmark does not fit"), errors=errors)
    before = (
        Benchmark.objects.filter(kind=survey.kind, code=survey.code, region=survey.region)
        .select_for_update()
        .order_by("-valid_from")
        .first()
    )
    if before is not None and before.valid_from >= survey.valid_from:
        after = _("a date after %s") % before.valid_from.isoformat()
        error = FieldError("/valid_from", survey.valid_from.isoformat(), after)
        raise Invalid(gettext_lazy("The benchmark does not fit"), errors=[error])
    if before is not None and (before.valid_to is None or before.valid_to >= survey.valid_from):
        before.valid_to = survey.valid_from - timedelta(days=1)
        before.save(update_fields=["valid_to"])
    row = _row(survey)
    row.save()
    audit.record(
        actor=actor,
        at=at,
        action="benchmark.record",
        subject=row,
        changes={"figures": dict(survey.figures), "source": survey.source},
    )
    return row


@room.atomic
def adopt(*, actor: Actor, at: datetime) -> int:
    """Load the bundled benchmarks; return how many were new. Repeating is harmless."""
    require(actor, Permission.BENCHMARK_EDIT)
    held = set(Benchmark.objects.values_list("kind", "code", "region"))
    rows = [_row(each) for each in bundled() if (each.kind, each.code, each.region) not in held]
    Benchmark.objects.bulk_create(rows)
    if rows:
        audit.record(
            actor=actor,
            at=at,
            action="benchmark.adopt",
            subject="bundled",
            changes={"benchmarks": [str(row) for row in rows]},
        )
    return len(rows)


def bundled() -> list[Survey]:
    """Return the benchmarks that are shipped, with their sources."""
    rows = json.loads(BUNDLED.read_text(encoding="utf-8"))["benchmarks"]
    return [
        Survey(
            **{
                **row,
                "valid_from": date.fromisoformat(row["valid_from"]),
                "valid_to": row["valid_to"] and date.fromisoformat(row["valid_to"]),
            }
        )
        for row in rows
    ]


def _row(survey: Survey) -> Benchmark:
    return Benchmark(
        kind=survey.kind,
        code=survey.code,
        name=survey.name,
        name_zh=survey.name_zh,
        region=survey.region,
        year=survey.year,
        figures=dict(survey.figures),
        lines=dict(survey.lines),
        source=survey.source,
        note=survey.note,
        is_assumed=survey.is_assumed,
        valid_from=survey.valid_from,
        valid_to=survey.valid_to,
    )
