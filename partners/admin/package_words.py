"""What stands in an application's package, in words for a bank's people."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from tenancy.admin.facts import value_shown
from tenancy.templatetags.figures import money, percent

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

# As the bank's programs know the names, see docs/bank-api.md; what is not here keeps its name.
NAMES: dict[str, _StrPromise] = {
    "adjustments": _("Declared and used"),
    "agreed": _("Agreed"),
    "all_in": _("All-in rate"),
    "amount": _("Amount"),
    "area_mu": _("Area, mu"),
    "as_of": _("As of"),
    "assessment": _("Assessment"),
    "binding": _("Binding test"),
    "channel": _("Channel"),
    "code": _("Code"),
    "comments": _("Comments"),
    "crop": _("Crop grown"),
    "crops": _("Crops grown"),
    "dependants_n": _("Dependants"),
    "due_dates": _("Due dates"),
    "effective": _("Effective"),
    "expected_price": _("Expected price, yuan/kg"),
    "expected_yield": _("Expected yield, kg/mu"),
    "feasible_from": _("Feasible from"),
    "feasible_to": _("Feasible to"),
    "fees": _("Fees"),
    "granted_at": _("Granted"),
    "head": _("Heads"),
    "id_no_enc": _("ID number, sealed for you"),
    "id_no_masked": _("ID number, masked"),
    "insurance": _("Insurance"),
    "interest": _("Interest"),
    "labour_n": _("Able to work"),
    "land_mu_leased": _("Land leased in, mu"),
    "land_mu_leased_out": _("Land leased out, mu"),
    "land_mu_registered": _("Contracted land, mu"),
    "limit": _("Limit"),
    "livestock": _("Livestock"),
    "marital": _("Marital status"),
    "members_n": _("Members of the household"),
    "model": _("Funding model"),
    "month": _("Month"),
    "mu": _("Area, mu"),
    "name": _("Name"),
    "name_zh": _("Chinese name"),
    "nominal": _("Nominal"),
    "outcome": _("Outcome"),
    "panel_grade": _("Grade"),
    "parcels": _("Parcels"),
    "phone_enc": _("Telephone, sealed for you"),
    "phone_masked": _("Telephone, masked"),
    "plan": _("Repayment plan"),
    "policy_version": _("Version of the capacity policy"),
    "principal": _("Principal"),
    "purpose": _("Purpose"),
    "purpose_text": _("Purpose"),
    "rate_annual": _("Annual rate"),
    "ratio_bp": _("Your part"),
    "reasons": _("Reasons"),
    "recipient": _("Recipient"),
    "reference": _("Reference"),
    "residence_years": _("Years of residence"),
    "right": _("Right to the land"),
    "schedule": _("Instalments"),
    "schedule_type": _("Repayment method"),
    "season": _("Season"),
    "shares": _("Shares of the principal"),
    "source": _("Source"),
    "species": _("Animal"),
    "subsidies": _("Subsidies"),
    "surplus_base": _("Surplus as expected"),
    "surplus_worst": _("Surplus in the worst scenario"),
    "term": _("Term"),
    "term_unit": _("Unit of the term"),
    "tests": _("Six tests"),
    "tightest": _("Tightest month"),
    "type": _("Kind"),
    "value": _("Value"),
    "values": _("Values"),
    "verdict": _("Verdict"),
    "version": _("Version"),
    "village_code": _("Village"),
    "worst_scenario": _("Worst scenario"),
}
RATES = frozenset({"rate_annual", "nominal", "effective"})
_MONEY = {"amount", "currency"}


def name_of(name: str) -> str:
    """Return what a part of the package is called."""
    return str(NAMES.get(name, name.replace("_", " ")))


def shown(name: str, value: Any) -> Any:
    """Return a value as people read it; what has parts as a list of them."""
    if isinstance(value, Mapping):
        if set(value) == _MONEY:
            return money(value["amount"], value["currency"])
        parts = ((name_of(key), shown(key, part)) for key, part in value.items())
        return format_html("<ul>{}</ul>", format_html_join("", "<li>{}: {}</li>", parts))
    if isinstance(value, list) and value:
        rows = ((shown(name, row),) for row in value)
        return format_html("<ol>{}</ol>", format_html_join("", "<li>{}</li>", rows))
    if value and name in RATES:
        return percent(value)
    if name == "ratio_bp":
        return percent(Decimal(value) / 10_000)
    return "–" if value in (None, "", []) else value_shown(value)
