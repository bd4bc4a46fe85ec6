from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


def hash_field(label: "_StrPromise") -> "models.CharField[str, str]":
    """Return a column for a SHA-256 as 64 hexadecimal digits."""
    return models.CharField(label, max_length=64)


def is_hash(column: str, name: str) -> models.CheckConstraint:
    """Return the constraint that the column holds a SHA-256."""
    return models.CheckConstraint(
        condition=Q(**{f"{column}__regex": r"^[0-9a-f]{64}$"}), name=name
    )
