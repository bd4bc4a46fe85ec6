"""What staff see of the villages."""

from rural.admin import assessments, benchmarks

__all__ = ["assessments", "benchmarks"]
