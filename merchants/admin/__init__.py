"""The pages on firms, their invoices and the imports that these came with."""

from merchants.admin import imports, invoices, merchants

__all__ = ["imports", "invoices", "merchants"]
