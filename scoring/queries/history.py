"""What was known and decided of one subject, over time."""

from django.db.models import QuerySet

from scoring.models import Decision, FeatureSnapshot


def decisions_of(subject_type: str, subject_id: str) -> QuerySet[Decision]:
    """Return the subject's decisions, newest first, with card, policy and snapshot."""
    return (
        Decision.objects.filter(subject_type=subject_type, subject_id=subject_id)
        .select_related("scorecard", "policy", "snapshot")
        .order_by("-decided_at", "-pk")
    )


def snapshots_of(subject_type: str, subject_id: str) -> QuerySet[FeatureSnapshot]:
    """Return what was known of the subject, latest date first."""
    return FeatureSnapshot.objects.filter(
        subject_type=subject_type, subject_id=subject_id
    ).order_by("-as_of", "-taken_at")
