"""
The field app's own addresses: its page, its service worker, its manifest.

None of them says anything about a person or a tenant, so that a phone can keep them and open
them without network; who is there is asked of `/field/api/session`.
"""

from __future__ import annotations

from collections.abc import Callable

from csp.decorators import csp_replace
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.templatetags.static import static
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from rural.web import files

POLICY = {
    "default-src": ["'self'"],
    "script-src": ["'self'"],
    "style-src": ["'self'"],
    # Photos are shown from the phone's memory.
    "img-src": ["'self'", "blob:"],
    "object-src": ["'none'"],
    "base-uri": ["'none'"],
    "form-action": ["'self'"],
    "frame-ancestors": ["'none'"],
}
View = Callable[[HttpRequest], HttpResponseBase]


def outside_rooms(view: View) -> View:
    """Answer without entering a room: the same bytes for everybody, signed in or not."""
    view.finds_its_room = True  # type: ignore[attr-defined]
    return view


@outside_rooms
@require_safe
@never_cache
@csp_replace(POLICY)
def shell(request: HttpRequest) -> HttpResponse:
    """Show the app: one page, whose modules do the rest."""
    return render(request, "field/shell.html", {"files": files.addresses()})


@outside_rooms
@require_safe
@never_cache
def service_worker(request: HttpRequest) -> HttpResponse:
    """Send the worker, which differs whenever a file of the app does."""
    context = {"version": files.version(), "files": files.addresses()}
    return render(request, "field/worker.js", context, content_type="text/javascript")


@outside_rooms
@require_safe
def manifest(request: HttpRequest) -> JsonResponse:
    """Say how the app is installed: its name, its colours, its icons."""
    chinese = (get_language() or "").startswith("zh")
    icons = [
        {"src": static(f"field/icon-{size}.png"), "sizes": f"{size}x{size}", "type": "image/png"}
        for size in (192, 512)
    ]
    masked = {"src": static("field/icon-masked.png"), "sizes": "512x512", "type": "image/png"}
    return JsonResponse(
        {
            "id": "/field/",
            "name": "田间表单 · Granary" if chinese else "Granary field forms",
            "short_name": "田间表单" if chinese else "Field forms",
            "lang": "zh-Hans" if chinese else "en",
            "start_url": "/field/",
            "scope": "/field/",
            "display": "standalone",
            "orientation": "portrait",
            "background_color": "#fafaf9",
            "theme_color": "#92400e",
            "icons": [*icons, {**masked, "purpose": "maskable"}],
        },
        content_type="application/manifest+json",
    )
