"""The only writers of tenancy's tables."""
