from rural.models.attachments import Attachment, AttachmentChunk, AttachmentUse
from rural.models.benchmarks import Benchmark, BenchmarkKind
from rural.models.capacity import Assessment, CapacityPolicy, Observation, VerdictKind
from rural.models.commission import (
    CommissionEntry,
    CommissionStatement,
    CommissionTariff,
    EntryBasis,
    EntryKind,
    StatementStatus,
)
from rural.models.conflicts import ConflictCase, ConflictKind, ConflictStatus
from rural.models.county_data import (
    ConsentBasis,
    CountyDataUse,
    CountyImport,
    CountyImportStatus,
    CountyRecord,
    DataSource,
    DeletionCertificate,
)
from rural.models.definitions import DefinitionStatus, FormDefinition
from rural.models.enterprises import CropEnterprise, LivestockEnterprise
from rural.models.households import Household, HouseholdRevision
from rural.models.intake_rules import IntakeRule
from rural.models.lead import (
    Contact,
    ContactKind,
    ContactOutcome,
    Lead,
    Paper,
    PaperRequest,
    Reminder,
    ReminderKind,
)
from rural.models.panel import (
    Ballot,
    DebtRumour,
    Evaluator,
    PanelHousehold,
    PanelOutcome,
    PanelResult,
    PanelScale,
    PanelSession,
    PanelStatus,
    Recusal,
    VetoReason,
)
from rural.models.places import County, Township, Village, VillageWorker
from rural.models.programme import Programme, ProgrammeAgreement
from rural.models.recommendation import Opinion, Recommendation, RelationToFarmer
from rural.models.submissions import Submission, SubmissionStatus
from rural.models.taken_form import TakenForm
from rural.models.training import Attendance, Course, CourseSubject, Lesson
from rural.models.village_partner import PartnerChange, PartnerStatus, VillagePartner
from rural.models.village_rule import NoVillageRule, VillageRule
from rural.models.visit import (
    CalendarDay,
    SignalCode,
    Visit,
    VisitKind,
    VisitPlan,
    VisitSignal,
    VisitStatus,
)

__all__ = [
    "Assessment",
    "Attachment",
    "AttachmentChunk",
    "AttachmentUse",
    "Attendance",
    "Ballot",
    "Benchmark",
    "BenchmarkKind",
    "CalendarDay",
    "CapacityPolicy",
    "CommissionEntry",
    "CommissionStatement",
    "CommissionTariff",
    "ConflictCase",
    "ConflictKind",
    "ConflictStatus",
    "ConsentBasis",
    "Contact",
    "ContactKind",
    "ContactOutcome",
    "County",
    "CountyDataUse",
    "CountyImport",
    "CountyImportStatus",
    "CountyRecord",
    "Course",
    "CourseSubject",
    "CropEnterprise",
    "DataSource",
    "DebtRumour",
    "DefinitionStatus",
    "DeletionCertificate",
    "EntryBasis",
    "EntryKind",
    "Evaluator",
    "FormDefinition",
    "Household",
    "HouseholdRevision",
    "IntakeRule",
    "Lead",
    "Lesson",
    "LivestockEnterprise",
    "NoVillageRule",
    "Observation",
    "Opinion",
    "PanelHousehold",
    "PanelOutcome",
    "PanelResult",
    "PanelScale",
    "PanelSession",
    "PanelStatus",
    "Paper",
    "PaperRequest",
    "PartnerChange",
    "PartnerStatus",
    "Programme",
    "ProgrammeAgreement",
    "Recommendation",
    "Recusal",
    "RelationToFarmer",
    "Reminder",
    "ReminderKind",
    "SignalCode",
    "StatementStatus",
    "Submission",
    "SubmissionStatus",
    "TakenForm",
    "Township",
    "VerdictKind",
    "VetoReason",
    "Village",
    "VillagePartner",
    "VillageRule",
    "VillageWorker",
    "Visit",
    "VisitKind",
    "VisitPlan",
    "VisitSignal",
    "VisitStatus",
]
