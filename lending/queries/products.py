"""What is sold, and what the law will say of it."""

from __future__ import annotations

from datetime import date

from lending.models import ProductVersion, RegulationRule


def on_offer(*, on: date) -> list[ProductVersion]:
    """Return the version of every product that a borrower may apply for on a day, by code."""
    versions = (
        ProductVersion.objects.published()
        .filter(product__is_offered=True, effective_from__lte=on)
        .select_related("product")
        .order_by("product_id", "-effective_from", "-number")
        .distinct("product_id")
    )
    return sorted(versions, key=lambda version: version.product.code)


def rules(*, on: date) -> tuple[list[RegulationRule], list[RegulationRule]]:
    """Return the rules in force on a day, and those that begin to bind later."""
    held = RegulationRule.objects
    return (
        list(held.in_force(on).order_by("code", "basis")),
        list(held.coming(on).order_by("effective_from", "code", "basis")),
    )
