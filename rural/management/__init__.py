"""Commands about the villages."""
