from django.db import models
from django.utils.translation import gettext_lazy as _


class Currency(models.Model):
    """One currency of ISO 4217, so that the database can check amounts; the same in all rooms."""

    code = models.CharField(_("code"), max_length=3, primary_key=True)
    exponent = models.SmallIntegerField(_("decimals"))

    class Meta:
        verbose_name = _("currency")
        verbose_name_plural = _("currencies")

    def __str__(self) -> str:
        return self.code
