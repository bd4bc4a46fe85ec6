"""What an application still lacks on paper."""

from __future__ import annotations

from datetime import date

from lending.models import Application, Paper, PaperStatus

THERE = frozenset({PaperStatus.RECEIVED, PaperStatus.VERIFIED})


def gaps(application: Application, on: date) -> list[Paper]:
    """Return the papers that are missing, rejected or expired on a day, in a stable order."""
    papers = Paper.objects.filter(application=application).order_by("kind")
    return [paper for paper in papers if paper.status_on(on) not in THERE]
