"""What the assessed cash flow of a borrower can carry, where the evidence holds it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext_lazy as _

from lending.models import Application
from tenancy.errors import FieldError, Refusal


class CapacityExceeded(Refusal):
    """The amount is above the limit that the capacity assessment found."""

    code = "capacity_exceeded"
    status = 422


def limit_of(application: Application) -> Decimal | None:
    """
    Return the assessed limit in the application's currency, or None where there is none.

    It stands in the evidence as `capacity.limit`, a decimal string; one that cannot be read
    lets nothing through.
    """
    assessed = application.evidence.get("capacity")
    if not isinstance(assessed, Mapping) or assessed.get("limit") is None:
        return None
    try:
        limit = Decimal(str(assessed["limit"]))
    except InvalidOperation:
        return Decimal(0)
    return limit if limit.is_finite() else Decimal(0)


def require_within(application: Application, amount: Decimal) -> None:
    """
    Let an amount pass that the borrower's cash flow can carry.

    :raises CapacityExceeded: naming the limit
    """
    limit = limit_of(application)
    if limit is not None and amount > limit:
        raise CapacityExceeded(
            _("%(amount)s is above the repayment capacity of %(limit)s")
            % {"amount": amount, "limit": limit},
            errors=[FieldError("/amount", str(amount)[:40], f"≤ {limit}")],
        )
