"""Closed periods, and the button that closes the next."""

from __future__ import annotations

from datetime import timedelta

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from ledger.actions import periods
from ledger.models import Period
from tenancy.admin.access import business_date
from tenancy.admin.pages import RoomModelAdmin
from tenancy.admin.verbs import Act, Verb, VerbForm
from tenancy.permissions import Permission


class PeriodForm(VerbForm):
    """The last day that is closed."""

    ends_on = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}))

    def prepare(self) -> None:
        """Begin with yesterday, the last day that is over."""
        field = self.fields["ends_on"]
        field.label = _("Close the books through")
        field.initial = (business_date(self.request) - timedelta(days=1)).isoformat()


def _close(act: Act) -> str:
    period = periods.close_period(ends_on=act.values["ends_on"], actor=act.actor, at=act.at)
    return _("The books are closed: %s") % period


@admin.register(Period)
class PeriodAdmin(RoomModelAdmin):
    """Periods follow one another without a gap."""

    view_permission = Permission.LEDGER_VIEW
    list_display = ("__str__", "starts_on", "ends_on", "closed_at", "fingerprint")
    ordering = ("-ends_on",)
    list_verbs = (
        Verb(
            "close", _("Close the period"), Permission.PERIOD_CLOSE, _close, PeriodForm,
            explains=_("Nothing is booked on these days any more. It cannot be undone."),
            tone="go",
        ),
    )  # fmt: skip
