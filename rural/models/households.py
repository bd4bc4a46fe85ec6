from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from rural.models.places import Village
from tenancy.fields import EncryptedTextField, blind_index
from tenancy.models import TenantForeignKey, TenantManager, TenantModel, TenantQuerySet, uuid_key
from tenancy.personal import HasPersonalNumbers


class HouseholdQuerySet(TenantQuerySet["Household"]):
    """Households by personal number, without reading one."""

    def with_number(self, field: str, value: str) -> HouseholdQuerySet:
        """Households whose head's number is exactly this; nobody for an empty one."""
        index = blind_index(field, value)
        return self.filter(**{f"{field}_index": index}) if index else self.none()


class Household(HasPersonalNumbers, TenantModel):
    """
    A farmer's household: what its accepted forms say of it, and which form said so.

    The id is the `root_uuid` of the form that made it known, so that a device without network
    can already refer to it. `values` holds the answers of F1 by field name, personal numbers
    masked in them; `numbers` holds those in the clear, encrypted, as JSON by pointer.
    """

    PERSONAL_NUMBERS = ("id_number", "phone")

    id = models.UUIDField(primary_key=True)
    code = models.CharField(_("code"), max_length=24)
    village = TenantForeignKey(Village, related_name="households", verbose_name=_("village"))
    group = models.CharField(_("group"), max_length=40, blank=True)
    head_name = models.CharField(_("head of household"), max_length=50)
    id_number = EncryptedTextField(_("ID number"), blank=True)
    id_number_index = models.CharField(max_length=64, blank=True, editable=False)
    phone = EncryptedTextField(_("telephone"), blank=True)
    phone_index = models.CharField(max_length=64, blank=True, editable=False)
    values = models.JSONField(_("record"), default=dict)
    numbers = EncryptedTextField(_("personal numbers"), blank=True)
    version = models.PositiveIntegerField(_("version"), default=0)
    # Field name to the version in which it last changed.
    field_versions = models.JSONField(_("versions of the fields"), default=dict)
    latitude = models.DecimalField(
        _("latitude"), max_digits=9, decimal_places=6, null=True, blank=True
    )
    longitude = models.DecimalField(
        _("longitude"), max_digits=9, decimal_places=6, null=True, blank=True
    )
    borrower = TenantForeignKey(
        "lending.Borrower",
        null=True,
        blank=True,
        related_name="households",
        verbose_name=_("borrower"),
        help_text=_("Empty until the household first applies."),
    )
    created_at = models.DateTimeField(_("known since"))
    changed_at = models.DateTimeField(_("changed"))

    objects = TenantManager.from_queryset(HouseholdQuerySet)()

    class Meta(TenantModel.Meta):
        verbose_name = _("household")
        verbose_name_plural = _("households")
        constraints = [
            models.UniqueConstraint(fields=["tenant", "code"], name="rural_household_code"),
            models.UniqueConstraint(
                fields=["tenant", "borrower"], name="rural_household_per_borrower"
            ),
            # One household per head: whoever comes second is a question for an officer.
            models.UniqueConstraint(
                fields=["tenant", "id_number_index"],
                condition=~Q(id_number_index=""),
                name="rural_household_per_head",
            ),
            models.CheckConstraint(
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
                name="rural_household_place",
            ),
        ]
        indexes = [
            models.Index(
                fields=["tenant", "village", "head_name"], name="rural_household_in_village"
            ),
            models.Index(
                fields=["tenant", "phone_index"],
                condition=~Q(phone_index=""),
                name="rural_household_phone",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.head_name} ({self.code})"


class HouseholdRevision(TenantModel):
    """
    What one submission, or one officer's choice, changed of a household; append-only.

    From the revisions follows what any field was at any version, which tells an edit from a
    value that merely came along.
    """

    id = uuid_key()
    household = TenantForeignKey(Household, related_name="revisions", verbose_name=_("household"))
    number = models.PositiveIntegerField(_("version"))
    changes = models.JSONField(_("changes"), default=dict)
    numbers = EncryptedTextField(_("personal numbers"), blank=True)
    # Empty for what an officer decided by himself.
    submission = TenantForeignKey(
        "rural.Submission",
        null=True,
        blank=True,
        related_name="revisions",
        verbose_name=_("submission"),
    )
    device_id = models.CharField(_("device"), max_length=80, blank=True)
    finalized_at = models.DateTimeField(_("finished on the device"), null=True, blank=True)
    at = models.DateTimeField(_("at"))
    by = models.CharField(_("by"), max_length=120)

    class Meta(TenantModel.Meta):
        verbose_name = _("household revision")
        verbose_name_plural = _("household revisions")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "household", "number"], name="rural_revision_number"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.household_id} v{self.number}"

    @property
    def fields(self) -> list[str]:
        """The names of the fields that changed."""
        names: dict[str, Any] = self.changes
        return sorted(names)
