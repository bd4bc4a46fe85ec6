"""People of the village who recommend neighbours, and what they may do just now."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tenancy.fields import EncryptedTextField, mask
from tenancy.models import TenantForeignKey, TenantManager, TenantModel, TenantQuerySet, uuid_key
from tenancy.rules.transitions import require_step

if TYPE_CHECKING:
    from tenancy.actors import Actor


class PartnerStatus(models.TextChoices):
    """Whether a village partner may recommend."""

    ACTIVE = "ACTIVE", _("Active")
    SUSPENDED = "SUSPENDED", _("Suspended")
    APPEALING = "APPEALING", _("Suspended, appeal open")
    ENDED = "ENDED", _("Ended")


# The whole life of a village partner. What is missing on the left is final.
PARTNER_TRANSITIONS: dict[PartnerStatus, frozenset[PartnerStatus]] = {
    PartnerStatus.ACTIVE: frozenset({PartnerStatus.SUSPENDED, PartnerStatus.ENDED}),
    PartnerStatus.SUSPENDED: frozenset({PartnerStatus.APPEALING, PartnerStatus.ENDED}),
    PartnerStatus.APPEALING: frozenset(
        {PartnerStatus.ACTIVE, PartnerStatus.SUSPENDED, PartnerStatus.ENDED}
    ),
}


class VillagePartnerQuerySet(TenantQuerySet["VillagePartner"]):
    """Village partners by who they are."""

    def of_user(self, user_id: str) -> VillagePartnerQuerySet:
        return self.filter(user_id=user_id)

    def may_recommend(self) -> VillagePartnerQuerySet:
        return self.filter(status=PartnerStatus.ACTIVE)


class VillagePartner(TenantModel):
    """
    One person of the village who recommends, helps with papers and reminds; never decides.

    Where he works is said by his `VillageWorker` rows, as for everybody else. The identity number
    and the account that commission goes to are encrypted; both are shown masked.
    """

    id = uuid_key()
    code = models.CharField(_("code"), max_length=40)
    name = models.CharField(_("name"), max_length=120)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("user")
    )
    id_number = EncryptedTextField(_("ID number"), blank=True)
    id_number_index = models.CharField(max_length=64, blank=True, editable=False)
    payout_account = EncryptedTextField(_("account for commission"), blank=True)
    status = models.CharField(
        _("status"), max_length=10, choices=PartnerStatus, default=PartnerStatus.ACTIVE
    )
    status_since = models.DateTimeField(_("in status since"))
    # After an appeal was upheld, the watcher leaves the partner alone until this day.
    reviewed_until = models.DateField(_("not suspended automatically before"), null=True)
    joined_on = models.DateField(_("partner since"))

    objects = TenantManager.from_queryset(VillagePartnerQuerySet)()

    class Meta(TenantModel.Meta):
        verbose_name = _("village partner")
        verbose_name_plural = _("village partners")
        constraints = [
            models.UniqueConstraint(fields=["tenant", "code"], name="rural_partner_code"),
            models.UniqueConstraint(fields=["tenant", "user"], name="rural_partner_per_user"),
            models.CheckConstraint(condition=~Q(code=""), name="rural_partner_has_code"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def masked(self) -> dict[str, str]:
        """The personal numbers as they may be shown."""
        return {
            "id_number": mask(self.id_number),
            "payout_account": mask(self.payout_account, head=0),
        }

    def move_to(
        self,
        status: PartnerStatus,
        *,
        at: datetime,
        actor: Actor,
        reason: str,
        reviewed_until: date | None = None,
    ) -> PartnerChange:
        """
        Change the status, save it and write down why. Hold the row lock.

        :raises InvalidTransition: if the transition table does not have this step
        """
        before = PartnerStatus(self.status)
        require_step(PARTNER_TRANSITIONS, before, status, of=self)
        self.status, self.status_since = status, at
        self.reviewed_until = reviewed_until or self.reviewed_until
        self.save(update_fields=["status", "status_since", "reviewed_until"])
        return PartnerChange.objects.create(
            partner=self, from_status=before, to_status=status, at=at, reason=reason,
            actor_kind=actor.kind, actor_id=actor.id, actor_name=actor.name,
        )  # fmt: skip


class PartnerChange(TenantModel):
    """One step of a village partner's life: who took it, and why; append-only."""

    id = models.BigAutoField(primary_key=True)
    partner = TenantForeignKey(VillagePartner, related_name="changes")
    from_status = models.CharField(_("from"), max_length=10, choices=PartnerStatus)
    to_status = models.CharField(_("to"), max_length=10, choices=PartnerStatus)
    at = models.DateTimeField(_("at"))
    reason = models.CharField(_("reason"), max_length=500)
    actor_kind = models.CharField(max_length=6)
    actor_id = models.CharField(max_length=80)
    actor_name = models.CharField(_("by"), max_length=150)

    class Meta(TenantModel.Meta):
        verbose_name = _("change of status")
        verbose_name_plural = _("changes of status")

    def __str__(self) -> str:
        return f"{self.from_status} → {self.to_status}"
