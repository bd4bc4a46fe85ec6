"""The bank's door."""
