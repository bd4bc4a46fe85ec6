"""Pure rules of tenancy: the audit chain's arithmetic."""
