from django.db import models
from django.utils.translation import gettext_lazy as _

from tenancy.models import TenantForeignKey, TenantModel


class TakenForm(TenantModel):
    """
    An accepted form that has been made something of: a recommendation, a visit, a ballot.

    `refusal` says why nothing could be made of it, for somebody to look at.
    """

    id = models.BigAutoField(primary_key=True)
    submission = TenantForeignKey(
        "rural.Submission", related_name="+", verbose_name=_("submission")
    )
    form_code = models.CharField(_("form"), max_length=20)
    taken_at = models.DateTimeField(_("taken in"))
    refusal = models.CharField(_("why nothing came of it"), max_length=500, blank=True)

    class Meta(TenantModel.Meta):
        verbose_name = _("form taken in")
        verbose_name_plural = _("forms taken in")
        constraints = [
            models.UniqueConstraint(fields=["tenant", "submission"], name="rural_takenform_once"),
        ]

    def __str__(self) -> str:
        return f"{self.form_code} {self.submission_id}"
