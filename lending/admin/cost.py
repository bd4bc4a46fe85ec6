"""The all-in cost table in words; what is stored holds keys (lending/rules/cost_table.py)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from tenancy.templatetags.figures import money, percent


def cost_table(table: Mapping[str, Any]) -> dict[str, Any]:
    """Return a stored cost table with every key put into words."""
    currency = table["currency"]
    return {
        "principal": money(table["principal"], currency),
        "starts_on": table["starts_on"],
        "ends_on": table["ends_on"],
        "normal_items": [_item(item, currency) for item in table["items"]],
        "default_items": [_item(item, currency) for item in table["default_items"]],
        "total": money(table["total"], currency),
        "rates": [
            (_("Contractual rate"), percent(table["contractual"])),
            (_("Simple annual rate"), percent(table["simple"])),
            (_("Nominal annual rate"), percent(table["nominal"])),
            (_("Effective annual rate (XIRR)"), percent(table["effective"])),
        ],
        "statement": _("Nothing else is charged."),
    }


def _item(item: Mapping[str, Any], currency: str) -> dict[str, str]:
    names = {"interest": _("Interest"), "penalty": _("Penalty interest")}
    return {
        "name": names.get(item["code"], item["name"]),
        "formula": _formula(item, currency),
        "collection": _collections().get(item["collection"], item["collection"]),
        "collected_by": item["collected_by"],
        "amount": money(item["amount"], currency) if item["amount"] is not None else "–",
        "annual": percent(item["annual"]),
    }


def _formula(item: Mapping[str, Any], currency: str) -> str:
    if item["formula"] == "fixed":
        return money(item["fixed"], currency)
    rate = percent(Decimal(item["rate"]))
    words = {
        "daily_on_outstanding": _("%s a year, by the day, on what is outstanding"),
        "flat_on_original": _("%s a year on the original principal"),
        "share_of_principal": _("%s of the principal"),
        "daily_on_overdue": _("%s a year, by the day, on what is overdue"),
    }
    return words.get(item["formula"], "%s") % rate


def _collections() -> dict[str, str]:
    return {
        "withheld_from_disbursement": _("withheld when paid out"),
        "with_each_instalment": _("with each instalment"),
        "when_it_occurs": _("when it occurs"),
    }
