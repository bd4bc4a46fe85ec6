from zoneinfo import ZoneInfo, available_timezones

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _


def _known_time_zone(name: str) -> None:
    if name not in available_timezones():
        raise ValidationError(_("%(zone)s is not a time zone"), params={"zone": name})


class Tenant(models.Model):
    """One lender: a room, its jurisdiction, its currency and the day its business has reached."""

    id = models.AutoField(primary_key=True)
    slug = models.SlugField(_("address"), unique=True)
    name = models.CharField(_("name"), max_length=120)
    name_zh = models.CharField(_("Chinese name"), max_length=120, blank=True)
    jurisdiction = models.CharField(_("jurisdiction"), max_length=2, default="CN")
    currency = models.CharField(_("currency"), max_length=3, default="CNY")
    time_zone = models.CharField(
        _("time zone"), max_length=40, default="Asia/Shanghai", validators=[_known_time_zone]
    )
    locale = models.CharField(_("language"), max_length=10, default="zh-hans")
    business_date = models.DateField(_("business date"))

    class Meta:
        verbose_name = _("tenant")
        verbose_name_plural = _("tenants")

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        """The tenant's time zone, in which its days begin and end."""
        return ZoneInfo(self.time_zone)
