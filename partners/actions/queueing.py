"""
What a run's differences become without anybody: resolved, held, or somebody's.

A row that came a day late in the other file shows as missing twice, on either day from another
side; the two explain each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from partners.actions import differences
from partners.models import Break, BreakStatus, ReconRun
from partners.queries import reconciling as queries
from partners.rules import breaks as rules
from partners.rules.breaks import BreakType, Tolerance, Verdict
from partners.rules.comparing import COMPARISONS
from tenancy.models import User

AUTOMATIC = "system"
_MISSING = (BreakType.MISSING_OURS, BreakType.MISSING_THEIRS)


@dataclass(frozen=True, slots=True)
class Queueing:
    """Where the breaks of one run go."""

    run: ReconRun
    tolerance: Tolerance
    on: date
    at: datetime

    def queue(self, found: Sequence[rules.Break]) -> list[Break]:
        """Write the breaks, post the rounding, and clear what this file explains of others."""
        earlier = queries.unresolved(
            self.run.bank, self.run.kind, [each.key for each in found if each.type in _MISSING]
        )
        cleared = self._cleared(found, earlier)
        keeper = queries.keeper() if found else None
        rows = [self._row(each, cleared.get(each.key), keeper) for each in found]
        Break.objects.bulk_create(rows)
        for other in cleared.values():
            self._resolve(other, self._came_late(self.run.on))
        self._release_held()
        rounding = sum((each.amount for each in found if each.verdict is Verdict.RESOLVE),
                       Decimal(0))  # fmt: skip
        differences.post_rounding(run=self.run, amount=rounding, on=self.on, at=self.at)
        return rows

    def _cleared(
        self, found: Sequence[rules.Break], earlier: dict[str, Break]
    ) -> dict[str, Break]:
        """Return earlier breaks that are the other half of one of these."""
        cleared = {}
        for each in found:
            other = earlier.get(each.key)
            if each.type not in _MISSING or other is None or other.type == each.type:
                continue
            days = abs((self.run.on - other.on).days)
            if other.amount == -each.amount and days <= self.tolerance.value_date_days:
                cleared[each.key] = other
        return cleared

    def _row(self, found: rules.Break, late: Break | None, keeper: User | None) -> Break:
        row = Break(
            run=self.run,
            bank=self.run.bank,
            kind=self.run.kind,
            on=self.run.on,
            type=found.type.value,
            key=found.key,
            amount=found.amount,
            currency=self.run.bank.currency,
            differences=self._differences(found),
            line_ours=found.ours.number if found.ours else None,
            line_theirs=found.theirs.number if found.theirs else None,
            opened_on=self.on,
            opened_at=self.at,
            due_on=self.on + timedelta(days=self.tolerance.sla_days),
        )
        if found.verdict is Verdict.RESOLVE:
            self._explain(row, _("Within the tolerance of rounding"))
        elif late is not None and found.type in _MISSING:
            self._explain(row, self._came_late(late.on))
        elif found.verdict is Verdict.HOLD:
            row.status = BreakStatus.HELD
        elif keeper is not None:
            row.status, row.owner = BreakStatus.ASSIGNED, keeper
        else:
            row.status = BreakStatus.OPEN
        return row

    def _differences(self, found: rules.Break) -> list[dict[str, Any]]:
        if found.differences:
            return [asdict(each) for each in found.differences]
        line, side = (found.ours, "ours") if found.ours else (found.theirs, "theirs")
        if line is None:
            return []
        cells = COMPARISONS[self.run.kind].kind.cells
        other = "theirs" if side == "ours" else "ours"
        return [
            {"column": name, side: cells[name].write(getattr(line.row, name)), other: ""}
            for name in COMPARISONS[self.run.kind].compared
        ]

    def _release_held(self) -> None:
        """A value date that was off has passed on both sides when a later day is compared."""
        held = Break.objects.for_update().filter(
            bank=self.run.bank, kind=self.run.kind, status=BreakStatus.HELD, on__lt=self.run.on
        )
        for row in held:
            self._resolve(row, _("The value date has passed on both sides"))

    def _resolve(self, row: Break, why: str) -> None:
        row.move_to(BreakStatus.RESOLVED)
        self._explain(row, why)
        row.save(update_fields=["status", *_EXPLAINED])

    def _explain(self, row: Break, why: str) -> None:
        row.status = BreakStatus.RESOLVED
        row.is_automatic, row.resolution = True, why
        row.resolved_at, row.resolved_by = self.at, AUTOMATIC

    def _came_late(self, day: date) -> str:
        return _("The other side has it in its file of %(day)s") % {"day": day}


def supersede(*, run: ReconRun, by: str, on: date, at: datetime) -> None:
    """Close what a run left unexplained and take its rounding back: a correction has come."""
    for row in Break.objects.unresolved().filter(run=run).for_update():
        row.move_to(BreakStatus.RESOLVED)
        row.is_automatic, row.resolution = True, _("Superseded by %(file)s") % {"file": by}
        row.resolved_at, row.resolved_by = at, AUTOMATIC
        row.save(update_fields=["status", *_EXPLAINED])
    differences.take_back_rounding(run=run, on=on, at=at)


_EXPLAINED = ("is_automatic", "resolution", "resolved_at", "resolved_by")
