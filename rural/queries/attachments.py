"""Which photos of a submission have not come yet."""

from rural.models import Submission


def missing(submission: Submission) -> list[str]:
    """Return the hashes of attachments that are announced and not complete, in order."""
    return list(
        submission.attachment_uses.filter(attachment__is_complete=False)
        .order_by("attachment__sha256")
        .values_list("attachment__sha256", flat=True)
    )
