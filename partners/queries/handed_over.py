"""All that a bank gets to decide by: raw evidence, not only a score (co-lending.md §2.4)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from lending.models import Application, Borrower
from lending.rules.cost import cost
from partners.models import BankConsent, BankCredential, Placement
from partners.rules.sealing import sealed
from scoring.models import Decision
from tenancy.fields import mask
from tenancy.models import Document

VERSION = 1
# What of the evidence is handed on as it was collected; personal numbers are refused in it.
PASSED_ON = ("household", "rural", "business", "exposures", "checks", "recommendation", "capacity")


def package(placement: Placement, credential: BankCredential | None) -> dict[str, Any]:
    """
    Return the package of an application, as plain JSON values.

    Personal numbers are masked; in full they are there only sealed to the key that the bank
    has registered for that, and not at all without one.
    """
    application: Application = placement.application
    evidence = application.evidence
    return {
        "version": VERSION,
        "agreement": _agreement(placement),
        "product": {
            "code": application.version.product.code,
            "version": application.version.number,
        },
        "request": _request(placement),
        "borrower": _borrower(application.borrower, credential),
        "consents": _consents(placement),
        "scores": _scores(application),
        "features": {
            "as_of": evidence.get("as_of"),
            "source": evidence.get("source"),
            "values": evidence.get("features", {}),
        },
        "inputs": evidence.get("inputs", {}),
        "documents": [_document(row) for row in documents(application)],
        "evidence_hash": application.evidence_hash,
        **{name: evidence.get(name) for name in PASSED_ON},
    }


def documents(application: Application) -> QuerySet[Document]:
    """Return the files that belong to an application: added to it, or named in its evidence."""
    named = _listed(application.evidence.get("documents"))
    hashes = [str(entry["sha256"]) for entry in named if "sha256" in entry]
    return Document.objects.filter(
        Q(subject_type=application._meta.label_lower, subject_id=str(application.pk))
        | Q(sha256__in=hashes)
    ).order_by("pk")


def _agreement(placement: Placement) -> dict[str, Any]:
    version = placement.version
    return {
        "code": version.agreement.code,
        "version": version.number,
        "model": version.model,
        "ratio_bp": placement.bank_ratio_bp,
    }


def _request(placement: Placement) -> dict[str, Any]:
    application = placement.application
    version = application.version
    return {
        "amount": {"amount": f"{placement.amount:.2f}", "currency": placement.currency},
        "term": placement.term,
        "term_unit": placement.term_unit,
        "schedule_type": version.method,
        "rate_annual": _rate(placement.annual_rate),
        "purpose_text": application.purpose,
        "plan": application.plan or None,
        "all_in": _all_in(placement),
    }


def _all_in(placement: Placement) -> dict[str, Any]:
    """What the loan costs the borrower in all, on the day that it was placed."""
    version = placement.application.version
    priced = cost(
        version.terms(
            principal=placement.amount,
            annual_rate=placement.annual_rate,
            term=placement.term,
            starts_on=placement.routing.routed_on,
            plan=placement.application.plan,
        )
    )
    return {
        "nominal": _rate(priced.nominal),
        "effective": _rate(priced.effective),
        "fees": version.fees,
    }


def _borrower(borrower: Borrower, credential: BankCredential | None) -> dict[str, Any]:
    key = None if credential is None else credential.encryption_key
    return {
        "type": borrower.kind.upper(),
        "reference": borrower.reference,
        "name": borrower.name,
        "name_zh": borrower.name_zh,
        "id_no_masked": mask(borrower.id_number),
        "phone_masked": mask(borrower.phone),
        "id_no_enc": sealed(borrower.id_number, key),
        "phone_enc": sealed(borrower.phone, key),
    }


def _consents(placement: Placement) -> list[Any]:
    """Consents that name this bank, or nobody; those to other banks are none of its business."""
    bank = placement.bank
    collected = [
        entry
        for entry in _listed(placement.application.evidence.get("consents"))
        if entry.get("recipient") in (None, "", bank.code, bank.name, bank.name_zh)
    ]
    later = [
        {
            "type": "share",
            "version": row.version,
            "text_hash": row.text_hash,
            "recipient": bank.code,
            "purpose": row.purpose,
            "granted_at": _moment(row.granted_at),
            "channel": row.channel,
            "expires_at": _moment(row.expires_at),
        }
        for row in BankConsent.objects.filter(
            application=placement.application_id, bank=bank, is_given=True
        )
    ]
    return collected + later


def _scores(application: Application) -> list[dict[str, Any]]:
    decision = Decision.objects.filter(pk=application.decision_id).first()
    if decision is None:
        return []
    return [
        {
            "name": "granary",
            "value": str(decision.score),
            "scale_min": "350",
            "scale_max": "950",
            "model_version": str(decision.scorecard_id),
            "outcome": decision.outcome,
            "reasons": decision.reasons,
        }
    ]


def _document(row: Document) -> dict[str, Any]:
    return {
        "id": str(row.pk),
        "name": row.name,
        "media_type": row.media_type,
        "sha256": row.sha256,
        "size_bytes": row.size_bytes,
        "captured_at": _moment(row.added_at),
    }


def _listed(value: Any) -> Iterable[dict[str, Any]]:
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def _rate(value: Any) -> str:
    return f"{value.normalize():f}"


def _moment(value: datetime) -> str:
    return value.isoformat()
