"""Loans by how late they are."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib.admin import SimpleListFilter
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from lending.models import Loan
from lending.queries.portfolio import BUCKETS
from tenancy.admin.access import business_date


class Late(SimpleListFilter):
    """Any day past due, or one bucket; days count from the day after the oldest unpaid one."""

    title = _("past due")
    parameter_name = "late"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """The buckets of the day-end pack."""
        return [("any", _("Any")), *((name, name) for name, _first, _last in BUCKETS)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Loan]) -> QuerySet[Loan]:
        """Compare with the business date."""
        today = business_date(request)
        if self.value() == "any":
            return queryset.filter(position__arrears_since__lt=today)
        for name, first, last in BUCKETS:
            if self.value() == name:
                late = queryset.filter(position__arrears_since__lte=today - timedelta(days=first))
                if last is None:
                    return late
                return late.filter(position__arrears_since__gte=today - timedelta(days=last))
        return queryset
