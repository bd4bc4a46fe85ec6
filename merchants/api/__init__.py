"""Merchants over HTTP: applying with what is known of their invoices."""
