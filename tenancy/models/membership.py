from django.db import models
from django.utils.translation import gettext_lazy as _

from tenancy.models.keys import TenantModel
from tenancy.roles import Role


class Membership(TenantModel):
    """One person's work at one tenant: as what, at which branch, up to which amount."""

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(
        "tenancy.User", on_delete=models.PROTECT, related_name="+", verbose_name=_("user")
    )
    role = models.CharField(_("role"), max_length=20, choices=Role)
    branch = models.CharField(_("branch"), max_length=60, blank=True)
    authority_limit = models.DecimalField(
        _("authority limit"),
        max_digits=20,
        decimal_places=4,
        null=True,
        blank=True,
        help_text=_("The largest amount this person may approve alone; empty: none."),
    )
    is_active = models.BooleanField(_("is active"), default=True)

    class Meta(TenantModel.Meta):
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "user", "role"], name="tenancy_membership_once"
            ),
            models.CheckConstraint(
                condition=models.Q(authority_limit__isnull=True)
                | models.Q(authority_limit__gte=0),
                name="tenancy_membership_limit_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} – {self.get_role_display()}"
