"""Background work of lending, by name; Celery finds it through this package."""

from lending.tasks import origination, servicing

__all__ = ["origination", "servicing"]
