from partners.models.access import BankCall, BankStaff, BankToken, ProofKind, SpentProof
from partners.models.agreement import (
    Agreement,
    AgreementVersion,
    AgreementVersionQuerySet,
    ClaimScope,
    CollectedBy,
    WaterfallMode,
)
from partners.models.bank import BankCredential, Guarantor, GuarantorKind, PartnerBank
from partners.models.claim import BuyBack, ClaimStatus, CompensationClaim, GuaranteeCover
from partners.models.collected import BankReceipt
from partners.models.feed import BankEvent
from partners.models.participation import (
    Cession,
    FundingLeg,
    LegSide,
    LegStatus,
    Participation,
    ParticipationStatus,
    Share,
)
from partners.models.placement import (
    BankDecision,
    DecidedBy,
    DecisionResult,
    Placement,
    PlacementEvent,
    PlacementQuerySet,
)
from partners.models.quota import Quota, QuotaPeriod, QuotaUse, UseStatus
from partners.models.reconciliation import (
    BREAK_TRANSITIONS,
    Break,
    BreakResponse,
    BreakStatus,
    ReconRun,
    RunStatus,
)
from partners.models.regulation import FundingRule, Operator
from partners.models.routing import BankConsent, Routing, RoutingCandidate, RoutingOutcome
from partners.models.settlement import (
    SETTLEMENT_TRANSITIONS,
    Adjustment,
    PartnerPayment,
    PartnerPaymentDirection,
    PartnerPaymentStatus,
    Settlement,
    SettlementFile,
    SettlementStatus,
)
from partners.models.tolerance import ReconTolerance

__all__ = [
    "BREAK_TRANSITIONS",
    "SETTLEMENT_TRANSITIONS",
    "Adjustment",
    "Agreement",
    "AgreementVersion",
    "AgreementVersionQuerySet",
    "BankCall",
    "BankConsent",
    "BankCredential",
    "BankDecision",
    "BankEvent",
    "BankReceipt",
    "BankStaff",
    "BankToken",
    "Break",
    "BreakResponse",
    "BreakStatus",
    "BuyBack",
    "Cession",
    "ClaimScope",
    "ClaimStatus",
    "CollectedBy",
    "CompensationClaim",
    "DecidedBy",
    "DecisionResult",
    "FundingLeg",
    "FundingRule",
    "GuaranteeCover",
    "Guarantor",
    "GuarantorKind",
    "LegSide",
    "LegStatus",
    "Operator",
    "Participation",
    "ParticipationStatus",
    "PartnerBank",
    "PartnerPayment",
    "PartnerPaymentDirection",
    "PartnerPaymentStatus",
    "Placement",
    "PlacementEvent",
    "PlacementQuerySet",
    "ProofKind",
    "Quota",
    "QuotaPeriod",
    "QuotaUse",
    "ReconRun",
    "ReconTolerance",
    "Routing",
    "RoutingCandidate",
    "RoutingOutcome",
    "RunStatus",
    "Settlement",
    "SettlementFile",
    "SettlementStatus",
    "Share",
    "SpentProof",
    "UseStatus",
    "WaterfallMode",
]
