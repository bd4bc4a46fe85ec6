"""
Banks, agreements and placements, brought to where they stand by the real actions.

The bank `harbour` co-lends 70:30 under the agreement `harbour-70`; `actor_of` acts as it.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from lending.actions import applications
from lending.models import Application, ProductVersion
from partners.actions import agreements, banks, credentials, decisions, placements, quotas, routing
from partners.actions.banks import BankFacts
from partners.actions.terms import AgreementTerms
from partners.models import (
    AgreementVersion,
    BankCredential,
    BankDecision,
    Guarantor,
    PartnerBank,
    Placement,
    Quota,
    Routing,
)
from partners.rules.deciding import Decided
from tenancy.actors import Actor
from tenancy.roles import Role
from tests.lending import build as lending
from tests.tenancy.build import NOON, actor

ON = date(2026, 1, 5)
SYSTEM = Actor.system("test")

# The public half of a key made for these tests (RFC 7517, appendix A.1).
PUBLIC_KEY = {
    "kty": "EC",
    "crv": "P-256",
    "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
    "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM",
    "kid": "first",
    "use": "sig",
    "alg": "ES256",
}

__all__ = ["NOON", "ON", "SYSTEM", "actor"]


def bank(code: str = "harbour", **changes: Any) -> PartnerBank:
    """A bank on both lists, that answers within a day, at any hour."""
    facts: dict[str, Any] = {
        "name": f"{code.title()} Bank",
        "name_zh": "海港银行",
        "region": "33",
        "our_list_from": date(2025, 10, 1),
        "their_list_from": date(2025, 10, 1),
        "tier1_capital": Decimal(10_000_000_000),
        "total_loans": Decimal(100_000_000_000),
    }
    return banks.register(
        actor=actor(Role.RISK_MANAGER), at=NOON, code=code, facts=BankFacts(**{**facts, **changes})
    )


def guarantor(code: str = "shield", **changes: Any) -> Guarantor:
    facts: dict[str, Any] = {
        "name": f"{code.title()} Guarantee",
        "name_zh": "护盾融资担保",
        "kind": "company",
        "net_assets": Decimal(500_000_000),
        "net_assets_on": date(2025, 12, 31),
    }
    return banks.register_guarantor(
        actor=actor(Role.RISK_MANAGER), at=NOON, code=code, **{**facts, **changes}
    )


def credential(
    of: PartnerBank, *, client_id: str = "", jwks: dict[str, Any] | None = None
) -> BankCredential:
    """The bank's way in; the client id is its code unless another is named."""
    return credentials.issue(
        actor=actor(Role.RISK_MANAGER),
        at=NOON,
        bank_id=of.pk,
        client_id=client_id or of.code,
        jwks=jwks or {"keys": [PUBLIC_KEY]},
    )


def actor_of(of: PartnerBank) -> Actor:
    """The bank's own program, as its door would make it; its credential is issued if need be."""
    held = BankCredential.objects.filter(bank=of, is_active=True).first() or credential(of)
    return Actor(kind="client", id=held.client_id, name=of.name, role=Role.BANK)


def terms(**changes: Any) -> AgreementTerms:
    """70:30 co-lending of 1,000 to 500,000 over 30 to 360 days, everywhere and for everything."""
    facts: dict[str, Any] = {
        "model": "CO_LEND",
        "bank_ratio_bp": 7_000,
        "max_annual_rate": Decimal("0.24"),
        "min_amount": Decimal(1_000),
        "max_amount": Decimal(500_000),
        "min_term": 30,
        "max_term": 360,
        "term_unit": "days",
        "effective_from": ON,
        "priority": 10,
    }
    return AgreementTerms(**{**facts, **changes})


def draft(
    code: str = "harbour-70",
    *,
    bank_code: str = "harbour",
    guarantor_code: str = "",
    **changes: Any,
) -> AgreementVersion:
    return agreements.draft(
        actor=actor(Role.RISK_MANAGER),
        at=NOON,
        code=code,
        name=code.title(),
        name_zh="联合贷款协议",
        bank_code=bank_code,
        guarantor_code=guarantor_code,
        terms=terms(**changes),
    )


