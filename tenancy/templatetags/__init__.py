"""What the pages' templates need to show figures to people."""
