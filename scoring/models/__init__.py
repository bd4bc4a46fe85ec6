from scoring.models.decision import Decision, Outcome
from scoring.models.policy import Policy, PolicyStatus
from scoring.models.scorecard import Scorecard, ScorecardStatus
from scoring.models.snapshot import FeatureSnapshot
from scoring.models.training import RunStatus, TrainingRun

__all__ = [
    "Decision",
    "FeatureSnapshot",
    "Outcome",
    "Policy",
    "PolicyStatus",
    "RunStatus",
    "Scorecard",
    "ScorecardStatus",
    "TrainingRun",
]
