"""The pages on what decides: cards, policies, training runs, decisions."""

from scoring.admin import decisions, policies, scorecards, training

__all__ = ["decisions", "policies", "scorecards", "training"]
