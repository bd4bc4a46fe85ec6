"""
Products, borrowers, applications and lines, brought to where they stand by the real actions.

Without a scorecard the automatic decision refers to a person, so `referred()` needs no scoring.
"""

from datetime import date
from decimal import Decimal
from typing import Any

from lending.actions import applications, borrowers, lines, offers, products, regulation
from lending.actions.configuration import Configuration
from lending.models import Application, Borrower, CreditLine, Loan, Offer, ProductVersion
from tenancy.actions import tenants
from tenancy.actors import Actor
from tenancy.models import User
from tenancy.roles import Role
from tests.tenancy.build import NOON, actor

ON = date(2026, 1, 5)
SYSTEM = Actor.system("test")

__all__ = ["NOON", "ON", "SYSTEM", "actor"]


def configuration(**changes: Any) -> Configuration:
    """The seller credit loan: 0.06 % a day, 90 to 180 days, all at the end."""
    facts: dict[str, Any] = {
        "method": "bullet",
        "currency": "CNY",
        "min_amount": Decimal(1_000),
        "max_amount": Decimal(1_000_000),
        "quoted_rate": Decimal("0.0006"),
        "rate_basis": "daily",
        "min_term": 90,
        "max_term": 180,
        "term_unit": "days",
    }
    return Configuration(**{**facts, **changes})


def rules() -> None:
    """The Chinese rule set, adopted by the room's tenant."""
    regulation.adopt(actor=SYSTEM, at=NOON, jurisdiction="CN")


def draft(code: str = "seller", *, effective_from: date = ON, **changes: Any) -> ProductVersion:
    return products.draft(
        actor=actor(Role.RISK_MANAGER),
        at=NOON,
        code=code,
        name=code.title(),
        name_zh="诚信贷款",
        configuration=configuration(**changes),
        effective_from=effective_from,
    )


def product(code: str = "seller", **changes: Any) -> ProductVersion:
    """A published version, checked against the Chinese rules."""
    rules()
    return publish(draft(code, **changes))


def publish(version: ProductVersion, on: date = ON) -> ProductVersion:
    return products.publish(actor=actor(Role.RISK_MANAGER), at=NOON, on=on, version_id=version.pk)


def borrower(reference: str = "F-001", **facts: Any) -> Borrower:
    return borrowers.register(
        actor=actor(Role.OFFICER),
        at=NOON,
        reference=reference,
        **{"kind": "firm", "name": f"Firm {reference}", **facts},
    )


def officer(username: str) -> User:
    """A person who works here as an officer."""
    user = User.objects.create_user(username, "secret-enough", name=username.title())
    tenants.admit(user=user, role=Role.OFFICER, actor=actor(Role.ADMINISTRATOR), at=NOON)
    return user


def evidence(**more: Any) -> dict[str, Any]:
    """What a channel hands in: twelve months of sales in two features."""
    features = {"sales_12m": "1250000.00", "active_months": "12", "buyers_hhi": None}
    return {"as_of": ON.isoformat(), "source": "invoices", "features": features, **more}


def submit(**changes: Any) -> Application:
    facts: dict[str, Any] = {
        "actor": actor(Role.PLATFORM),
        "at": NOON,
        "on": ON,
        "borrower_reference": "F-001",
        "product_code": "seller",
        "amount": Decimal(100_000),
        "currency": "CNY",
        "term": 180,
        "purpose": "Stock for the spring season",
        "evidence": evidence(),
        "channel": "platform",
    }
    return applications.submit(**{**facts, **changes})


def submitted(**changes: Any) -> Application:
    """An application for 100,000 over 180 days, with its product and borrower if need be."""
    if not ProductVersion.objects.published().exists():
        product()
    borrower(changes.get("borrower_reference", "F-001"))
    return submit(**changes)


def decide(application: Application, **changes: Any) -> Application:
    facts = {"actor": SYSTEM, "at": NOON, "on": ON, "application_id": application.pk}
    return applications.decide_automatically(**{**facts, **changes})


def referred(**changes: Any) -> Application:
    return decide(submitted(**changes))


def approve(application: Application, **changes: Any) -> Offer:
    facts: dict[str, Any] = {
        "actor": actor(Role.SUPERVISOR, limit="1000000"),
        "at": NOON,
        "on": ON,
        "application_id": application.pk,
        "reason": "Known for ten years",
    }
    offer = applications.approve(**{**facts, **changes})
    assert offer is not None
    return offer


def offered(**changes: Any) -> Offer:
    """An open offer of what was asked for."""
    return approve(referred(**changes))


def accept(offer: Offer, **changes: Any) -> CreditLine:
    facts: dict[str, Any] = {
        "actor": actor(Role.PLATFORM),
        "at": NOON,
        "on": ON,
        "offer_id": offer.pk,
        "cost_hash": offer.cost_hash,
    }
    return offers.accept(**{**facts, **changes})


def line(**changes: Any) -> CreditLine:
    """An open credit line of 100,000, drawn for 180 days at a time."""
    return accept(offered(**changes))


def draw(on_line: CreditLine, amount: str = "10000", **changes: Any) -> Loan:
    facts: dict[str, Any] = {
        "actor": actor(Role.PLATFORM),
        "at": NOON,
        "on": ON,
        "line_id": on_line.pk,
        "amount": Decimal(amount),
        "key": f"draw-{amount}",
    }
    return lines.draw(**{**facts, **changes})
