from rural.models.attachments import Attachment, AttachmentChunk, AttachmentUse
from rural.models.benchmarks import Benchmark, BenchmarkKind
from rural.models.capacity import Assessment, CapacityPolicy, Observation, VerdictKind
from rural.models.conflicts import ConflictCase, ConflictKind, ConflictStatus
from rural.models.definitions import DefinitionStatus, FormDefinition
from rural.models.enterprises import CropEnterprise, LivestockEnterprise
from rural.models.households import Household, HouseholdRevision
from rural.models.intake_rules import IntakeRule
from rural.models.places import County, Township, Village, VillageWorker
from rural.models.submissions import Submission, SubmissionStatus

__all__ = [
    "Assessment",
    "Attachment",
    "AttachmentChunk",
    "AttachmentUse",
    "Benchmark",
    "BenchmarkKind",
    "CapacityPolicy",
    "ConflictCase",
    "ConflictKind",
    "ConflictStatus",
    "County",
    "CropEnterprise",
    "DefinitionStatus",
    "FormDefinition",
    "Household",
    "HouseholdRevision",
    "IntakeRule",
    "LivestockEnterprise",
    "Observation",
    "Submission",
    "SubmissionStatus",
    "Township",
    "VerdictKind",
    "Village",
    "VillageWorker",
]
