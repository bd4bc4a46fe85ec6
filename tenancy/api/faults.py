"""What no view answers: to programs as a problem and elsewhere as a page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views import csrf, defaults

from tenancy.api.problems import MEDIA_TYPE, Problem

OF_PROGRAMS = ("/api/", "/bank/", "/field/api/")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a request that Django itself finds suspicious."""
    if not _is_api(request):
        return defaults.bad_request(request, exception)
    return _problem(Problem(400, "bad_request", _("The request can't be understood")))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a request for an address that does not exist."""
    if not _is_api(request):
        return defaults.page_not_found(request, exception)
    return _problem(Problem(404, "not_found", _("There is nothing here")))


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer a request that met a bug; what it was stands in the log, under the request id."""
    if not _is_api(request):
        return defaults.server_error(request)
    return _problem(Problem(500, "internal_error", _("Something broke on our side")))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a write of a page session that lacks the session's token."""
    if not _is_api(request):
        return csrf.csrf_failure(request, reason=reason)
    return _problem(Problem(403, "csrf_failed", _("Ask for the session again: %s") % reason))


def _is_api(request: HttpRequest) -> bool:
    return request.path.startswith(OF_PROGRAMS)


def _problem(problem: Problem) -> HttpResponse:
    return JsonResponse(problem.body(), status=problem.status, content_type=MEDIA_TYPE)
