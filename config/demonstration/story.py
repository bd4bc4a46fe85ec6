"""The main job from beginning to end, stage by stage, each timed and each resumable."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any, TextIO

from django.core.management import call_command
from django.utils import timezone
from tqdm import tqdm

from config.demonstration import cast, invoices, lending, report, servicing, training
from config.demonstration.county import cast as county_cast
from config.demonstration.county import season
from config.demonstration.county import story as county_story
from config.demonstration.platform import Platform
from config.management.commands.verify import prove
from merchants.models import ImportRun, ImportStatus, Merchant
from tenancy import room
from tenancy.actions import seal
from tenancy.models import Tenant

# Firms' invoices end some days before; what follows is sixty days under the law of 2026.
OPENING = date(2026, 2, 2)


@dataclass
class Story:
    """One run of the main job against an installation that is running at `address`."""

    address: str
    given: Path | None
    screen: TextIO
    seconds: dict[str, float] = field(default_factory=dict)

    def play(self) -> dict[str, Any]:
        """Play every stage; return what `demo --json` prints."""
        with self._stage("assemble"):
            riverside, hillside = cast.assemble(OPENING)
            jinhe = county_cast.assemble(season.OPENING)
        with room.entered(riverside.pk):
            self._import(riverside)
            with self._stage("train"), self._bar("training", 100, "%") as bar:
                training.train(OPENING, lambda percent, _message: bar.update(percent - bar.n))
                bar.update(100 - bar.n)
            closing = self._lend_and_serve(riverside)
            figures = report.figures()
        county = county_story.play(jinhe, self.address, self._stage, self._bar)
        with self._stage("verify"):
            proofs = self._verify(riverside, hillside, jinhe)
        return {
            "tenants": [riverside.slug, hillside.slug, jinhe.slug],
            **figures,
            "county": county,
            "close_seconds": round(closing, 3),
            "proofs": proofs,
            "stages_seconds": {name: round(took, 3) for name, took in self.seconds.items()},
        }

    def _import(self, tenant: Tenant) -> None:
        with self._stage("import"):
            with room.enter(tenant.pk):
                done = ImportRun.objects.filter(status=ImportStatus.FINISHED).count()
            if done >= len(invoices.FILES):
                return
            found = invoices.prepare(self.given, last_year=OPENING.year, progress=self._say)
            self._say(f"Invoices: {found.description}")
            call_command(
                "import", "invoices", str(found.folder), tenant=tenant.slug, stdout=self.screen
            )

    def _lend_and_serve(self, tenant: Tenant) -> float:
        until = OPENING + timedelta(days=servicing.DAYS)
        left = (until - Tenant.objects.get(pk=tenant.pk).business_date).days
        if left <= 0:
            return 0.0
        with room.enter(tenant.pk):
            applicants = Merchant.objects.filter(is_labelled=False).order_by("code")
            codes = list(applicants.values_list("code", flat=True))
        platform = Platform(self.address, cast.client().client_id)
        with self._stage("apply"), self._bar("applications", len(codes)) as bar:
            applications = lending.apply(platform, codes, bar.update)
        approved = sum(1 for made in applications if made["offer_id"])
        with self._stage("lend"), self._bar("draws", approved) as bar:
            loans = lending.lend(platform, applications, bar.update)
        with self._stage("serve"), self._bar("days", left, "day") as bar:
            return servicing.serve(platform, loans, until=until, tell=bar.update)

    def _verify(self, *rooms: Tenant) -> dict[str, bool]:
        held: dict[str, bool] = {}
        for tenant in rooms:
            with room.entered(tenant.pk):
                while seal.seal(at=timezone.now()):
                    pass
            for name, failures in prove(tenant).items():
                held[name] = held.get(name, True) and not failures
                for failure in failures:
                    self._say(f"{name}: {failure}")
        return held

    @contextmanager
    def _stage(self, name: str) -> Iterator[None]:
        began = time.perf_counter()
        yield
        self.seconds[name] = time.perf_counter() - began

    def _bar(self, what: str, total: int, unit: str = "it") -> tqdm[Any]:
        return tqdm(total=total, desc=what, unit=unit, file=self.screen, leave=True)

    def _say(self, line: str) -> None:
        self.screen.write(f"{line}\n")
        self.screen.flush()
