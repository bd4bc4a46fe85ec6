"""What the bank API is called from outside."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.encoding import escape_uri_path

ROOT = "/bank/v1"


def public_url(request: HttpRequest) -> str:
    """Return the request's address as the caller wrote it, without the query."""
    return request.build_absolute_uri(escape_uri_path(request.path))


def issuer_of(request: HttpRequest) -> str:
    """Return the address that stands for this API as a whole: whom assertions are meant for."""
    return request.build_absolute_uri(ROOT)
