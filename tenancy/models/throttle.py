from django.db import models


class TokenAttempt(models.Model):
    """
    How often somebody asked for a token within one minute; `who` is a hash.

    Outside every room: nobody knows yet whose client is asking, or whether it is one.
    """

    who = models.CharField(max_length=64)
    minute = models.DateTimeField()
    attempts = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["who", "minute"], name="tenancy_tokenattempt_counted")
        ]
        indexes = [models.Index(fields=["minute"], name="tenancy_tokenattempt_age")]

    def __str__(self) -> str:
        return f"{self.who[:8]} {self.minute:%H:%M} {self.attempts}"
