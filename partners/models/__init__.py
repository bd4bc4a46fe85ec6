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
    "BankConsent",
    "BankCredential",
    "BankDecision",
    "BankEvent",
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
    "Quota",
    "QuotaPeriod",
    "QuotaUse",
    "Routing",
    "RoutingCandidate",
    "RoutingOutcome",
    "UseStatus",
    "WaterfallMode",
]
