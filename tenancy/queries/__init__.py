"""Reads of tenancy that span tables."""
