from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from rural.models.households import Household
from rural.models.submissions import Submission
from tenancy.fields import EncryptedTextField
from tenancy.models import TenantForeignKey, TenantModel, uuid_key


class ConflictKind(models.TextChoices):
    """What does not agree with what."""

    SAME_UUID_OTHER_HASH = "same_uuid_other_hash", _("Two contents under one form")
    SAME_FIELD = "same_field", _("The same field changed twice")
    NEAR_DUPLICATE = "near_duplicate", _("Perhaps the same household")
    HELD_TOO_LONG = "held_too_long", _("Its household has not come")


class ConflictStatus(models.TextChoices):
    """Whether an officer has chosen."""

    OPEN = "open", _("Open")
    RESOLVED = "resolved", _("Resolved")


class ConflictCase(TenantModel):
    """
    Two versions of one thing, both kept, until an officer chooses.

    `fields` names what differs, each with base, current and incoming value, personal numbers
    masked. For two contents under one form the second one stands here in full: `incoming` and,
    encrypted, `incoming_numbers`.
    """

    id = uuid_key()
    kind = models.CharField(_("kind"), max_length=20, choices=ConflictKind)
    status = models.CharField(
        _("status"), max_length=8, choices=ConflictStatus, default=ConflictStatus.OPEN
    )
    submission = TenantForeignKey(
        Submission, related_name="conflicts", verbose_name=_("submission")
    )
    # The household that stands; empty if it is not about one.
    household = TenantForeignKey(
        Household,
        null=True,
        blank=True,
        related_name="conflicts",
        verbose_name=_("household"),
    )
    fields = models.JSONField(_("fields"), default=dict)
    incoming = models.JSONField(_("incoming content"), default=dict, blank=True)
    incoming_numbers = EncryptedTextField(_("personal numbers"), blank=True)
    incoming_sha256 = models.CharField(_("incoming hash"), max_length=64, blank=True)
    opened_at = models.DateTimeField(_("opened"))
    opened_by = models.CharField(_("sent by"), max_length=120)
    # Field to "current" or "incoming"; for a household that was there before: "same" or "other";
    # for one that has not come: the code of another, or "none".
    resolution = models.JSONField(_("resolution"), default=dict, blank=True)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    resolved_at = models.DateTimeField(_("resolved"), null=True, blank=True)
    resolved_by = models.CharField(_("resolved by"), max_length=120, blank=True)

    class Meta(TenantModel.Meta):
        verbose_name = _("conflict")
        verbose_name_plural = _("conflicts")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "submission", "kind", "incoming_sha256"],
                name="rural_conflict_once",
            ),
            models.CheckConstraint(
                condition=Q(status=ConflictStatus.OPEN, resolved_at__isnull=True)
                | Q(
                    status=ConflictStatus.RESOLVED,
                    resolved_at__isnull=False,
                    resolved_by__gt="",
                ),
                name="rural_conflict_resolved_by_somebody",
            ),
        ]
        indexes = [
            models.Index(
                fields=["tenant", "opened_at"],
                condition=Q(status=ConflictStatus.OPEN),
                name="rural_conflict_queue",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.submission_id}"
