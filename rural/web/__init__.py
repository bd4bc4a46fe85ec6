"""The field app's pages."""
