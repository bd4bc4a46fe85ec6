from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lending.models.application import Application
from tenancy.models import Document, TenantForeignKey, TenantModel, uuid_key


class PaperKind(models.TextChoices):
    """What a product may ask for on paper."""

    ID_FRONT = "id_front", _("ID card, front")
    ID_BACK = "id_back", _("ID card, back")
    SCORE_REPORT = "score_report", _("Credit report")
    INCOME_PROOF = "income_proof", _("Recent proof of income")
    LEASE = "lease", _("Recent lease")
    BANK_FLOW = "bank_flow", _("Bank statement of the firm")
    REPRESENTATIVE_ACCOUNT = "representative_account", _("Account of the legal representative")
    DEBIT_CARD = "debit_card", _("Debit card of the legal representative")
    ANNUAL_ACCOUNTS = "annual_accounts", _("Last year's accounts")
    LAND_CERTIFICATE = "land_certificate", _("Land right certificate")


class PaperStatus(models.TextChoices):
    """Where a paper stands; EXPIRED is never stored, the day tells."""

    MISSING = "MISSING", _("Missing")
    RECEIVED = "RECEIVED", _("Received")
    VERIFIED = "VERIFIED", _("Verified")
    REJECTED = "REJECTED", _("Rejected")
    EXPIRED = "EXPIRED", _("Expired")


# A rejected paper is asked for again; a verified one may be replaced before the decision.
PAPER_TRANSITIONS: dict[PaperStatus, frozenset[PaperStatus]] = {
    PaperStatus.MISSING: frozenset({PaperStatus.RECEIVED}),
    PaperStatus.RECEIVED: frozenset(
        {PaperStatus.RECEIVED, PaperStatus.VERIFIED, PaperStatus.REJECTED}
    ),
    PaperStatus.VERIFIED: frozenset({PaperStatus.RECEIVED, PaperStatus.REJECTED}),
    PaperStatus.REJECTED: frozenset({PaperStatus.RECEIVED}),
}


class Paper(TenantModel):
    """One line of an application's checklist: a paper that its product asks for."""

    id = uuid_key()
    application = TenantForeignKey(Application, models.PROTECT, related_name="papers")
    kind = models.CharField(_("paper"), max_length=24, choices=PaperKind)
    status = models.CharField(
        _("status"), max_length=8, choices=PaperStatus, default=PaperStatus.MISSING
    )
    document = TenantForeignKey(Document, models.PROTECT, null=True, related_name="+")
    expires_on = models.DateField(_("valid until"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    changed_at = models.DateTimeField(_("changed at"))
    changed_by = models.CharField(_("changed by"), max_length=150)

    class Meta(TenantModel.Meta):
        verbose_name = _("paper")
        verbose_name_plural = _("papers")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "application", "kind"], name="lending_paper_once"
            ),
            models.CheckConstraint(
                condition=Q(status="MISSING", document__isnull=True)
                | Q(status__in=["RECEIVED", "VERIFIED", "REJECTED"], document__isnull=False),
                name="lending_paper_document_iff_there",
            ),
            models.CheckConstraint(
                condition=~Q(status="REJECTED") | ~Q(reason=""), name="lending_paper_rejected_why"
            ),
        ]

    def __str__(self) -> str:
        return str(self.get_kind_display())

    def may_become(self, status: PaperStatus) -> bool:
        """Whether the table knows this step."""
        return status in PAPER_TRANSITIONS[PaperStatus(self.status)]

    def status_on(self, day: date) -> PaperStatus:
        """Return where the paper stands on a day: what has run out counts as expired."""
        status = PaperStatus(self.status)
        is_there = status in {PaperStatus.RECEIVED, PaperStatus.VERIFIED}
        if is_there and self.expires_on is not None and self.expires_on < day:
            return PaperStatus.EXPIRED
        return status
