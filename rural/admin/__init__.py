"""What staff see of the villages."""

from rural.admin import (
    assessments,
    benchmarks,
    commission,
    coverage,
    panels,
    programmes,
    training,
    village_partners,
    visits,
)

__all__ = [
    "assessments",
    "benchmarks",
    "commission",
    "coverage",
    "panels",
    "programmes",
    "training",
    "village_partners",
    "visits",
]
