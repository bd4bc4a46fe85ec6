from django.db import models

from tenancy.models.keys import TenantModel


class IdempotencyRecord(TenantModel):
    """The answer that one client's request got, so that repeating the request gets it again."""

    id = models.BigAutoField(primary_key=True)
    client = models.CharField(max_length=60)
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    body = models.JSONField(null=True)
    created_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "client", "key"], name="tenancy_idempotency_key"
            )
        ]
        indexes = [models.Index(fields=["tenant", "created_at"], name="tenancy_idempotency_age")]

    def __str__(self) -> str:
        return f"{self.client} {self.key}"
