"""Reads of scoring: what decides now, what was decided, what comes with Granary."""
