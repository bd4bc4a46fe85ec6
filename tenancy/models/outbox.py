from django.db import models
from django.utils.translation import gettext_lazy as _

from tenancy.fields import EncryptedTextField
from tenancy.models.keys import TenantForeignKey, TenantModel, uuid_key


class Audience(models.TextChoices):
    """Whose programs news is for: a bank hears what is its own, and never what is everybody's."""

    PLATFORM = "platform", _("Platforms")
    BANK = "bank", _("Partner banks")


class WebhookSubscription(TenantModel):
    """Where a client wants to hear of a topic, and the secret that signs what it hears."""

    id = uuid_key()
    client_id = models.CharField(_("client"), max_length=100)
    url = models.URLField(_("address"), max_length=500)
    secret = EncryptedTextField(_("signing secret"))
    topics = models.JSONField(_("topics"), default=list)
    audience = models.CharField(
        _("audience"), max_length=8, choices=Audience, default=Audience.PLATFORM
    )
    is_active = models.BooleanField(_("is active"), default=True)

    class Meta(TenantModel.Meta):
        verbose_name = _("webhook subscription")
        verbose_name_plural = _("webhook subscriptions")
        indexes = [models.Index(fields=["tenant", "client_id"], name="tenancy_hook_client")]

    def __str__(self) -> str:
        return self.url


class OutboxMessage(TenantModel):
    """
    One message to the outside, written in the transaction that decided it.

    A worker sends it until the receiver says yes or the attempts are used up; its id is the
    message's id, so that the receiver can tell a repeat.
    """

    class Status(models.TextChoices):
        PENDING = "pending", _("Pending")
        DELIVERED = "delivered", _("Delivered")
        ABANDONED = "abandoned", _("Abandoned")

    id = uuid_key()
    subscription = TenantForeignKey(
        WebhookSubscription, related_name="+", verbose_name=_("subscription")
    )
    topic = models.CharField(_("topic"), max_length=60)
    payload = models.JSONField(_("payload"))
    created_at = models.DateTimeField(_("created at"))
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.PENDING)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_attempt_at = models.DateTimeField(_("next attempt at"))
    delivered_at = models.DateTimeField(_("delivered at"), null=True)
    last_failure = models.TextField(_("last failure"), blank=True)

    class Meta(TenantModel.Meta):
        verbose_name = _("outgoing message")
        verbose_name_plural = _("outgoing messages")
        indexes = [
            models.Index(
                fields=["tenant", "next_attempt_at"],
                condition=models.Q(status="pending"),
                name="tenancy_outbox_due",
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status="delivered") ^ models.Q(delivered_at__isnull=True),
                name="tenancy_outbox_delivered_at_with_status",
            )
        ]

    def __str__(self) -> str:
        return f"{self.topic} {self.id}"
