from lending.models.application import Application, ApplicationQuerySet, StageChange
from lending.models.borrower import Borrower, BorrowerKind
from lending.models.classification import ClassBasis, LoanClass
from lending.models.close import CloseRun, CloseStep
from lending.models.event import EventKind, LoanEvent
from lending.models.instalment import Instalment
from lending.models.line import CreditLine, LineStatus
from lending.models.loan import Loan, LoanStatus
from lending.models.offer import Offer, OfferStatus
from lending.models.paper import Paper, PaperKind, PaperStatus
from lending.models.payment import PaymentDirection, PaymentOrder, PaymentStatus, RailMessage
from lending.models.position import LoanPosition
from lending.models.product import (
    DayCountBasis,
    Funding,
    Product,
    ProductVersion,
    RateBasis,
    RepaymentMethod,
    TermUnit,
)
from lending.models.regulation import CapBasis, RegulationRule, RuleKind, Severity

__all__ = [
    "Application",
    "ApplicationQuerySet",
    "Borrower",
    "BorrowerKind",
    "CapBasis",
    "ClassBasis",
    "CloseRun",
    "CloseStep",
    "CreditLine",
    "DayCountBasis",
    "EventKind",
    "Funding",
    "Instalment",
    "LineStatus",
    "Loan",
    "LoanClass",
    "LoanEvent",
    "LoanPosition",
    "LoanStatus",
    "Offer",
    "OfferStatus",
    "Paper",
    "PaperKind",
    "PaperStatus",
    "PaymentDirection",
    "PaymentOrder",
    "PaymentStatus",
    "Product",
    "ProductVersion",
    "RailMessage",
    "RateBasis",
    "RegulationRule",
    "RepaymentMethod",
    "RuleKind",
    "Severity",
    "StageChange",
    "TermUnit",
]
