from django.apps import AppConfig
from django.db.models.signals import post_migrate


class TenancyConfig(AppConfig):
    name = "tenancy"
    verbose_name = "Tenancy"

    def ready(self) -> None:
        """Grants and the token key follow every migration, because tables may be new."""
        from tenancy.grants import grant_after_migrate

        post_migrate.connect(grant_after_migrate, sender=self)
