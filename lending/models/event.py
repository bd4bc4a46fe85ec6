"""What happened to a loan: the only source of its balances."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ledger.models.fields import MoneyField
from lending.rules.events import Event, Kind
from tenancy.models import TenantForeignKey, TenantModel, uuid_key


class EventKind(models.TextChoices):
    """The engine's kinds of event, named for people."""

    DISBURSED = Kind.DISBURSED.value, _("Disbursed")
    REPAID = Kind.REPAID.value, _("Repaid")
    REVERSED = Kind.REVERSED.value, _("Reversed")
    FEE_CHARGED = Kind.FEE_CHARGED.value, _("Fee charged")
    REFUNDED = Kind.REFUNDED.value, _("Overpayment returned")
    RATE_CHANGED = Kind.RATE_CHANGED.value, _("Rate changed")
    INTEREST_PAUSED = Kind.INTEREST_PAUSED.value, _("Interest paused")
    RESCHEDULED = Kind.RESCHEDULED.value, _("Rescheduled")


class LoanEvent(TenantModel):
    """
    One line of a loan's history; append-only, so a mistake is taken back by another line.

    `effective_on` is the day it counts for, `booked_on` the business date on which it became
    known: a back-dated event has an earlier effective day.
    """

    id = uuid_key()
    loan = TenantForeignKey("lending.Loan", related_name="events")
    sequence = models.IntegerField(_("number"))
    kind = models.CharField(_("kind"), max_length=16, choices=EventKind)
    effective_on = models.DateField(_("effective on"))
    booked_on = models.DateField(_("booked on"))
    recorded_at = models.DateTimeField(_("recorded at"))
    amount = MoneyField(_("amount"))
    reverses = TenantForeignKey("lending.LoanEvent", null=True, related_name="reversals")
    rate = models.DecimalField(_("annual rate"), max_digits=12, decimal_places=8, null=True)
    until_on = models.DateField(_("until"), null=True)
    due_dates = models.JSONField(_("new due dates"), default=list, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True)
    key = models.CharField(_("idempotency key"), max_length=120)

    class Meta(TenantModel.Meta):
        verbose_name = _("loan event")
        verbose_name_plural = _("loan events")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "loan", "sequence"], name="lending_loanevent_sequence"
            ),
            models.UniqueConstraint(fields=["tenant", "key"], name="lending_loanevent_once"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="lending_loanevent_amount"),
            models.CheckConstraint(
                condition=Q(kind="reversed", reverses__isnull=False)
                | (~Q(kind="reversed") & Q(reverses__isnull=True)),
                name="lending_loanevent_reversed_names_event",
            ),
            models.CheckConstraint(
                condition=Q(effective_on__lte=models.F("booked_on")),
                name="lending_loanevent_not_in_the_future",
            ),
            models.CheckConstraint(
                condition=Q(kind="rescheduled") & ~Q(due_dates=[])
                | ~Q(kind="rescheduled") & Q(due_dates=[]),
                name="lending_loanevent_rescheduled_has_dates",
            ),
            models.UniqueConstraint(
                fields=["tenant", "reverses"], name="lending_loanevent_reversed_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sequence} {self.kind} {self.amount}"

    def as_rule(self) -> Event:
        """The event as the engine reads it."""
        return Event(
            id=str(self.pk),
            kind=Kind(self.kind),
            effective_on=self.effective_on,
            booked_on=self.booked_on,
            sequence=self.sequence,
            amount=self.amount,
            reverses=str(self.reverses_id) if self.reverses_id else None,
            rate=self.rate,
            until_on=self.until_on,
            due_dates=tuple(map(date.fromisoformat, self.due_dates)),
        )
