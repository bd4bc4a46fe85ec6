"""A farmer whom a village partner brings, the papers still needed, and who was spoken to."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tenancy.fields import EncryptedTextField, mask
from tenancy.models import TenantForeignKey, TenantModel, uuid_key


class Lead(TenantModel):
    """One farmer brought by one village partner; what becomes of it he hears in words only."""

    id = uuid_key()
    partner = TenantForeignKey("rural.VillagePartner", related_name="leads")
    village = TenantForeignKey("rural.Village", related_name="+", verbose_name=_("village"))
    household = TenantForeignKey(
        "rural.Household",
        null=True,
        blank=True,
        related_name="leads",
        verbose_name=_("household"),
        help_text=_("Empty until the household's form has been accepted."),
    )
    name = models.CharField(_("name"), max_length=120)
    phone = EncryptedTextField(_("telephone"), blank=True)
    phone_index = models.CharField(max_length=64, blank=True, editable=False)
    created_at = models.DateTimeField(_("created"))

    class Meta(TenantModel.Meta):
        verbose_name = _("lead")
        verbose_name_plural = _("leads")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "partner", "household"], name="rural_lead_per_household"
            ),
            models.CheckConstraint(condition=~Q(name=""), name="rural_lead_has_name"),
        ]
        indexes = [models.Index(fields=["tenant", "household"], name="rural_lead_household")]

    def __str__(self) -> str:
        return self.name

    @property
    def masked(self) -> dict[str, str]:
        """The telephone number as it may be shown."""
        return {"phone": mask(self.phone)}


class Paper(models.TextChoices):
    """What a village partner may be asked to bring."""

    ID_CARD = "id_card", _("identity card")
    HUKOU = "hukou", _("household register")
    LAND_CERT = "land_cert", _("land certificate")
    LEASE = "lease", _("lease contract")
    BANK_FLOW = "bank_flow", _("bank statement")
    SHOP = "shop", _("shop licence")
    INSURANCE = "insurance", _("insurance policy")
    QUARANTINE = "quarantine", _("quarantine certificate")
    PHOTO = "photo", _("photograph of the site")


class PaperRequest(TenantModel):
    """One paper that is still needed of a lead, until it has come."""

    id = models.BigAutoField(primary_key=True)
    lead = TenantForeignKey(Lead, related_name="papers")
    paper = models.CharField(_("paper"), max_length=12, choices=Paper)
    asked_at = models.DateTimeField(_("asked for"))
    asked_by = models.CharField(_("asked by"), max_length=150)
    received_at = models.DateTimeField(_("received"), null=True)

    class Meta(TenantModel.Meta):
        verbose_name = _("paper asked for")
        verbose_name_plural = _("papers asked for")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "lead", "paper"],
                condition=Q(received_at__isnull=True),
                name="rural_paper_open_once",
            ),
        ]

    def __str__(self) -> str:
        return self.get_paper_display()


class ContactKind(models.TextChoices):
    """How a village partner got in touch."""

    VISIT = "visit", _("Visit")
    CALL = "call", _("Telephone call")
    MESSAGE = "message", _("Message")


class ContactOutcome(models.TextChoices):
    """What came of it, in coded words only: no judgement of a character is written down."""

    REACHED = "reached", _("Reached")
    NOT_REACHED = "not_reached", _("Not reached")
    WILL_PAY = "will_pay", _("Says that he will pay")
    IN_DIFFICULTY = "in_difficulty", _("Says that it is difficult")
    AWAY = "away", _("Away from the village")


class Contact(TenantModel):
    """One time that a village partner got in touch with a farmer; append-only."""

    id = models.BigAutoField(primary_key=True)
    lead = TenantForeignKey(Lead, related_name="contacts")
    partner = TenantForeignKey("rural.VillagePartner", related_name="+")
    reminder = TenantForeignKey("rural.Reminder", null=True, related_name="contacts")
    kind = models.CharField(_("how"), max_length=8, choices=ContactKind)
    outcome = models.CharField(_("outcome"), max_length=14, choices=ContactOutcome)
    at = models.DateTimeField(_("at"))
    key = models.CharField(_("idempotency key"), max_length=80)

    class Meta(TenantModel.Meta):
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        constraints = [
            models.UniqueConstraint(fields=["tenant", "key"], name="rural_contact_once"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.get_outcome_display()}"


class ReminderKind(models.TextChoices):
    """Before a due date, or after it."""

    UPCOMING = "upcoming", _("Due soon")
    OVERDUE = "overdue", _("Past due")


class Reminder(TenantModel):
    """A due date of which a village partner is to remind a farmer; it names no amount."""

    id = uuid_key()
    partner = TenantForeignKey("rural.VillagePartner", related_name="reminders")
    lead = TenantForeignKey(Lead, related_name="reminders")
    loan = TenantForeignKey("lending.Loan", related_name="+", verbose_name=_("loan"))
    kind = models.CharField(_("kind"), max_length=8, choices=ReminderKind)
    due_on = models.DateField(_("due on"))
    created_at = models.DateTimeField(_("created"))
    finished_at = models.DateTimeField(_("finished"), null=True)

    class Meta(TenantModel.Meta):
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "loan", "due_on", "kind"], name="rural_reminder_once"
            ),
        ]
        indexes = [
            models.Index(
                fields=["tenant", "partner", "due_on"],
                condition=Q(finished_at__isnull=True),
                name="rural_reminder_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lead} {self.due_on}"
