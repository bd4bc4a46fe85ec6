from datetime import UTC
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from tenancy.models.keys import TenantModel
from tenancy.roles import Role


class AuditEvent(TenantModel):
    """
    One thing that someone did, or was refused, or looked at; append-only.

    Written in the transaction of what it records. The chain that makes tampering visible is
    made of `AuditSeal` rows, in batches: a chain head updated per write would be a hot row.
    """

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(_("at"))
    actor_kind = models.CharField(_("kind of actor"), max_length=10)
    actor_id = models.CharField(_("actor"), max_length=60)
    actor_name = models.CharField(_("actor's name"), max_length=120)
    role = models.CharField(_("role"), max_length=20, choices=Role)
    source = models.CharField(_("address"), max_length=60, blank=True)
    request_id = models.CharField(_("request"), max_length=60, blank=True)
    action = models.CharField(_("action"), max_length=60)
    subject_type = models.CharField(_("kind of subject"), max_length=60, blank=True)
    subject_id = models.CharField(_("subject"), max_length=60, blank=True)
    changes = models.JSONField(_("changes"), default=dict)
    reason = models.TextField(_("reason"), blank=True)

    class Meta(TenantModel.Meta):
        verbose_name = _("audit event")
        verbose_name_plural = _("audit trail")
        indexes = [
            models.Index(fields=["tenant", "subject_type", "subject_id"], name="tenancy_audit_of"),
            models.Index(fields=["tenant", "at"], name="tenancy_audit_at"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.subject_type} {self.subject_id}"

    def canonical(self) -> dict[str, Any]:
        """Return the event as the hash chain sees it: every column, times in UTC."""
        values = {field.attname: getattr(self, field.attname) for field in self._meta.local_fields}
        return values | {"at": self.at.astimezone(UTC).isoformat()}


class AuditSeal(TenantModel):
    """
    The link that seals one audit event: `sha256(previous hash ‖ canonical event)`; append-only.

    `position` counts from 1 without gaps in the order of sealing, so a removed link shows.
    """

    id = models.BigAutoField(primary_key=True)
    position = models.BigIntegerField()
    event_id = models.BigIntegerField()
    hash = models.BinaryField(max_length=32)
    sealed_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "position"], name="tenancy_seal_one_per_position"
            ),
            models.UniqueConstraint(
                fields=["tenant", "event_id"], name="tenancy_seal_one_per_event"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.position}: event {self.event_id}"
