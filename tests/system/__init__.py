"""The house as a stranger meets it: its commands, on an installation of its own."""
