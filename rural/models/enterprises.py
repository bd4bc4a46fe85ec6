from django.db import models
from django.utils.translation import gettext_lazy as _

from rural.models.households import Household
from rural.models.submissions import Submission
from tenancy.models import TenantForeignKey, TenantModel, uuid_key


class Enterprise(TenantModel):
    """What a household grows or raises in a season, as its last accepted form says."""

    id = uuid_key()
    # As the form says it: a year and a part of it, such as 2026-autumn.
    season = models.CharField(_("season"), max_length=20)
    values = models.JSONField(_("answers"))
    accepted_at = models.DateTimeField(_("accepted"))

    class Meta(TenantModel.Meta):
        abstract = True


class CropEnterprise(Enterprise):
    """One crop of a household in one season (form F2)."""

    household = TenantForeignKey(Household, related_name="crops", verbose_name=_("household"))
    crop = models.CharField(_("crop"), max_length=40)
    submission = TenantForeignKey(Submission, related_name="crops", verbose_name=_("submission"))

    class Meta(Enterprise.Meta):
        verbose_name = _("crop enterprise")
        verbose_name_plural = _("crop enterprises")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "household", "season", "crop"], name="rural_crop_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.crop} {self.season}"


class LivestockEnterprise(Enterprise):
    """One kind of animals of a household in one season (form F3)."""

    household = TenantForeignKey(Household, related_name="livestock", verbose_name=_("household"))
    species = models.CharField(_("species"), max_length=40)
    mode = models.CharField(_("mode"), max_length=40)
    submission = TenantForeignKey(
        Submission, related_name="livestock", verbose_name=_("submission")
    )

    class Meta(Enterprise.Meta):
        verbose_name = _("livestock enterprise")
        verbose_name_plural = _("livestock enterprises")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "household", "season", "species", "mode"],
                name="rural_livestock_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.species} {self.season}"
