from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from rural.models.definitions import FormDefinition
from rural.models.households import Household
from rural.models.places import Village
from tenancy.fields import EncryptedTextField
from tenancy.models import TenantForeignKey, TenantManager, TenantModel, TenantQuerySet, uuid_key


class SubmissionStatus(models.TextChoices):
    """What became of a form that was sent in."""

    WAITING = "waiting", _("Waiting for its photos")
    COMPLETE = "complete", _("Complete")
    HELD = "held", _("Held until what it refers to has come")
    CONFLICT = "conflict", _("In conflict")
    REJECTED = "rejected", _("Rejected")


# The whole life of a submission. What was rejected stays so; a corrected one is another row.
TRANSITIONS = {
    SubmissionStatus.WAITING: {SubmissionStatus.COMPLETE, SubmissionStatus.CONFLICT},
    SubmissionStatus.HELD: {
        SubmissionStatus.WAITING,
        SubmissionStatus.COMPLETE,
        SubmissionStatus.CONFLICT,
    },
    SubmissionStatus.CONFLICT: {
        SubmissionStatus.WAITING,
        SubmissionStatus.COMPLETE,
        # Held too long, and about no household that we know.
        SubmissionStatus.REJECTED,
    },
    # Another body under its name, or a choice that has to be made later.
    SubmissionStatus.COMPLETE: {SubmissionStatus.CONFLICT},
}


class SubmissionQuerySet(TenantQuerySet["Submission"]):
    """Submissions by what may be built on them."""

    def accepted(self) -> SubmissionQuerySet:
        """Those that count: neither rejected nor waiting for a choice or a household."""
        return self.filter(status__in=[SubmissionStatus.WAITING, SubmissionStatus.COMPLETE])

    def of_form(self, code: str) -> SubmissionQuerySet:
        return self.filter(form_code=code)


class Submission(TenantModel):
    """
    One form as a device sent it in; its content is frozen by a trigger.

    `answers` have personal numbers masked; those stand encrypted in `numbers`, as JSON by
    pointer. `content_sha256` is the hash of what was sent, numbers included. A rejected body is
    kept too, beside the corrected one that may come under the same `root_uuid`.
    """

    id = uuid_key()
    form_code = models.CharField(_("form"), max_length=20)
    form_version = models.PositiveIntegerField(_("form version"))
    # Empty if no such version was ever published here.
    definition = TenantForeignKey(
        FormDefinition,
        null=True,
        blank=True,
        related_name="submissions",
        verbose_name=_("definition"),
    )
    root_uuid = models.UUIDField(_("root UUID"))
    instance_id = models.CharField(_("instance"), max_length=80, blank=True)
    content_sha256 = models.CharField(_("content hash"), max_length=64)
    # As the device named it: a household, a loan, a panel session; empty for a new household.
    subject = models.CharField(_("subject"), max_length=80, blank=True)
    household = TenantForeignKey(
        Household,
        null=True,
        blank=True,
        related_name="submissions",
        verbose_name=_("household"),
    )
    village = TenantForeignKey(
        Village, null=True, blank=True, related_name="submissions", verbose_name=_("village")
    )
    base_version = models.PositiveIntegerField(_("base version"), default=0)
    answers = models.JSONField(_("answers"))
    numbers = EncryptedTextField(_("personal numbers"), blank=True)
    device_id = models.CharField(_("device"), max_length=80, blank=True)
    started_at = models.DateTimeField(_("started on the device"), null=True, blank=True)
    finalized_at = models.DateTimeField(_("finished on the device"), null=True, blank=True)
    received_at = models.DateTimeField(_("received"))
    start_gps = models.JSONField(_("place of the start"), default=dict, blank=True)
    agent_id = models.CharField(_("sender"), max_length=60)
    agent_name = models.CharField(_("sent by"), max_length=120)
    agent_role = models.CharField(_("role"), max_length=20)
    status = models.CharField(_("status"), max_length=10, choices=SubmissionStatus)
    # Words of a fixed list: late, clock, mock_gps, old_version, warning:<field>, …
    flags = models.JSONField(_("flags"), default=list, blank=True)
    # Why it was rejected: pointer, value and what was expected, for each field.
    errors = models.JSONField(_("errors"), default=list, blank=True)
    # Fields that were merged with what others had changed meanwhile.
    merged_fields = models.JSONField(_("merged"), default=list, blank=True)
    status_at = models.DateTimeField(_("in status since"))

    objects = TenantManager.from_queryset(SubmissionQuerySet)()

    class Meta(TenantModel.Meta):
        verbose_name = _("submission")
        verbose_name_plural = _("submissions")
        constraints = [
            # However often a device sends: once.
            models.UniqueConstraint(
                fields=["tenant", "form_code", "root_uuid"],
                condition=~Q(status=SubmissionStatus.REJECTED),
                name="rural_submission_once",
            ),
            models.UniqueConstraint(
                fields=["tenant", "form_code", "root_uuid", "content_sha256"],
                name="rural_submission_body_once",
            ),
            models.CheckConstraint(
                condition=Q(content_sha256__regex=r"^[0-9a-f]{64}$"),
                name="rural_submission_hash_is_sha256",
            ),
            models.CheckConstraint(
                condition=Q(status=SubmissionStatus.REJECTED) | Q(errors=[]),
                name="rural_submission_errors_iff_rejected",
            ),
        ]
        indexes = [
            models.Index(
                fields=["tenant", "form_code", "received_at"], name="rural_submission_by_form"
            ),
            models.Index(fields=["tenant", "household"], name="rural_submission_of"),
            # What waits for another: few rows among many.
            models.Index(
                fields=["tenant", "subject"],
                condition=Q(status=SubmissionStatus.HELD),
                name="rural_submission_held",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.form_code} {self.root_uuid}"
