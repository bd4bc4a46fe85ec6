"""What staff see of the villages."""

from rural.admin import (
    application_card,
    assessments,
    benchmarks,
    commission,
    conflicts,
    coverage,
    definitions,
    households,
    panels,
    places,
    programmes,
    submissions,
    training,
    village_partners,
    visits,
)

__all__ = [
    "application_card",
    "assessments",
    "benchmarks",
    "commission",
    "conflicts",
    "coverage",
    "definitions",
    "households",
    "panels",
    "places",
    "programmes",
    "submissions",
    "training",
    "village_partners",
    "visits",
]
