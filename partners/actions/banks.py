"""Banks and guarantors taken on, with what the rules measure against."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime, time
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ledger.rules.currencies import EXPONENTS
from partners.models import Guarantor, GuarantorKind, PartnerBank
from tenancy import room
from tenancy.actions import audit
from tenancy.actors import Actor
from tenancy.errors import FieldError, Invalid
from tenancy.permissions import Permission, require

CODE_CHARACTERS = 30


@dataclass(frozen=True, slots=True)
class BankFacts:
    """What is known of a bank; its operating window is whole or not there at all."""

    name: str
    name_zh: str = ""
    region: str = ""
    is_local: bool = False
    currency: str = "CNY"
    sla_minutes: int = 24 * 60
    opens_at: time | None = None
    closes_at: time | None = None
    reminders: int = 3
    reminder_minutes: int = 3
    requests_per_minute: int = 600
    signatures_required: bool = False
    our_list_from: date | None = None
    their_list_from: date | None = None
    tier1_capital: Decimal | None = None
    total_loans: Decimal | None = None
    is_active: bool = True


@room.atomic
def register(*, actor: Actor, at: datetime, code: str, facts: BankFacts) -> PartnerBank:
    """
    Take a bank on, or write down what is new of it; the code stays.

    :raises Invalid: naming every field that does not fit
    """
    require(actor, Permission.AGREEMENT_EDIT)
    errors = [*_bad_code(code, facts.name), *_bad_facts(facts)]
    if errors:
        raise Invalid(gettext_lazy("The bank does not fit"), errors=errors)
    columns = asdict(facts)
    bank, _created = PartnerBank.objects.update_or_create(
        code=code, defaults=columns, create_defaults={**columns, "created_at": at}
    )
    audit.record(
        actor=actor,
        at=at,
        action="bank.register",
        subject=bank,
        changes={name: str(value) for name, value in columns.items()},
    )
    return bank


@room.atomic
def register_guarantor(
    *,
    actor: Actor,
    at: datetime,
    code: str,
    name: str,
    kind: str,
    net_assets: Decimal,
    net_assets_on: date,
    name_zh: str = "",
    is_mainly_inclusive: bool = False,
) -> Guarantor:
    """
    Take a guarantor on, or write down its newer net assets.

    :raises Invalid: naming every field that does not fit
    """
    require(actor, Permission.AGREEMENT_EDIT)
    errors = _bad_code(code, name)
    if kind not in GuarantorKind.values:
        errors.append(FieldError("/kind", kind[:80], ", ".join(GuarantorKind.values)))
    if not net_assets.is_finite() or net_assets <= 0:
        errors.append(FieldError("/net_assets", str(net_assets)[:80], _("an amount above 0")))
    if errors:
        raise Invalid(gettext_lazy("The guarantor does not fit"), errors=errors)
    guarantor, _created = Guarantor.objects.update_or_create(
        code=code,
        defaults={
            "name": name,
            "name_zh": name_zh,
            "kind": kind,
            "net_assets": net_assets,
            "net_assets_on": net_assets_on,
            "is_mainly_inclusive": is_mainly_inclusive,
        },
    )
    audit.record(
        actor=actor,
        at=at,
        action="guarantor.register",
        subject=guarantor,
        changes={"net_assets": str(net_assets), "as_of": net_assets_on.isoformat()},
    )
    return guarantor


def _bad_code(code: str, name: str) -> list[FieldError]:
    if 0 < len(code) <= CODE_CHARACTERS and code.isascii() and name.strip():
        return []
    expected = _("a code of 1 to %d characters and a name") % CODE_CHARACTERS
    return [FieldError("/code", code[:80], expected)]


def _bad_facts(facts: BankFacts) -> list[FieldError]:
    is_whole = (facts.opens_at is None) == (facts.closes_at is None)
    is_ordered = facts.opens_at is None or (
        facts.closes_at is not None and facts.opens_at < facts.closes_at
    )
    checks = (
        ("/sla_minutes", facts.sla_minutes, facts.sla_minutes > 0, _("minutes above 0")),
        (
            "/requests_per_minute",
            facts.requests_per_minute,
            facts.requests_per_minute > 0,
            _("a number above 0"),
        ),
        (
            "/closes_at",
            facts.closes_at,
            is_whole and is_ordered,
            _("both times, the second after the first"),
        ),
        (
            "/region",
            facts.region,
            bool(facts.region) or not facts.is_local,
            _("the region of a local bank"),
        ),
        ("/currency", facts.currency, facts.currency in EXPONENTS, _("an ISO 4217 code")),
        *(
            (f"/{name}", value, value is None or (value.is_finite() and value > 0), _("above 0"))
            for name, value in (
                ("tier1_capital", facts.tier1_capital),
                ("total_loans", facts.total_loans),
            )
        ),
    )
    return [
        FieldError(pointer, str(value)[:80], expected)
        for pointer, value, fits, expected in checks
        if not fits
    ]
