"""The roles that people, programs and the system itself play in a room."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """One word for what an actor is in the room."""

    OFFICER = "officer", _("Loan officer")
    SUPERVISOR = "supervisor", _("Supervisor")
    RISK_MANAGER = "risk_manager", _("Risk manager")
    FINANCE = "finance", _("Finance")
    COLLECTOR = "collector", _("Collector")
    AUDITOR = "auditor", _("Auditor")
    AGENT = "agent", _("Village agent")
    BANK = "bank", _("Partner bank")
    PLATFORM = "platform", _("Platform")
    ADMINISTRATOR = "administrator", _("Administrator")
    SYSTEM = "system", _("System")


# Whose work is not in the back office, and where it is instead.
HOMES: dict[str, str] = {Role.AGENT: "/field/"}
