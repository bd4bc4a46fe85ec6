from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from tenancy.models.keys import TenantManager, TenantModel, TenantQuerySet, uuid_key


class ApprovalStatus(models.TextChoices):
    """What became of a request."""

    PENDING = "PENDING", _("Waiting for the second person")
    APPROVED = "APPROVED", _("Approved")
    REJECTED = "REJECTED", _("Rejected")
    LAPSED = "LAPSED", _("Lapsed")
    REFUSED = "REFUSED", _("Refused outside")


class ApprovalRequestQuerySet(TenantQuerySet["ApprovalRequest"]):
    """Requests by what is left to do."""

    def open(self, at: datetime) -> ApprovalRequestQuerySet:
        """Waiting for somebody, and not lapsed."""
        return self.filter(status=ApprovalStatus.PENDING, expires_at__gt=at)


class ApprovalRequest(TenantModel):
    """
    Something that needs two people: one asks, another one decides.

    `kind` says what will be done and `payload` with which values; the app that owns the kind
    does it. What was asked for is frozen, the decision is made once, and the database refuses
    the same person twice. Where somebody outside has to agree as well, his no, or his silence,
    ends a request that our own people have approved: it keeps who did, and can't be done.
    """

    id = uuid_key()
    kind = models.CharField(_("kind"), max_length=60)
    subject_type = models.CharField(_("kind of subject"), max_length=60, blank=True)
    subject_id = models.CharField(_("subject"), max_length=60, blank=True)
    # As people know the subject.
    title = models.CharField(_("what"), max_length=200)
    payload = models.JSONField(_("content"))
    payload_hash = models.CharField(_("hash of the content"), max_length=64)
    reason = models.TextField(_("reason"))
    status = models.CharField(
        _("status"), max_length=8, choices=ApprovalStatus, default=ApprovalStatus.PENDING
    )
    maker_id = models.CharField(_("asked by (key)"), max_length=60)
    maker_name = models.CharField(_("asked by"), max_length=120)
    requested_at = models.DateTimeField(_("asked"))
    expires_at = models.DateTimeField(_("lapses"))
    checker_id = models.CharField(_("decided by (key)"), max_length=60, blank=True)
    checker_name = models.CharField(_("decided by"), max_length=120, blank=True)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decision_reason = models.TextField(_("why so decided"), blank=True)
    # Who outside did not agree, such as a bank.
    ended_by = models.CharField(_("not agreed by"), max_length=120, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    ended_reason = models.TextField(_("why not agreed"), blank=True)

    objects = TenantManager.from_queryset(ApprovalRequestQuerySet)()

    class Meta(TenantModel.Meta):
        verbose_name = _("approval request")
        verbose_name_plural = _("approval requests")
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    status__in=["PENDING", "LAPSED", "REFUSED"],
                    checker_id="",
                    decided_at__isnull=True,
                )
                | (
                    Q(
                        status__in=["APPROVED", "REJECTED", "LAPSED", "REFUSED"],
                        decided_at__isnull=False,
                    )
                    & ~Q(checker_id="")
                ),
                name="tenancy_approval_decided_iff_settled",
            ),
            # An approval ends by somebody outside only, who is named; a no of his has a reason.
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by="", ended_reason="")
                & ~Q(status="REFUSED")
                & ~Q(status="LAPSED", decided_at__isnull=False)
                | Q(ended_at__isnull=False, status="LAPSED") & ~Q(ended_by="")
                | Q(ended_at__isnull=False, status="REFUSED")
                & ~Q(ended_by="")
                & ~Q(ended_reason=""),
                name="tenancy_approval_ended_by_whom",
            ),
            models.CheckConstraint(
                condition=~Q(checker_id=F("maker_id")), name="tenancy_approval_two_people"
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("requested_at")), name="tenancy_approval_lapses_later"
            ),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True) | Q(decided_at__lt=F("expires_at")),
                name="tenancy_approval_decided_in_time",
            ),
            # The same thing is asked for once at a time.
            models.UniqueConstraint(
                fields=["tenant", "kind", "subject_type", "subject_id", "payload_hash"],
                condition=Q(status="PENDING"),
                name="tenancy_approval_one_open",
            ),
        ]
        indexes = [
            models.Index(
                fields=["tenant", "expires_at"],
                condition=Q(status="PENDING"),
                name="tenancy_approval_open",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def has_lapsed(self, at: datetime) -> bool:
        """Whether it is too late to decide."""
        return self.status == ApprovalStatus.PENDING and at >= self.expires_at
