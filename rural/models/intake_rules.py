from django.db import models
from django.utils.translation import gettext_lazy as _

from tenancy.models import TenantModel, uuid_key


class IntakeRule(TenantModel):
    """One dated, sourced limit of taking submissions in, such as how long an old form counts."""

    id = uuid_key()
    code = models.CharField(_("code"), max_length=40)
    value = models.DecimalField(_("value"), max_digits=14, decimal_places=4)
    unit = models.CharField(_("unit"), max_length=20)
    effective_from = models.DateField(_("in force from"))
    source = models.CharField(_("source"), max_length=300)

    class Meta(TenantModel.Meta):
        verbose_name = _("intake rule")
        verbose_name_plural = _("intake rules")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "code", "effective_from"], name="rural_intakerule_once"
            ),
            models.CheckConstraint(
                condition=models.Q(value__gte=0), name="rural_intakerule_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.value.normalize():f} {self.unit}"
