from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tenancy.fields import EncryptedTextField, blind_index
from tenancy.models import TenantManager, TenantModel, TenantQuerySet, uuid_key
from tenancy.personal import HasPersonalNumbers


class BorrowerKind(models.TextChoices):
    """A firm or a person."""

    FIRM = "firm", _("Firm")
    PERSON = "person", _("Person")


class BorrowerQuerySet(TenantQuerySet["Borrower"]):
    """Borrowers by personal number, without reading one."""

    def with_number(self, field: str, value: str) -> BorrowerQuerySet:
        """Borrowers whose personal number is exactly this; nobody for an empty one."""
        index = blind_index(field, value)
        return self.filter(**{f"{field}_index": index}) if index else self.none()


class Borrower(HasPersonalNumbers, TenantModel):
    """Who owes: a firm or a person, known to the lender by one reference of its channel."""

    PERSONAL_NUMBERS = ("id_number", "phone", "bank_card")

    id = uuid_key()
    kind = models.CharField(_("kind"), max_length=6, choices=BorrowerKind)
    reference = models.CharField(_("reference"), max_length=80)
    name = models.CharField(_("name"), max_length=200)
    name_zh = models.CharField(_("Chinese name"), max_length=200, blank=True)
    id_number = EncryptedTextField(_("ID number"), blank=True)
    id_number_index = models.CharField(max_length=64, blank=True, editable=False)
    phone = EncryptedTextField(_("telephone"), blank=True)
    phone_index = models.CharField(max_length=64, blank=True, editable=False)
    bank_card = EncryptedTextField(_("bank card"), blank=True)
    bank_card_index = models.CharField(max_length=64, blank=True, editable=False)
    created_at = models.DateTimeField(_("created"))

    objects = TenantManager.from_queryset(BorrowerQuerySet)()

    class Meta(TenantModel.Meta):
        verbose_name = _("borrower")
        verbose_name_plural = _("borrowers")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "reference"], name="lending_borrower_reference"
            ),
        ]
        indexes = [
            models.Index(
                fields=["tenant", f"{field}_index"],
                condition=~Q(**{f"{field}_index": ""}),
                name=f"lending_borrower_{field}"[:30],
            )
            for field in ("id_number", "phone", "bank_card")
        ]

    def __str__(self) -> str:
        return self.name
