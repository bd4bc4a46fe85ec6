"""Pure arithmetic of money, entries and charts of accounts."""
