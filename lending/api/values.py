"""Money, rates and words as they stand in a JSON body."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from ledger.rules.money import exponent
from tenancy.errors import FieldError, Invalid

_AMOUNT = r"^-?[0-9]{1,16}(\.[0-9]{1,4})?$"
_CURRENCY = r"^[A-Z]{3}$"


@dataclass(frozen=True, slots=True)
class Money:
    """An amount and its currency, always together."""

    amount: Decimal
    currency: str

    def within(self, currency: str, pointer: str = "/amount") -> Decimal:
        """
        Return the amount, where it is of the currency of what it is for.

        :raises Invalid: if it is of another one
        """
        if self.currency != currency:
            error = FieldError(f"{pointer}/currency", self.currency, currency)
            raise Invalid(gettext_lazy("This is another currency"), errors=[error])
        return self.amount


@extend_schema_field(
    {
        "type": "object",
        "required": ["amount", "currency"],
        "additionalProperties": False,
        "properties": {
            "amount": {"type": "string", "pattern": _AMOUNT, "examples": ["1500.00"]},
            "currency": {"type": "string", "pattern": _CURRENCY, "examples": ["CNY"]},
        },
    }
)
class MoneyField(serializers.Field[Money, Any, dict[str, str], Any]):
    """
    `{"amount": "1500.00", "currency": "CNY"}`: a decimal string, in the currency's decimals.

    Reads into `Money`. Writes an attribute of a row whose currency stands in `currency`.
    """

    default_error_messages = {
        "shape": gettext_lazy('an object of "amount" and "currency"'),
        "amount": gettext_lazy("a decimal string with at most 16 digits and 4 decimals"),
        "currency": gettext_lazy("an ISO 4217 code such as CNY"),
    }

    def to_internal_value(self, data: Any) -> Money:
        if not isinstance(data, Mapping) or set(data) != {"amount", "currency"}:
            self.fail("shape")
        for name, pattern in (("amount", _AMOUNT), ("currency", _CURRENCY)):
            if not isinstance(data[name], str) or not re.fullmatch(pattern, data[name]):
                raise serializers.ValidationError({name: [self.error_messages[name]]})
        return Money(Decimal(data["amount"]), data["currency"])

    def get_attribute(self, instance: Any) -> Any:
        amount: Any = super().get_attribute(instance)
        if amount is None or isinstance(amount, Money):
            return amount
        currency = self.context.get("currency") or instance.currency
        return Money(amount, currency)

    def to_representation(self, value: Money) -> dict[str, str]:
        return shown(value.amount, value.currency)


@extend_schema_field({"type": "string", "pattern": _AMOUNT, "examples": ["0.219"]})
class RateField(serializers.Field[Decimal, Any, str, Any]):
    """A yearly rate as a fraction, without padding: 0.219 is 21.9 %. Written only."""

    def to_representation(self, value: Decimal) -> str:
        return f"{value.normalize():f}"


def shown(amount: Decimal, currency: str) -> dict[str, str]:
    """Return an amount as the API shows it, in the decimals of its currency."""
    return {"amount": f"{amount:.{exponent(currency)}f}", "currency": currency}


def in_words(reasons: list[dict[str, Any]]) -> list[dict[str, str]]:
    """Return the reasons of a decision with their text in the reader's language."""
    language = "zh" if (get_language() or "").startswith("zh") else "en"
    return [
        {
            "kind": str(reason.get("kind", "")),
            "code": str(reason.get("code", "")),
            "text": _text(reason, language),
        }
        for reason in reasons
    ]


def _text(reason: dict[str, Any], language: str) -> str:
    texts = reason.get("text") or {}
    return str(texts.get(language) or texts.get("en") or _("no reason was given"))
