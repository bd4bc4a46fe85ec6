"""Lists a page at a time, by a cursor that stays right while rows are added."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

from tenancy.errors import FieldError, Invalid

DEFAULT_ROWS = 50
MAX_ROWS = 200


class NewestFirst(BasePagination):
    """
    Pages of rows keyed by UUIDv7, newest first: the key itself is the order, and its index.

    `next` is the address of the next page, null on the last one.
    """

    _next: str | None = None

    def paginate_queryset(  # type: ignore[override]
        self, queryset: QuerySet[Any], request: Request, view: APIView | None = None
    ) -> list[Any]:
        limit = _limit(request.query_params.get("limit", str(DEFAULT_ROWS)))
        cursor = request.query_params.get("cursor")
        rows = queryset.order_by("-pk")
        if cursor is not None:
            rows = rows.filter(pk__lt=_decoded(cursor))
        page = list(rows[: limit + 1])
        if len(page) > limit:
            page.pop()
            self._next = replace_query_param(
                request.build_absolute_uri(), "cursor", _encoded(page[-1].pk)
            )
        return page

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"results": data, "next": self._next})

    def get_paginated_response_schema(self, schema: Mapping[str, Any]) -> dict[str, Any]:
        """Describe a page for the OpenAPI document."""
        return {
            "type": "object",
            "required": ["results", "next"],
            "properties": {
                "results": schema,
                "next": {
                    "type": ["string", "null"],
                    "format": "uri",
                    "description": "The next page; null on the last one",
                },
            },
        }

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        """Describe the query parameters for the OpenAPI document."""
        return [
            {
                "name": "limit",
                "in": "query",
                "required": False,
                "description": "Rows per page",
                "schema": {
                    "type": "integer",
                    "minimum": 1,
                    "maximum": MAX_ROWS,
                    "default": DEFAULT_ROWS,
                },
            },
            {
                "name": "cursor",
                "in": "query",
                "required": False,
                "description": "As given in `next`; opaque",
                "schema": {"type": "string"},
            },
        ]


def _limit(sent: str) -> int:
    if sent.isascii() and sent.isdigit() and len(sent) < 6 and 1 <= int(sent) <= MAX_ROWS:
        return int(sent)
    expected = _("a number from 1 to %d") % MAX_ROWS
    raise Invalid(gettext_lazy("The limit does not fit"), errors=[_error("limit", sent, expected)])


def _encoded(key: UUID) -> str:
    return base64.urlsafe_b64encode(key.bytes).decode().rstrip("=")


def _decoded(cursor: str) -> UUID:
    try:
        return UUID(bytes=base64.urlsafe_b64decode(cursor + "=="))
    except (ValueError, binascii.Error) as error:
        expected = _("a cursor as given in “next”")
        raise Invalid(
            gettext_lazy("The cursor does not fit"), errors=[_error("cursor", cursor, expected)]
        ) from error


def _error(name: str, value: str, expected: str) -> FieldError:
    return FieldError(f"?{name}", value[:80], expected)
