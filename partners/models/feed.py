from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from partners.models.bank import PartnerBank
from partners.models.placement import Placement
from tenancy.models import TenantForeignKey, TenantModel


class BankEvent(TenantModel):
    """
    One piece of news for a bank, written in the transaction that made it; append-only.

    The id is the bank's bookmark: `actions.feed.tell` and `queries.feed.after` see to it that
    none becomes visible behind a bookmark that was already handed out.
    """

    id = models.BigAutoField(primary_key=True)
    bank = TenantForeignKey(PartnerBank, models.PROTECT, related_name="events")
    topic = models.CharField(_("topic"), max_length=60)
    placement = TenantForeignKey(
        Placement, models.PROTECT, null=True, blank=True, related_name="bank_events"
    )
    payload = models.JSONField(_("content"))
    at = models.DateTimeField(_("at"))

    class Meta(TenantModel.Meta):
        verbose_name = _("news for a bank")
        verbose_name_plural = _("news for banks")
        indexes = [
            models.Index(fields=["tenant", "bank", "id"], name="partners_event_of_bank"),
        ]

    def __str__(self) -> str:
        return f"{self.id}: {self.topic}"
