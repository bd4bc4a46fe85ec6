"""What lets a bank's program in: its tokens, the proofs it has spent, and what it called."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from partners.models.bank import BankCredential, PartnerBank
from tenancy.models import TenantForeignKey, TenantModel


class BankToken(TenantModel):
    """
    An access token of a bank's program, kept as its hash and bound to the key that asked for it.

    `thumbprint` (RFC 7638) is of the key whose proof has to come with every call.
    """

    id = models.BigAutoField(primary_key=True)
    credential = TenantForeignKey(BankCredential, models.PROTECT, related_name="+")
    checksum = models.CharField(max_length=64)
    thumbprint = models.CharField(max_length=64)
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "checksum"], name="partners_token_once"),
            models.CheckConstraint(
                condition=Q(expires_at__gt=models.F("issued_at")), name="partners_token_ends"
            ),
        ]
        indexes = [models.Index(fields=["tenant", "expires_at"], name="partners_token_age")]

    def __str__(self) -> str:
        return self.checksum[:8]


class ProofKind(models.TextChoices):
    """What a proof was spent on."""

    ASSERTION = "assertion", "assertion"
    CALL = "call", "call"
    # A call that came too soon: its proof is spent, but it does not count.
    REFUSED = "refused", "refused"


class SpentProof(TenantModel):
    """
    A signed proof that has been seen, so that it opens nothing a second time.

    Kept until it would be too old anyway, and for a minute at least: the calls of the last
    minute are what a bank's limit is measured by.
    """

    id = models.BigAutoField(primary_key=True)
    bank = TenantForeignKey(PartnerBank, models.PROTECT, related_name="+")
    # SHA-256 of what makes the proof unique: its purpose, its key or client, its jti.
    mark = models.CharField(max_length=64)
    kind = models.CharField(max_length=9, choices=ProofKind)
    spent_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "mark"], name="partners_proof_once")
        ]
        indexes = [
            models.Index(fields=["tenant", "expires_at"], name="partners_proof_age"),
            models.Index(
                fields=["tenant", "bank", "spent_at"],
                condition=Q(kind="call"),
                name="partners_proof_calls",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.mark[:8]}"


class BankCall(TenantModel):
    """One call of a bank's program and how it was answered; append-only, kept for a month."""

    id = models.BigAutoField(primary_key=True)
    bank = TenantForeignKey(PartnerBank, models.PROTECT, related_name="calls")
    at = models.DateTimeField(_("at"))
    method = models.CharField(_("method"), max_length=8)
    path = models.CharField(_("address"), max_length=200)
    status = models.PositiveSmallIntegerField(_("answer"))
    code = models.CharField(_("refusal"), max_length=60, blank=True)
    milliseconds = models.PositiveIntegerField(_("milliseconds"))
    source = models.CharField(_("from"), max_length=60, blank=True)
    request_id = models.CharField(_("request"), max_length=60, blank=True)

    class Meta(TenantModel.Meta):
        verbose_name = _("call of a bank")
        verbose_name_plural = _("calls of banks")
        indexes = [
            models.Index(fields=["tenant", "bank", "-id"], name="partners_call_of_bank"),
            models.Index(fields=["tenant", "at"], name="partners_call_age"),
        ]

    def __str__(self) -> str:
        return f"{self.method} {self.path} {self.status}"


class BankStaff(TenantModel):
    """A person who works at a partner bank: what he sees here is that bank's, and no other's."""

    id = models.BigAutoField(primary_key=True)
    bank = TenantForeignKey(PartnerBank, models.PROTECT, related_name="staff")
    user = models.ForeignKey(
        "tenancy.User", on_delete=models.PROTECT, related_name="+", verbose_name=_("user")
    )
    since = models.DateTimeField(_("since"))

    class Meta(TenantModel.Meta):
        verbose_name = _("bank staff")
        verbose_name_plural = _("bank staff")
        constraints = [
            # One bank a person, in one room: nobody is in doubt whose figures he reads.
            models.UniqueConstraint(fields=["tenant", "user"], name="partners_staff_one_bank")
        ]

    def __str__(self) -> str:
        return f"{self.user} – {self.bank}"