def publish(version: AgreementVersion, *, on: date = ON, at: datetime = NOON) -> AgreementVersion:
    return agreements.publish(actor=actor(Role.RISK_MANAGER), at=at, on=on, version_id=version.pk)


def agreement(code: str = "harbour-70", **changes: Any) -> AgreementVersion:
    """A published version, with its bank if need be."""
    bank_code = changes.get("bank_code", "harbour")
    if bank_code and not PartnerBank.objects.filter(code=bank_code).exists():
        bank(bank_code)
    return publish(draft(code, **changes))


def own_book(**changes: Any) -> AgreementVersion:
    """The agreement that says that our own book may fund what no bank takes."""
    facts = {"model": "OWN", "bank_ratio_bp": 0, "priority": 1_000}
    return publish(draft("own", bank_code="", **{**facts, **changes}))


def quota(
    version: AgreementVersion, amount: str = "1000000", period: str = "day", **scope: str
) -> Quota:
    return quotas.set_quota(
        actor=actor(Role.RISK_MANAGER),
        at=NOON,
        agreement_id=version.agreement_id,
        period=period,
        amount=Decimal(amount),
        **scope,
    )


def consent(bank_code: str, **changes: Any) -> dict[str, Any]:
    """A consent that came with the application, for one named bank."""
    facts = {
        "type": "bank", "version": "3", "text_hash": "0" * 64, "recipient": bank_code,
        "purpose": "credit_application", "granted_at": NOON.isoformat(), "channel": "paper",
        "expires_at": "2030-01-01T00:00:00+08:00",
    }  # fmt: skip
    return {**facts, **changes}


def granted(
    reference: str = "F-001",
    *,
    consents: Sequence[str | dict[str, Any]] = ("harbour",),
    amount: str = "100000",
    evidence: dict[str, Any] | None = None,
) -> Application:
    """An application for 180 days that we approved, and for which a bank has to be found."""
    if not ProductVersion.objects.published().exists():
        lending.product(funding="partner")
    application = lending.referred(
        borrower_reference=reference,
        amount=Decimal(amount),
        evidence=lending.evidence(
            consents=[consent(each) if isinstance(each, str) else each for each in consents],
            **(evidence or {}),
        ),
    )
    applications.approve(
        actor=actor(Role.SUPERVISOR, limit="1000000"),
        at=NOON,
        on=ON,
        application_id=application.pk,
        reason="Known for ten years",
    )
    application.refresh_from_db()
    return application


def route(application: Application, **changes: Any) -> Routing | None:
    facts: dict[str, Any] = {
        "actor": SYSTEM, "at": NOON, "on": ON, "application_id": application.pk,
    }  # fmt: skip
    return routing.route(**{**facts, **changes})


def placed(**changes: Any) -> Placement:
    """100,000 for 180 days before the bank `harbour`, at 70:30."""
    if not AgreementVersion.objects.published().exists():
        agreement()
    route(granted(**changes))
    return Placement.objects.select_related("bank", "version", "application").latest("pk")


def decision(result: str = "APPROVE", **changes: Any) -> Decided:
    facts: dict[str, Any] = {
        "decision_id": "d-1",
        "result": result,
        "decided_at": NOON,
        "valid_until": NOON + timedelta(days=3),
    }
    if result == "DECLINE":
        facts["reasons"] = [{"code": "R1", "text": "Too many loans", "disclose_to_borrower": True}]
    return Decided(**{**facts, **changes})


def decide(placement: Placement, result: str = "APPROVE", **changes: Any) -> BankDecision:
    """The bank's own decision, by its own credential."""
    who: dict[str, Any] = {"actor": actor_of(placement.bank), "at": NOON, "on": ON}
    door = {name: changes.pop(name) for name in tuple(who) if name in changes}
    return decisions.decide(
        **{**who, **door}, placement_id=placement.pk, decision=decision(result, **changes)
    )


def acknowledge(placement: Placement, reference: str = "HB-1") -> Placement:
    return placements.acknowledge(
        actor=actor_of(placement.bank),
        at=NOON,
        placement_id=placement.pk,
        bank_reference=reference,
    )
