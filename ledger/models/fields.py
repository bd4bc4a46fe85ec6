"""Columns that money needs."""

from __future__ import annotations

from typing import Any

from django.db import models

from tenancy.models import TenantForeignKey


class MoneyField(models.DecimalField):
    """
    An amount of money: `numeric(20,4)`, so that every currency of ISO 4217 fits exactly.

    The currency stands once beside it, on the account or the loan.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_digits", 20)
        kwargs.setdefault("decimal_places", 4)
        super().__init__(*args, **kwargs)


class UnlockedReference(TenantForeignKey):
    """
    A reference to a row that is never removed, without a foreign key in the database.

    A foreign key share-locks the row it points to. Everyone posts to the same few accounts, so
    their rows would be written to by every transaction (measured: one multixact per posting
    transaction at eight clients). What may not be deleted needs no lock: the check of the entry
    at commit reads that the account is there.
    """

    is_constrained = False
