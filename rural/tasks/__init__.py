"""Background work of rural, by name; Celery finds it through this package."""

from rural.tasks import village

__all__ = ["village"]
