from partners.models.access import BankCall, BankStaff, BankToken, ProofKind, SpentProof
from partners.models.agreement import (
    Agreement,
    AgreementVersion,
    AgreementVersionQuerySet,
    ClaimScope,
    WaterfallMode,
)
from partners.models.bank import BankCredential, Guarantor, GuarantorKind, PartnerBank
from partners.models.feed import BankEvent
from partners.models.placement import (
    BankDecision,
    DecidedBy,
    DecisionResult,
    Placement,
    PlacementEvent,
    PlacementQuerySet,
)
from partners.models.quota import Quota, QuotaPeriod, QuotaUse, UseStatus
from partners.models.regulation import FundingRule, Operator
from partners.models.routing import BankConsent, Routing, RoutingCandidate, RoutingOutcome

__all__ = [
    "Agreement",
    "AgreementVersion",
    "AgreementVersionQuerySet",
    "BankCall",
    "BankConsent",
    "BankCredential",
    "BankDecision",
    "BankEvent",
    "BankStaff",
    "BankToken",
    "ClaimScope",
    "DecidedBy",
    "DecisionResult",
    "FundingRule",
    "Guarantor",
    "GuarantorKind",
    "Operator",
    "PartnerBank",
    "Placement",
    "PlacementEvent",
    "PlacementQuerySet",
    "ProofKind",
    "Quota",
    "QuotaPeriod",
    "QuotaUse",
    "Routing",
    "RoutingCandidate",
    "RoutingOutcome",
    "SpentProof",
    "UseStatus",
    "WaterfallMode",
]
