"""Money on its way: what we asked the rail to do, and what the rail said."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ledger.models.fields import MoneyField
from tenancy.models import TenantForeignKey, TenantModel, uuid_key
from tenancy.rules.transitions import require_step


class PaymentStatus(models.TextChoices):
    """Where a payment stands."""

    PENDING = "PENDING", _("Waiting to be sent")
    SENT = "SENT", _("Sent")
    POSTED = "POSTED", _("Posted")
    VOIDED = "VOIDED", _("Voided")


# The whole life of a payment. PENDING may settle at once: the rail can answer before its own
# acknowledgement of our message is written down.
PAYMENT_TRANSITIONS: dict[PaymentStatus, frozenset[PaymentStatus]] = {
    PaymentStatus.PENDING: frozenset(
        {PaymentStatus.SENT, PaymentStatus.POSTED, PaymentStatus.VOIDED}
    ),
    PaymentStatus.SENT: frozenset({PaymentStatus.POSTED, PaymentStatus.VOIDED}),
}


class PaymentDirection(models.TextChoices):
    """Which way the money goes."""

    OUT = "out", _("To the borrower")
    IN = "in", _("From the borrower")


class PaymentOrder(TenantModel):
    """One intent to move money over a rail; `reference` makes sending it again harmless."""

    id = uuid_key()
    direction = models.CharField(_("direction"), max_length=3, choices=PaymentDirection)
    loan = TenantForeignKey("lending.Loan", related_name="payments")
    amount = MoneyField(_("amount"))
    currency = models.CharField(_("currency"), max_length=3)
    status = models.CharField(
        _("status"), max_length=8, choices=PaymentStatus, default=PaymentStatus.PENDING
    )
    reference = models.CharField(_("reference"), max_length=64)
    rail = models.CharField(_("rail"), max_length=20)
    requested_on = models.DateField(_("requested on"))
    requested_at = models.DateTimeField(_("requested at"))
    sent_at = models.DateTimeField(_("sent at"), null=True)
    settled_at = models.DateTimeField(_("settled at"), null=True)
    settled_on = models.DateField(_("settled on"), null=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    failure = models.TextField(_("failure"), blank=True)

    class Meta(TenantModel.Meta):
        verbose_name = _("payment order")
        verbose_name_plural = _("payment orders")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "reference"], name="lending_paymentorder_reference"
            ),
            models.CheckConstraint(
                condition=Q(amount__gt=0), name="lending_paymentorder_amount_positive"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["PENDING", "SENT"], settled_at__isnull=True)
                | Q(status__in=["POSTED", "VOIDED"], settled_at__isnull=False),
                name="lending_paymentorder_settled_iff_final",
            ),
            models.CheckConstraint(
                condition=~Q(status="SENT") | Q(sent_at__isnull=False),
                name="lending_paymentorder_sent_has_moment",
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "loan"], name="lending_paymentorder_loan"),
            # The sweep that sends again what was never answered reads only open orders.
            models.Index(
                fields=["tenant", "requested_at"],
                condition=Q(status__in=["PENDING", "SENT"]),
                name="lending_paymentorder_open",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def is_final(self) -> bool:
        """Whether the rail has answered for good."""
        return self.status not in PAYMENT_TRANSITIONS

    def move_to(self, status: PaymentStatus) -> None:
        """
        Change the status in memory; hold the row lock and save the facts that go with it.

        :raises InvalidTransition: if the transition table does not have this step
        """
        require_step(PAYMENT_TRANSITIONS, PaymentStatus(self.status), status, of=self)
        self.status = status


class RailMessage(TenantModel):
    """
    One message that a rail sent us, kept whatever it says; the inbox that makes repeats harmless.

    A message that fits no open order is set aside with its reason until somebody settles it.
    """

    class Disposition(models.TextChoices):
        """What we made of a message."""

        RECEIVED = "RECEIVED", _("Received")
        APPLIED = "APPLIED", _("Applied")
        REPEATED = "REPEATED", _("Said before")
        SET_ASIDE = "SET_ASIDE", _("Set aside")

    id = models.BigAutoField(primary_key=True)
    rail = models.CharField(_("rail"), max_length=20)
    message_id = models.CharField(_("message"), max_length=120)
    reference = models.CharField(_("reference"), max_length=120)
    outcome = models.CharField(_("outcome"), max_length=20)
    amount = MoneyField(_("amount"))
    currency = models.CharField(_("currency"), max_length=3)
    happened_on = models.DateField(_("happened on"))
    received_at = models.DateTimeField(_("received at"))
    order = TenantForeignKey("lending.PaymentOrder", null=True, related_name="messages")
    disposition = models.CharField(
        _("disposition"), max_length=10, choices=Disposition, default=Disposition.RECEIVED
    )
    reason = models.TextField(_("reason"), blank=True)

    class Meta(TenantModel.Meta):
        verbose_name = _("rail message")
        verbose_name_plural = _("rail messages")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "rail", "message_id"], name="lending_railmessage_once"
            ),
            models.CheckConstraint(
                condition=Q(disposition__in=["RECEIVED", "APPLIED", "REPEATED"], reason="")
                | (Q(disposition="SET_ASIDE") & ~Q(reason="")),
                name="lending_railmessage_reason_iff_set_aside",
            ),
        ]
        indexes = [
            models.Index(
                fields=["tenant", "received_at"],
                condition=Q(disposition="SET_ASIDE"),
                name="lending_railmessage_set_aside",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rail} {self.message_id}"
