from __future__ import annotations

from django import forms
from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm, UsernameField
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tenancy import room
from tenancy.actions import audit
from tenancy.middleware import LANGUAGE_COOKIE, SESSION_ROOM, Presence, find_presence
from tenancy.models import User
from tenancy.roles import HOMES

LANGUAGE_COOKIE_SECONDS = 365 * 24 * 3600


class SignInForm(AuthenticationForm):
    """Django's, which says how long a user name may be but does not check it."""

    username = UsernameField(
        max_length=User._meta.get_field("username").max_length,
        widget=forms.TextInput(attrs={"autofocus": True}),
    )


class SignIn(LoginView):
    """The one sign-in page; whoever is signed in already goes on to his work."""

    authentication_form = SignInForm
    template_name = "tenancy/sign_in.html"
    redirect_authenticated_user = False

    def get(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        """Show the form, or go on."""
        if getattr(request, "presence", None) is not None:
            return redirect(self.get_success_url())
        return super().get(request, *args, **kwargs)

    def get_success_url(self) -> str:
        """Return where the person wanted to go, if his work is there; else where it is."""
        presence = find_presence(self.request)
        home = HOMES.get(presence.pass_.role) if presence else None
        wanted = super().get_success_url()
        return wanted if home is None or wanted.startswith(home) else home


@require_POST
def choose_room(request: HttpRequest) -> HttpResponse:
    """Go to another tenant that the person works at; the session remembers the choice."""
    presence: Presence | None = getattr(request, "presence", None)
    wanted = request.POST.get("membership", "")
    found = [p for p in (presence.passes if presence else ()) if str(p.membership_id) == wanted]
    if presence is None or not found:
        return HttpResponseBadRequest(_("You do not work there."))
    request.session[SESSION_ROOM] = found[0].membership_id
    with room.enter(found[0].tenant_id):
        audit.record(actor=presence.actor(request), at=timezone.now(), action="room.enter")
    return redirect(HOMES.get(found[0].role, settings.LOGIN_REDIRECT_URL))


@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """Speak another language from now on, and come back to the same page."""
    language = request.POST.get("language", "")
    if language not in dict(settings.LANGUAGES):
        return HttpResponseBadRequest(_("This language is not spoken here."))
    back = request.POST.get("next") or "/"
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}):
        back = "/"
    response = redirect(back)
    response.set_cookie(LANGUAGE_COOKIE, language, max_age=LANGUAGE_COOKIE_SECONDS, samesite="Lax")
    return response
