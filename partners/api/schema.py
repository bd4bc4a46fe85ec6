"""The OpenAPI 3.1 document of the bank API, apart from the platform's."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema

from partners.api.addresses import ROOT
from tenancy.api.schema import ApiGenerator, ApiSchema

INFO = {
    "title": "Granary bank API",
    "description": (
        "For a partner bank's programs: read what is placed with the bank, decide, fund, book, "
        "settle and reconcile. Guide: docs/bank-api.md"
    ),
    "version": "1",
}


class BankGenerator(ApiGenerator):
    """Describes what lies under /bank/v1, and nothing else."""

    prefix = ROOT

    def get_schema(self, *args: Any, **kwargs: Any) -> Any:
        document = super().get_schema(*args, **kwargs)  # type: ignore[no-untyped-call]
        return {**document, "info": INFO}


class BankSchema(ApiSchema):
    """Adds what only a bank hears: that it calls too often."""

    also_answers = {"429": "More calls than agreed; Retry-After says when to go on"}


class BankScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Describes the sender-constrained token to the OpenAPI document."""

    target_class = "partners.api.authentication.BankAuthentication"
    name = "dpop"

    def get_security_requirement(self, auto_schema: AutoSchema) -> dict[str, list[str]]:
        """Every operation needs the same."""
        return {self.name: []}

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        """Say where the token comes from and what has to come with it."""
        return {
            "type": "http",
            "scheme": "dpop",
            "description": (
                f"Authorization: DPoP <token>, and a proof in the header DPoP (RFC 9449). Tokens "
                f"come from POST {ROOT}/oauth/token by private_key_jwt (RFC 7523)."
            ),
        }
