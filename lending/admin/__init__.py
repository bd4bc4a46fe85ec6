"""The officers' pages on applications, lines, loans, payments, products and the daily close."""

from lending.admin import (
    applications,
    borrowers,
    closes,
    lines,
    loans,
    payments,
    products,
    regulation,
)

__all__ = [
    "applications",
    "borrowers",
    "closes",
    "lines",
    "loans",
    "payments",
    "products",
    "regulation",
]
