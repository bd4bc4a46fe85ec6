"""What an application wants, as the router matches it: read from the application and evidence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from lending.models import Application
from lending.rules.cost import cost
from partners.models import BankConsent
from partners.rules.routing import Wanted

_ID_NUMBER_CHARACTERS = 18


def wanted(application: Application, *, at: datetime, on: date, zone: ZoneInfo) -> Wanted:
    """
    Return what an approved application wants of a bank.

    Region, industry and grade are taken from the evidence where the household's or the firm's
    part names them; the age from the ID number, else from the household's date of birth.
    """
    evidence = application.evidence
    given, refused = _consents(application, at)
    return Wanted(
        product=application.version.product.code,
        amount=_approved(application.approved_amount, application.amount),
        currency=application.currency,
        annual_rate=_approved(application.approved_rate, application.version.annual_rate),
        all_in_rate=all_in_rate(application, on),
        term=application.approved_term or application.term,
        term_unit=application.version.term_unit,
        on=on,
        local_time=at.astimezone(zone).time(),
        grade=named(evidence, "grade", "panel_grade"),
        region=named(evidence, "region", "admin_code", "village_code", "village"),
        industry=named(evidence, "industry"),
        age=_age(application, on),
        consents=given,
        refused=refused,
    )


def as_json(what: Wanted) -> dict[str, Any]:
    """Return what is kept with a routing: enough to compute it again, and no person's name."""
    return {
        "product": what.product,
        "amount": str(what.amount),
        "currency": what.currency,
        "annual_rate": str(what.annual_rate),
        "all_in_rate": str(what.all_in_rate),
        "term": what.term,
        "term_unit": what.term_unit,
        "on": what.on.isoformat(),
        "local_time": f"{what.local_time:%H:%M:%S}",
        "grade": what.grade,
        "region": what.region,
        "industry": what.industry,
        "age": what.age,
        "consents": sorted(what.consents),
        "refused": sorted(what.refused),
    }


def all_in_rate(application: Application, on: date) -> Decimal:
    """
    Return the all-in cost of the approved terms as a fraction a year.

    The law does not name the basis: the higher of nominal and effective, as disclosed.
    """
    terms = application.version.terms(
        principal=_approved(application.approved_amount, application.amount),
        annual_rate=_approved(application.approved_rate, application.version.annual_rate),
        term=application.approved_term or application.term,
        starts_on=on,
        plan=application.plan,
    )
    priced = cost(terms)
    return max(priced.nominal, priced.effective).quantize(Decimal("0.0001"))


def named(evidence: Mapping[str, Any], *keys: str) -> str:
    """Return the first of some facts that a part of the evidence names; empty if none does."""
    for part in ("rural", "household", "business"):
        held = evidence.get(part)
        if not isinstance(held, Mapping):
            continue
        for key in keys:
            if isinstance(held.get(key), str) and held[key]:
                return str(held[key])
    return ""


def consents_in(evidence: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    """Return the consents that came with the application."""
    held = evidence.get("consents", ())
    return [each for each in held if isinstance(each, Mapping)] if isinstance(held, list) else ()


def _consents(application: Application, at: datetime) -> tuple[frozenset[str], frozenset[str]]:
    named_banks = [each for each in consents_in(application.evidence) if each.get("recipient")]
    given = {str(each["recipient"]) for each in named_banks if _is_yes(each) and _lasts(each, at)}
    refused = {str(each["recipient"]) for each in named_banks if not _is_yes(each)}
    given -= refused
    later = BankConsent.objects.filter(application=application).order_by("granted_at", "pk")
    for code, is_given, expires_at in later.values_list("bank__code", "is_given", "expires_at"):
        if is_given and expires_at > at:
            given.add(code)
            refused.discard(code)
        elif not is_given:
            refused.add(code)
            given.discard(code)
    return frozenset(given), frozenset(refused)


def _is_yes(consent: Mapping[str, Any]) -> bool:
    """Whether the borrower agreed; a form keeps his no as well."""
    return consent.get("agreed", True) is True


def _lasts(consent: Mapping[str, Any], at: datetime) -> bool:
    """Whether a consent still holds; one whose end can't be read does not."""
    ends = consent.get("expires_at")
    if not ends:
        return True
    try:
        moment = datetime.fromisoformat(str(ends))
    except ValueError:
        return False
    if moment.tzinfo is None:
        return moment.date() >= at.date()
    return moment > at


def _approved(ours: Decimal | None, asked: Decimal) -> Decimal:
    return asked if ours is None else ours


def _age(application: Application, on: date) -> int | None:
    born = _born(application.borrower.id_number) or _day(
        named(application.evidence, "birth", "born_on", "date_of_birth")
    )
    if born is None or born > on:
        return None
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def _born(id_number: str) -> date | None:
    """Return the date of birth that a Chinese ID number holds (GB 11643, digits 7 to 14)."""
    if len(id_number) != _ID_NUMBER_CHARACTERS:
        return None
    digits = id_number[6:14]
    return _day(f"{digits[:4]}-{digits[4:6]}-{digits[6:]}")


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
