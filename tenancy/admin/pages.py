"""Pages on tenant-owned rows: who may see them is the permission matrix's answer."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseNotAllowed,
    HttpResponseRedirect,
)
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from unfold.admin import ModelAdmin

from tenancy.actions import audit
from tenancy.admin.access import acting, allowed, business_date, note_refusal, trail
from tenancy.admin.facts import facts
from tenancy.admin.verbs import Act, Offered, Refused, Verb, VerbForm
from tenancy.errors import Refusal
from tenancy.permissions import Permission, require


class RoomModelAdmin(ModelAdmin):
    """
    Pages that show rows and change nothing; what changes rows is a verb that calls an action.

    `view_permission` says who may look; `audits_views`: looking at one row is itself recorded,
    because it shows personal data. `page_template` is the layout of the row's own page, which
    takes the place of Django's form. Django's log of changes stays empty: it knows no rooms.
    """

    view_permission: ClassVar[Permission]
    audits_views: ClassVar[bool] = False
    # A partner bank's people are guests: a page lets them in only if it shows their bank's rows
    # and no others (partners.admin.own).
    admits_banks: ClassVar[bool] = False
    page_template: ClassVar[str] = "back_office/page.html"
    hidden_columns: ClassVar[tuple[str, ...]] = ()
    verbs: ClassVar[tuple[Verb, ...]] = ()
    # What the list itself offers, such as beginning something new.
    list_verbs: ClassVar[tuple[Verb, ...]] = ()
    change_list_template = "back_office/list.html"
    list_per_page = 50
    show_full_result_count = False
    actions = None
    compressed_fields = True
    list_fullwidth = True

    def page(self, request: HttpRequest, row: Any) -> dict[str, Any]:
        """Return what the row's own page shows; by itself, every column."""
        return {"cards": [("", facts(row, self.hidden_columns))]}

    def get_list_display_links(self, request: HttpRequest, list_display: Any) -> Any:
        """Lead to a row by its first column that does not lead elsewhere already."""
        if self.list_display_links is None or self.list_display_links:
            return self.list_display_links
        plain = [each for each in list_display if not getattr(each, "is_link", False)]
        return plain[:1]

    def has_view_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """As the matrix says for the role that the person plays in this room."""
        if not self.admits_banks and allowed(request, Permission.BANK_DESK):
            return False
        return allowed(request, self.view_permission)

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Shown in the menu where it may be seen."""
        return self.has_view_permission(request)

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        """Never by form: rows come from actions."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Never by form: rows change by actions."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Never: a room forgets nothing by a click."""
        return False

    def get_urls(self) -> list[URLPattern]:
        """Give every verb its address, before Django's own pattern takes all that is left."""
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        site = self.admin_site
        return [
            path("do/<slug:verb>/", site.admin_view(self.do_on_list), name=f"{name}_do"),
            path("<str:object_id>/do/<slug:verb>/", site.admin_view(self.do), name=f"{name}_verb"),
            *super().get_urls(),
        ]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the list, with the verbs that belong to it."""
        verbs = self._offered(request, None, self.list_verbs)
        shown: HttpResponse = super().changelist_view(
            request, {"verbs": verbs, **(extra_context or {})}
        )
        return shown

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show one row, and record that it was looked at where that is due."""
        row = self.found(request, object_id)
        if request.method != "GET" and request.method != "HEAD":
            raise PermissionDenied
        if self.audits_views:
            name = f"{self.opts.model_name}.view"
            audit.record(actor=acting(request), at=timezone.now(), action=name, subject=row)
        return self._page(request, row)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the row's part of the audit trail, to those who may read it."""
        row = self.found(request, object_id)
        if not allowed(request, Permission.AUDIT_VIEW):
            raise PermissionDenied
        context = self._context(request, row) | {"trail": trail(row), "subtitle": _("Audit trail")}
        return TemplateResponse(request, "back_office/history.html", context)

    def do(self, request: HttpRequest, object_id: str, verb: str) -> HttpResponse:
        """Do one of the row's verbs."""
        row = self.found(request, object_id)
        return self._do(request, row, verb, self.verbs)

    def do_on_list(self, request: HttpRequest, verb: str) -> HttpResponse:
        """Do one of the list's verbs."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return self._do(request, None, verb, self.list_verbs)

    def found(self, request: HttpRequest, object_id: str) -> Any:
        """
        Return the row, if the person may see it.

        :raises Http404: if the room has no such row: absent, or another room's
        """
        if not self.has_view_permission(request):
            raise PermissionDenied
        row = self.get_object(request, object_id)
        if row is None:
            raise Http404(_("There is nothing here"))
        return row

    def _do(
        self, request: HttpRequest, row: Any, name: str, verbs: tuple[Verb, ...]
    ) -> HttpResponse:
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        verb = next((each for each in verbs if each.name == name), None)
        if verb is None:
            raise Http404(_("There is nothing here"))
        form = self._form(request, row, verb, sent=True)
        actor, at = acting(request), timezone.now()
        try:
            require(actor, verb.permission)
            if not form.is_valid():
                return self._again(request, row, verb, form, status=422)
            typed = {**form.cleaned_data, "form": form}
            act = Act(row, actor, at, business_date(request), typed, request)
            # A refusal undoes the action; the request's own transaction still has to show it.
            with transaction.atomic():
                done = verb.run(act)
        except Refusal as refusal:
            note_refusal(request, refusal)
            told = tuple(form.take(refusal))
            refused = Refused(str(refusal), told, refusal.rule, refusal.source)
            return self._again(request, row, verb, form, status=refusal.status, refused=refused)
        if isinstance(done, HttpResponse):
            return done
        if verb.lands is not None:
            return HttpResponseRedirect(verb.lands(done))
        messages.success(request, str(done))
        return HttpResponseRedirect(self._address(row))

    def _again(
        self,
        request: HttpRequest,
        row: Any,
        verb: Verb,
        form: VerbForm,
        *,
        status: int,
        refused: Refused | None = None,
    ) -> HttpResponse:
        """Show the page once more with what was typed, and what was wrong with it."""
        if row is not None:
            row.refresh_from_db()
        opened = Offered(verb, form, is_open=True)
        return self._page(request, row, opened=opened, refused=refused, status=status)

    def _page(
        self,
        request: HttpRequest,
        row: Any,
        *,
        opened: Offered | None = None,
        refused: Refused | None = None,
        status: int = 200,
    ) -> HttpResponse:
        context = self._context(request, row) | {"refused": refused}
        verbs = self.list_verbs if row is None else self.verbs
        offered = self._offered(request, row, verbs)
        if opened is not None:
            kept = [o for o in offered if o.verb.name != opened.verb.name]
            offered = [opened, *kept] if opened.verb.offered_to(request, row) else offered
        context["verbs"] = offered
        if row is None:
            template = "back_office/verb.html"
        else:
            template = self.page_template
            context |= self.page(request, row)
        request.current_app = self.admin_site.name
        return TemplateResponse(request, template, context, status=status)

    def _context(self, request: HttpRequest, row: Any) -> dict[str, Any]:
        return {
            **self.admin_site.each_context(request),
            "title": str(row) if row is not None else str(self.opts.verbose_name_plural),
            "opts": self.opts,
            "row": row,
            "list_url": self._address(None),
            "list_name": self.opts.verbose_name_plural,
            "may_audit": row is not None and allowed(request, Permission.AUDIT_VIEW),
            "trail": trail(row) if row and allowed(request, Permission.AUDIT_VIEW) else [],
        }

    def _offered(self, request: HttpRequest, row: Any, verbs: tuple[Verb, ...]) -> list[Offered]:
        return [
            Offered(verb, self._form(request, row, verb))
            for verb in verbs
            if verb.offered_to(request, row)
        ]

    def _form(self, request: HttpRequest, row: Any, verb: Verb, *, sent: bool = False) -> VerbForm:
        typed = {"data": request.POST, "files": request.FILES} if sent else {}
        return verb.form(**typed, row=row, request=request, auto_id=f"{verb.name}-%s")

    def _address(self, row: Any) -> str:
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}"
        return (
            reverse(f"{name}_changelist")
            if row is None
            else reverse(f"{name}_change", args=[row.pk])
        )

    def log_change(self, request: HttpRequest, obj: models.Model, message: Any) -> None:
        """Leave Django's log empty; the audit trail records what was done."""

    log_addition = log_change
