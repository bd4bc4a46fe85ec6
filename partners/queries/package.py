"""
The application package: all that a bank needs to decide for itself (co-lending.md §2.10).

Raw evidence, not only a score. This is the one place where personal numbers leave the room, so
whoever calls `application_package` records that a bank has read them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ledger.rules.money import rounded
from lending.models import Application, BorrowerKind
from lending.rules.cost import cost
from partners.models import BankConsent, Placement
from partners.queries.wanted import consents_in
from scoring.models import Decision
from tenancy.models import Document

VERSION = 1


def application_package(placement: Placement) -> dict[str, Any]:
    """
    Return the package of a placement, with the borrower's personal numbers in the clear.

    Money and rates are decimal strings, moments RFC 3339. Parts that the evidence does not have
    are empty, never left out. The caller audits the reading.
    """
    application: Application = placement.application
    evidence: Mapping[str, Any] = application.evidence
    return {
        "application_id": str(placement.pk),
        "number": placement.number,
        "version": VERSION,
        "submitted_at": _moment(placement.submitted_at),
        "expires_at": _moment(placement.expires_at),
        "respond_by": _moment(placement.respond_by),
        "agreement": _agreement(placement),
        "product": {
            "code": application.version.product.code,
            "version": application.version.number,
        },
        "request": _request(placement),
        "borrower": _borrower(application),
        "household": _part(evidence, "household"),
        "consents": _consents(placement),
        "exposures": _part(evidence, "exposures"),
        "scores": _scores(application),
        "rural": {**_part(evidence, "rural"), "capacity": _part(evidence, "capacity")},
        "business": {**_part(evidence, "business"), "features": _part(evidence, "features")},
        "checks": _list(evidence, "checks"),
        "documents": documents_of(placement),
        "recommendation": _part(evidence, "recommendation"),
        "evidence_hash": application.evidence_hash,
    }


def documents_of(placement: Placement) -> list[dict[str, Any]]:
    """Return the papers of the application that its bank may read, oldest first."""
    application = placement.application
    held = Document.objects.filter(
        subject_type=application._meta.label_lower, subject_id=str(application.pk)
    ).order_by("added_at", "pk")
    return [
        {
            "id": str(document.pk),
            "name": document.name,
            "type": document.media_type,
            "sha256": document.sha256,
            "size": document.size_bytes,
            "captured_at": _moment(document.added_at),
        }
        for document in held
    ]


def _agreement(placement: Placement) -> dict[str, Any]:
    version = placement.version
    return {
        "id": version.agreement.code,
        "version": version.number,
        "model": version.model,
        "ratio_bp": placement.bank_ratio_bp,
        "coupon_rate": _number(version.coupon_rate),
    }


def _request(placement: Placement) -> dict[str, Any]:
    application = placement.application
    version = application.version
    terms = version.terms(
        principal=placement.amount,
        annual_rate=placement.annual_rate,
        term=placement.term,
        starts_on=placement.routing.routed_on,
        plan=application.plan,
    )
    priced = cost(terms)
    return {
        "amount": str(rounded(placement.amount, placement.currency)),
        "currency": placement.currency,
        "term": placement.term,
        "term_unit": placement.term_unit,
        "schedule_type": version.method,
        "due_dates": [due.isoformat() for due in getattr(terms, "due_dates", ()) or ()],
        "plan": application.plan,
        "purpose_text": application.purpose,
        "rate_annual": str(placement.annual_rate.normalize()),
        "rate_basis": "annual",
        "penalty_rate": str(version.penalty_rate.normalize()),
        "all_in": {
            "nominal_pct": _percent(priced.nominal),
            "effective_pct": _percent(priced.effective),
            "fees": [
                {
                    "code": fee["code"],
                    "name": fee["name"],
                    "payer": "borrower",
                    "payee": fee["collected_by"],
                    "amount": fee["amount"],
                    "rate": fee["rate"],
                    "timing": fee["timing"],
                }
                for fee in version.fees
            ],
        },
    }


def _borrower(application: Application) -> dict[str, Any]:
    borrower = application.borrower
    is_person = borrower.kind == BorrowerKind.PERSON
    return {
        "type": "PERSON" if is_person else "FIRM",
        "reference": borrower.reference,
        "name": borrower.name,
        "name_zh": borrower.name_zh,
        "id_type": "CN_ID" if is_person else "CN_USCC",
        "id_number": borrower.id_number or "",
        "phone": borrower.phone or "",
        "bank_card": borrower.bank_card or "",
    }


def _consents(placement: Placement) -> list[dict[str, Any]]:
    """The borrower's consents that name this bank; those for others are not its business."""
    given = [
        dict(each)
        for each in consents_in(placement.application.evidence)
        if each.get("recipient") == placement.bank.code
    ]
    later = BankConsent.objects.filter(
        application=placement.application_id, bank=placement.bank_id, is_given=True
    ).order_by("granted_at", "pk")
    return given + [
        {
            "type": "bank",
            "version": consent.version,
            "text_hash": consent.text_hash,
            "recipient": placement.bank.code,
            "purpose": consent.purpose,
            "granted_at": _moment(consent.granted_at),
            "channel": consent.channel,
            "expires_at": _moment(consent.expires_at),
        }
        for consent in later
    ]


def _scores(application: Application) -> list[dict[str, Any]]:
    decision = Decision.objects.filter(pk=application.decision_id).first()
    if decision is None:
        return []
    return [
        {
            "name": "application",
            "value": decision.score,
            "scale_min": 350,
            "scale_max": 950,
            "model_version": str(decision.scorecard_id),
            "reasons": decision.reasons,
        }
    ]


def _part(evidence: Mapping[str, Any], name: str) -> dict[str, Any]:
    held = evidence.get(name)
    return dict(held) if isinstance(held, Mapping) else {}


def _list(evidence: Mapping[str, Any], name: str) -> list[Any]:
    held = evidence.get(name)
    return list(held) if isinstance(held, list) else []


def _moment(at: Any) -> str | None:
    return at.isoformat() if at is not None else None


def _number(value: Any) -> str | None:
    return None if value is None else str(value.normalize())


def _percent(rate: Any) -> str:
    return str((rate * 100).quantize(rate.__class__("0.01")))
