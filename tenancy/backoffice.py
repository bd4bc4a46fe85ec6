"""
The back office: open to staff who are in a room, every page as their role allows.

Not in the admin package: the site is made while that package's pages register with it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from csp.constants import UNSAFE_EVAL
from csp.decorators import csp_update
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from unfold.sites import UnfoldAdminSite

from tenancy.roles import HOMES


class BackOffice(UnfoldAdminSite):
    """django-unfold's site, entered through our own sign-in."""

    site_title = _("Granary")
    site_header = _("Granary")
    index_title = _("Back office")
    index_template = "back_office/home.html"

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Take pages that know rooms; other packages' pages would show all tenants' rows."""
        if hasattr(admin_class, "view_permission"):
            super().register(model_or_iterable, admin_class, **options)

    def has_permission(self, request: HttpRequest) -> bool:
        """Whether there is a signed-in member of staff who is in a room and works here."""
        user, presence = request.user, getattr(request, "presence", None)
        is_staff = user.is_active and getattr(user, "is_staff", False)
        return bool(is_staff and presence and presence.pass_.role not in HOMES)

    def admin_view(self, view: Callable[..., Any], cacheable: bool = False) -> Callable[..., Any]:
        # The components that the pages are made of evaluate their attributes (Alpine.js); pages
        # for agents and the API's pages keep the strict policy.
        allowed: Callable[..., Any] = csp_update({"script-src": [UNSAFE_EVAL]})(
            super().admin_view(view, cacheable)
        )
        return allowed

    def search(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Find nothing: unfold keeps what it found by person, and a person has several rooms."""
        raise Http404

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Send to the one sign-in page."""
        following = request.GET.get("next", "")
        return redirect(f"/?next={following}" if following.startswith("/admin/") else "/")
