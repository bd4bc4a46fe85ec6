from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from oauth2_provider.models import AbstractApplication

from tenancy.roles import Role


class ApiClient(AbstractApplication):
    """
    A program that calls the API: one tenant's platform or partner bank.

    Not in the room: it is looked up by its client id before any room can be entered.
    """

    room = models.ForeignKey(
        "tenancy.Tenant", on_delete=models.PROTECT, related_name="+", verbose_name=_("tenant")
    )
    role = models.CharField(_("role"), max_length=20, choices=Role, default=Role.PLATFORM)

    class Meta(AbstractApplication.Meta):
        swappable = "OAUTH2_PROVIDER_APPLICATION_MODEL"
        verbose_name = _("API client")
        verbose_name_plural = _("API clients")

    def natural_key(self) -> tuple[Any, ...]:
        """The client id, which is what a token request names."""
        return (self.client_id,)
