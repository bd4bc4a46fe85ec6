"""How the queue is narrowed: what is still to do, what is late, whose it is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib.admin import SimpleListFilter
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lending.models import Application, Product
from lending.models.application import OPEN_STAGES
from lending.rules.stages import WAITING_FOR_PARTNER
from tenancy.templatetags.figures import local_name

Rows = QuerySet[Application]


class Standing(SimpleListFilter):
    """The queue shows open applications unless it is told otherwise."""

    title = _("standing")
    parameter_name = "standing"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Open is what one gets without asking."""
        return [("ended", _("Ended")), ("all", _("All"))]

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        """Call the first choice by what it shows."""
        for number, choice in enumerate(super().choices(changelist)):
            yield {**choice, "display": _("Open")} if number == 0 else choice

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        """A stage that was asked for by name is shown whether or not it is open."""
        if self.value() == "ended":
            return queryset.exclude(stage__in=OPEN_STAGES)
        asked = self.value() == "all" or any(
            name in request.GET for name in ("stage__exact", "q", "borrower__id__exact")
        )
        return queryset if asked else queryset.filter(stage__in=OPEN_STAGES)


class Overdue(SimpleListFilter):
    """Past the service level of its stage; a partner bank's time is not ours."""

    title = _("service level")
    parameter_name = "clock"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Late, with time left, or before a bank."""
        return [("overdue", _("Overdue")), ("running", _("In time")), ("paused", _("Paused"))]

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        """Compare with the moment of asking."""
        now = timezone.now()
        ours = queryset.filter(stage__in=OPEN_STAGES).exclude(stage__in=WAITING_FOR_PARTNER)
        if self.value() == "overdue":
            return ours.filter(stage_due_at__lt=now)
        if self.value() == "running":
            return ours.filter(stage_due_at__gte=now)
        if self.value() == "paused":
            return queryset.filter(stage__in=WAITING_FOR_PARTNER)
        return queryset


class Desk(SimpleListFilter):
    """Whose desk it lies on."""

    title = _("desk")
    parameter_name = "desk"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Mine, nobody's, or a colleague's by his id."""
        return [("mine", _("Mine")), ("nobody", _("Nobody's"))]

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        """Narrow by owner."""
        if self.value() == "mine":
            return queryset.filter(assigned_to=request.user.pk)
        if self.value() == "nobody":
            return queryset.filter(assigned_to=None)
        return queryset


class OfProduct(SimpleListFilter):
    """Applications, lines or loans of one product, whatever the version."""

    title = _("product")
    parameter_name = "product"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """By the product's code, which stays the same."""
        return [(row.code, local_name(row)) for row in Product.objects.order_by("code")]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """Through the version."""
        code = self.value()
        return queryset.filter(version__product__code=code) if code else queryset
