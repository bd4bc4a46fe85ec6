from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig

from config import celery


class ConfigConfig(AppConfig):
    """The commands that span all apps: demo, verify, bench, import, provision."""

    name = "config"
    # Whoever sets up Django sends tasks through this app, and not through Celery's default.
    celery = celery.app


class BackOfficeConfig(AdminConfig):
    """Django's admin with our site."""

    default = False
    default_site = "tenancy.backoffice.BackOffice"
