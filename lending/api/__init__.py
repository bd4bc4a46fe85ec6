"""Lending over HTTP, for the platform that a lender works with."""
