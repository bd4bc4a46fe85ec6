from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from tenancy.models import TenantForeignKey, TenantManager, TenantModel, TenantQuerySet, uuid_key

COUNTY_DIGITS, TOWNSHIP_DIGITS, VILLAGE_DIGITS = 6, 9, 12


class Place(TenantModel):
    """What county, township and village have in common: a code, two names, an order."""

    id = uuid_key()
    name_zh = models.CharField(_("Chinese name"), max_length=60)
    name_en = models.CharField(_("English name"), max_length=80, blank=True)
    # Pinyin without tones: Chinese lists are looked through in its order.
    sort_key = models.CharField(_("pinyin"), max_length=120, blank=True)

    class Meta(TenantModel.Meta):
        abstract = True
        ordering = ["sort_key", "code"]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the reader's language."""
        speaks_chinese = (get_language() or "").startswith("zh")
        return self.name_zh if speaks_chinese or not self.name_en else self.name_en


def _is_code(digits: int) -> Q:
    return Q(code__regex=rf"^[0-9]{{{digits}}}$")


class County(Place):
    """A county that the lender works in, by its six-digit code."""

    code = models.CharField(_("code"), max_length=COUNTY_DIGITS)

    class Meta(Place.Meta):
        verbose_name = _("county")
        verbose_name_plural = _("counties")
        constraints = [
            models.UniqueConstraint(fields=["tenant", "code"], name="rural_county_code"),
            models.CheckConstraint(condition=_is_code(COUNTY_DIGITS), name="rural_county_is_code"),
        ]


class Township(Place):
    """A township of a county, by its nine-digit code."""

    code = models.CharField(_("code"), max_length=TOWNSHIP_DIGITS)
    county = TenantForeignKey(County, related_name="townships", verbose_name=_("county"))

    class Meta(Place.Meta):
        verbose_name = _("township")
        verbose_name_plural = _("townships")
        constraints = [
            models.UniqueConstraint(fields=["tenant", "code"], name="rural_township_code"),
            models.CheckConstraint(
                condition=_is_code(TOWNSHIP_DIGITS), name="rural_township_is_code"
            ),
        ]


class VillageQuerySet(TenantQuerySet["Village"]):
    """Villages by who works in them."""

    def assigned_to(self, user_id: str) -> VillageQuerySet:
        return self.filter(workers__user_id=user_id, workers__is_active=True).distinct()


class Village(Place):
    """An administrative village, by its twelve-digit code; centre in degrees (WGS 84)."""

    code = models.CharField(_("code"), max_length=VILLAGE_DIGITS)
    township = TenantForeignKey(Township, related_name="villages", verbose_name=_("township"))
    latitude = models.DecimalField(
        _("latitude"), max_digits=9, decimal_places=6, null=True, blank=True
    )
    longitude = models.DecimalField(
        _("longitude"), max_digits=9, decimal_places=6, null=True, blank=True
    )

    objects = TenantManager.from_queryset(VillageQuerySet)()

    class Meta(Place.Meta):
        verbose_name = _("village")
        verbose_name_plural = _("villages")
        constraints = [
            models.UniqueConstraint(fields=["tenant", "code"], name="rural_village_code"),
            models.CheckConstraint(
                condition=_is_code(VILLAGE_DIGITS), name="rural_village_is_code"
            ),
            models.CheckConstraint(
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
                name="rural_village_centre",
            ),
        ]


class VillageWorker(TenantModel):
    """Somebody works in a village: an agent sees these villages and no others."""

    id = uuid_key()
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("user")
    )
    village = TenantForeignKey(Village, related_name="workers", verbose_name=_("village"))
    since = models.DateField(_("since"))
    is_active = models.BooleanField(_("is active"), default=True)

    class Meta(TenantModel.Meta):
        verbose_name = _("village worker")
        verbose_name_plural = _("village workers")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "user", "village"], name="rural_villageworker_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} – {self.village}"
