"""Partner banks, those who guarantee, and the keys by which a bank acts."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from ledger.models.fields import MoneyField
from tenancy.models import TenantForeignKey, TenantModel, uuid_key


def localised(name: str, name_zh: str) -> str:
    """Return the name in the reader's language, where there is one."""
    return name_zh if name_zh and (get_language() or "").startswith("zh") else name


class PartnerBank(TenantModel):
    """A bank that funds loans with us; it sees its own placements and nothing else."""

    id = uuid_key()
    code = models.CharField(_("code"), max_length=30)
    name = models.CharField(_("name"), max_length=120)
    name_zh = models.CharField(_("Chinese name"), max_length=120, blank=True)
    # An administrative code; what lies in it starts with it ("34" is Anhui).
    region = models.CharField(_("region"), max_length=12, blank=True)
    is_local = models.BooleanField(
        _("may lend in its own region only"),
        default=False,
        help_text=_("A local bank with outlets; a mainly online bank is exempt."),
    )
    currency = models.CharField(_("currency"), max_length=3, default="CNY")
    sla_minutes = models.PositiveIntegerField(_("minutes to answer"), default=24 * 60)
    # Both or neither; the bank takes applications from the first to before the second.
    opens_at = models.TimeField(_("opens at"), null=True, blank=True)
    closes_at = models.TimeField(_("closes at"), null=True, blank=True)
    # A bank that does not even acknowledge is told again so often, so far apart.
    reminders = models.PositiveSmallIntegerField(_("times told again"), default=3)
    reminder_minutes = models.PositiveSmallIntegerField(_("minutes between reminders"), default=3)
    requests_per_minute = models.PositiveIntegerField(_("requests a minute"), default=600)
    signatures_required = models.BooleanField(
        _("every message must be signed"),
        default=False,
        help_text=_("RFC 9421, with the registered keys, beside the token and its proof."),
    )
    # The two head-office lists: whether we may place with the bank, and it with us.
    our_list_from = models.DateField(_("on our list from"), null=True, blank=True)
    their_list_from = models.DateField(_("we are on its list from"), null=True, blank=True)
    # What the concentration rules measure against; as the bank last published them.
    tier1_capital = MoneyField(_("tier-1 net capital"), null=True, blank=True)
    total_loans = MoneyField(_("total loans"), null=True, blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(_("created"))

    class Meta(TenantModel.Meta):
        verbose_name = _("partner bank")
        verbose_name_plural = _("partner banks")
        constraints = [
            models.UniqueConstraint(fields=["tenant", "code"], name="partners_bank_code"),
            models.CheckConstraint(
                condition=Q(sla_minutes__gt=0, requests_per_minute__gt=0),
                name="partners_bank_limits_positive",
            ),
            models.CheckConstraint(
                condition=Q(opens_at__isnull=True, closes_at__isnull=True)
                | Q(opens_at__isnull=False, closes_at__gt=F("opens_at")),
                name="partners_bank_window_whole",
            ),
            models.CheckConstraint(
                condition=Q(is_local=False) | ~Q(region=""),
                name="partners_bank_local_has_region",
            ),
        ]

    def __str__(self) -> str:
        return localised(self.name, self.name_zh)

    def answers_by(self, since: datetime, sla_minutes: int | None) -> datetime:
        """Return when the bank's time is over; an agreement may set its own minutes."""
        return since + timedelta(minutes=sla_minutes or self.sla_minutes)


class GuarantorKind(models.TextChoices):
    """Who guarantees."""

    COMPANY = "company", _("Guarantee company")
    INSURER = "insurer", _("Insurer")


class Guarantor(TenantModel):
    """Who covers a bank's loss first; its net assets bound what it may cover."""

    id = uuid_key()
    code = models.CharField(_("code"), max_length=30)
    name = models.CharField(_("name"), max_length=120)
    name_zh = models.CharField(_("Chinese name"), max_length=120, blank=True)
    kind = models.CharField(_("kind"), max_length=8, choices=GuarantorKind)
    net_assets = MoneyField(_("net assets"))
    net_assets_on = models.DateField(_("net assets as of"))
    # The higher leverage that the law grants those who mainly serve small firms and farmers.
    is_mainly_inclusive = models.BooleanField(_("mainly small firms and farmers"), default=False)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta(TenantModel.Meta):
        verbose_name = _("guarantor")
        verbose_name_plural = _("guarantors")
        constraints = [
            models.UniqueConstraint(fields=["tenant", "code"], name="partners_guarantor_code"),
            models.CheckConstraint(
                condition=Q(net_assets__gt=0), name="partners_guarantor_net_assets_positive"
            ),
        ]

    def __str__(self) -> str:
        return localised(self.name, self.name_zh)


class BankCredential(TenantModel):
    """
    The client id and public keys by which a bank's programs show who they are.

    `jwks` is a JSON Web Key Set of one or two public keys (a database check): with two, the
    bank changes over without a gap.
    """

    id = uuid_key()
    bank = TenantForeignKey(PartnerBank, models.PROTECT, related_name="credentials")
    client_id = models.CharField(_("client id"), max_length=100)
    jwks = models.JSONField(_("public keys"))
    # A public key (JWK) that personal numbers are sealed to; without one they are only masked.
    encryption_key = models.JSONField(_("key for sealed numbers"), null=True, blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(_("created"))
    rotated_at = models.DateTimeField(_("keys changed"), null=True, blank=True)

    class Meta(TenantModel.Meta):
        verbose_name = _("bank credential")
        verbose_name_plural = _("bank credentials")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "client_id"], name="partners_credential_client"
            ),
        ]

    def __str__(self) -> str:
        return self.client_id

    @property
    def key_ids(self) -> list[str]:
        """The names of the live keys."""
        return [key["kid"] for key in self.jwks["keys"]]
