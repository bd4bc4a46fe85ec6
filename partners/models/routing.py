"""How an application found its bank, and why not the others."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lending.models.application import Application
from partners.models.agreement import AgreementVersion
from partners.models.bank import PartnerBank
from tenancy.models import TenantForeignKey, TenantModel, uuid_key


class RoutingOutcome(models.TextChoices):
    """What one round came to."""

    PLACED = "PLACED", _("Placed with a bank")
    CONSENT = "CONSENT", _("The borrower's consent is asked for")
    WAIT = "WAIT", _("Waits until a bank opens")
    OWN = "OWN", _("Own book")
    NONE = "NONE", _("No funder")


class Routing(TenantModel):
    """
    One round of choosing a bank for an application; append-only.

    `request` is what was matched and `seed` what broke ties, so that the same round can be
    computed again.
    """

    id = uuid_key()
    application = TenantForeignKey(Application, models.PROTECT, related_name="routings")
    round = models.PositiveSmallIntegerField(_("round"))
    outcome = models.CharField(_("outcome"), max_length=7, choices=RoutingOutcome)
    chosen = TenantForeignKey(
        AgreementVersion, models.PROTECT, null=True, blank=True, related_name="+"
    )
    request = models.JSONField(_("what was matched"))
    seed = models.CharField(_("seed"), max_length=64)
    routed_on = models.DateField(_("business date"))
    routed_at = models.DateTimeField(_("at"))

    class Meta(TenantModel.Meta):
        verbose_name = _("routing")
        verbose_name_plural = _("routings")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "application", "round"], name="partners_routing_round"
            ),
            models.CheckConstraint(
                condition=Q(outcome__in=["PLACED", "OWN"], chosen__isnull=False)
                | Q(outcome__in=["CONSENT", "WAIT", "NONE"], chosen__isnull=True),
                name="partners_routing_chosen_iff_found",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application.number} / {self.round}"


class RoutingCandidate(TenantModel):
    """
    What one agreement was found to be for an application in one round; append-only.

    `reasons` says why not, in both languages: `{code, text: {en, zh}, value, limit, rule,
    source}`. Those that passed have a place in the order of asking.
    """

    id = models.BigAutoField(primary_key=True)
    routing = TenantForeignKey(Routing, models.PROTECT, related_name="candidates")
    version = TenantForeignKey(AgreementVersion, models.PROTECT, related_name="+")
    passed = models.BooleanField(_("passed"))
    place = models.PositiveSmallIntegerField(_("place"), null=True, blank=True)
    is_chosen = models.BooleanField(_("chosen"), default=False)
    reasons = models.JSONField(_("reasons"), default=list, blank=True)
    capacity = models.DecimalField(
        _("remaining capacity"), max_digits=20, decimal_places=4, null=True, blank=True
    )

    class Meta(TenantModel.Meta):
        verbose_name = _("candidate")
        verbose_name_plural = _("candidates")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "routing", "version"], name="partners_candidate_once"
            ),
            models.UniqueConstraint(
                fields=["tenant", "routing"],
                condition=Q(is_chosen=True),
                name="partners_candidate_one_chosen",
            ),
            models.CheckConstraint(
                condition=Q(passed=True) | ~Q(reasons=[]), name="partners_candidate_says_why_not"
            ),
            models.CheckConstraint(
                condition=Q(is_chosen=False) | Q(passed=True), name="partners_candidate_chosen"
            ),
        ]

    def __str__(self) -> str:
        return str(self.version)


class BankConsent(TenantModel):
    """
    A borrower's consent that one named bank gets his application; append-only.

    Consents given with the application lie in its evidence; these came later.
    """

    id = uuid_key()
    application = TenantForeignKey(Application, models.PROTECT, related_name="bank_consents")
    bank = TenantForeignKey(PartnerBank, models.PROTECT, related_name="+")
    is_given = models.BooleanField(_("given"))
    version = models.CharField(_("version of the text"), max_length=20)
    text_hash = models.CharField(_("hash of the text"), max_length=64)
    purpose = models.CharField(_("purpose"), max_length=60)
    channel = models.CharField(_("channel"), max_length=40)
    granted_at = models.DateTimeField(_("at"))
    expires_at = models.DateTimeField(_("expires"))

    class Meta(TenantModel.Meta):
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        indexes = [
            models.Index(fields=["tenant", "application", "bank"], name="partners_consent_of"),
        ]

    def __str__(self) -> str:
        return f"{self.application.number} → {self.bank}"
