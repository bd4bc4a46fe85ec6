from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tenancy.models import TenantModel, uuid_key


class NoVillageRule(RuntimeError):
    """No row of this code is in force; the lender has been set up without its rules."""


class VillageRule(TenantModel):
    """One dated, sourced number of work in the villages, such as how soon a visit is due."""

    id = uuid_key()
    code = models.CharField(_("code"), max_length=40)
    value = models.DecimalField(_("value"), max_digits=14, decimal_places=6)
    unit = models.CharField(_("unit"), max_length=20)
    effective_from = models.DateField(_("in force from"))
    source = models.CharField(_("source"), max_length=300)

    class Meta(TenantModel.Meta):
        verbose_name = _("village rule")
        verbose_name_plural = _("village rules")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "code", "effective_from"], name="rural_villagerule_once"
            ),
            models.CheckConstraint(condition=Q(value__gte=0), name="rural_villagerule_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.value.normalize():f} {self.unit}"


def village_rule(code: str, on: date) -> Decimal:
    """
    Return a rule's number on a day.

    :raises NoVillageRule: if none is in force
    """
    rows = VillageRule.objects.filter(code=code, effective_from__lte=on)
    row = rows.order_by("-effective_from").first()
    if row is None:
        raise NoVillageRule(f"{code} on {on}")
    value: Decimal = row.value
    return value
