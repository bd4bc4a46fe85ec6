"""The evidence that goes with a household's application: what is known, without who he is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from rural.models import Assessment, CropEnterprise, Household, LivestockEnterprise, Submission
from rural.rules.forms.content import digest
from tenancy.models import Document

ZERO = Decimal(0)
SOURCE = "rural"
# Bank, bureau, county: who may be told what. The signature proves it in the documents.
CONSENTS = ("collect", "bureau", "county_data", "satellite", "agent")
ADULT_LABOUR = frozenset({"full", "half"})


def evidence(assessment: Assessment, recommendation: Mapping[str, str]) -> dict[str, Any]:
    """
    Return the package of `lending.actions.evidence` for an assessed household.

    Names, addresses and personal numbers are left out: the borrower's row has them, encrypted.
    """
    household, result = assessment.household, assessment.result
    base = result["scenarios"][0]
    worst = min(result["scenarios"], key=lambda each: Decimal(each["surplus"]))
    return {
        "as_of": assessment.business_date.isoformat(),
        "source": SOURCE,
        "features": {
            "capacity_limit": result["limit"],
            "surplus_base": base["surplus"],
            "surplus_worst": worst["surplus"],
            "members_n": str(len(_rows(household.values, "members"))),
        },
        "household": _household(household),
        "rural": _rural(household, assessment),
        "consents": list(_consents(household)),
        "documents": documents(assessment),
        "capacity": {
            "assessment": str(assessment.pk),
            "limit": result["limit"],
            "verdict": assessment.verdict,
            "binding": assessment.binding,
            "tests": {test["code"]: test["amount"] for test in result["tests"]},
            "feasible_from": result["feasible_from"],
            "feasible_to": result["feasible_to"],
            "surplus_base": base["surplus"],
            "surplus_worst": worst["surplus"],
            "worst_scenario": worst["code"],
            "tightest": result["tightest"],
            "schedule": result["instalments"],
            "adjustments": result["adjustments"],
            "comments": assessment.comments,
            "policy_version": assessment.policy.number,
            "evidence_sha256": assessment.evidence_sha256,
        },
        "recommendation": dict(recommendation),
    }


def documents(assessment: Assessment) -> list[dict[str, str]]:
    """Return what lies on file: the assessment's chart and what came with the forms."""
    household = assessment.household
    forms = Submission.objects.filter(household=household).accepted()
    subjects = {
        assessment._meta.label_lower: [str(assessment.pk)],
        Submission._meta.label_lower: [str(key) for key in forms.values_list("pk", flat=True)],
    }
    held: Iterable[Document] = [
        document
        for subject_type, keys in subjects.items()
        for document in Document.objects.filter(
            subject_type=subject_type, subject_id__in=keys
        ).order_by("pk")
    ]
    return [
        {
            "id": str(document.pk),
            "type": document.subject_type,
            "name": document.name,
            "media_type": document.media_type,
            "sha256": document.sha256,
        }
        for document in held
    ]


def _household(row: Household) -> dict[str, Any]:
    members = _rows(row.values, "members")
    labour = sum(1 for each in members if each.get("labour") in ADULT_LABOUR)
    return {
        "code": row.code,
        "version": row.version,
        "village_code": row.village.code,
        "members_n": len(members),
        "labour_n": labour,
        "dependants_n": len(members) - labour,
        "marital": row.values.get("marital", ""),
        "hukou_type": row.values.get("hukou_type", ""),
        "residence_years": row.values.get("residence_years", ""),
    }


def _parcel(parcel: Mapping[str, Any]) -> dict[str, str]:
    """Return a parcel without its place; the hash proves later which boundary was meant."""
    told = {"mu": parcel["mu"], "right": parcel["right"]}
    walked = parcel.get("boundary")
    return told | ({"polygon_hash": digest(walked)} if walked else {})


def _rural(row: Household, assessment: Assessment) -> dict[str, Any]:
    parcels = _rows(row.values, "parcels")
    return {
        "land_mu_registered": _mu(parcels, "contracted"),
        "land_mu_leased": _mu(parcels, "leased_in"),
        "land_mu_leased_out": _mu(parcels, "leased_out"),
        "parcels": [_parcel(each) for each in parcels],
        "crops": [
            {
                "crop": each.crop,
                "season": each.season,
                "area_mu": each.values.get("area_mu"),
                "expected_yield": each.values.get("expected_yield"),
                "expected_price": each.values.get("expected_price"),
            }
            for each in CropEnterprise.objects.filter(household=row).order_by("season", "crop")
        ],
        "livestock": [
            {
                "species": each.species,
                "mode": each.mode,
                "season": each.season,
                "head": each.values.get("batch_heads") or each.values.get("stock_adult"),
            }
            for each in LivestockEnterprise.objects.filter(household=row).order_by("season")
        ],
        "insurance": [
            {name: each[name] for name in ("object", "insured_qty", "sum_insured", "expiry")}
            for each in _rows(row.values, "insurance")
        ],
        "subsidies": [
            {name: each[name] for name in ("type", "amount", "year")}
            for each in _rows(row.values, "subsidies")
        ],
        "panel_grade": assessment.case["grade"],
        "origin": assessment.case.get("origin", {}),
    }


def _consents(row: Household) -> Iterable[dict[str, Any]]:
    values = row.values
    version = values.get("consent_text_version", "")
    for name in CONSENTS:
        if f"consent_{name}" in values:
            yield {"type": name, "agreed": bool(values[f"consent_{name}"]), "version": version}
    for each in _rows(values, "bank_consents"):
        yield {
            "type": "share_with_bank",
            "recipient": each["recipient"],
            "agreed": bool(each["agreed"]),
            "version": version,
        }


def _mu(parcels: list[Mapping[str, Any]], right: str) -> str:
    return str(sum((Decimal(each["mu"]) for each in parcels if each["right"] == right), ZERO))


def _rows(values: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    rows = values.get(name)
    return rows if isinstance(rows, list) else []
