"""Closing the books through a day."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import connection
from django.db.models import Min
from django.utils.translation import gettext_lazy as _

from ledger.models import JournalEntry, Period
from tenancy import room
from tenancy.actions import audit
from tenancy.actors import Actor
from tenancy.errors import Refusal
from tenancy.models import Tenant
from tenancy.permissions import Permission, require


class PeriodNotOver(Refusal):
    """Only days before the business date can be closed."""

    code = "period_not_over"


class PeriodClosedAlready(Refusal):
    """The books are closed through this day or a later one."""

    code = "period_closed_already"


@room.atomic
def close_period(*, ends_on: date, actor: Actor, at: datetime) -> Period:
    """
    Close the books through a day: nothing is booked on it, or before, any more.

    The period starts the day after the one before it; the first starts with the first entry.
    Commits of entries wait while the database sums up the period.

    :raises PeriodNotOver: if the business date has not passed `ends_on`
    :raises PeriodClosedAlready: if the books are closed through `ends_on`
    :raises Forbidden: if the actor may not close periods
    """
    require(actor, Permission.PERIOD_CLOSE)
    business_date = Tenant.objects.values_list("business_date", flat=True).get(pk=room.current())
    if ends_on >= business_date:
        days = {"day": ends_on, "business_date": business_date}
        raise PeriodNotOver(
            _("%(day)s is not over: the business date is %(business_date)s") % days
        )
    last = Period.objects.order_by("ends_on").last()
    if last and last.ends_on >= ends_on:
        raise PeriodClosedAlready(
            _("The books are closed through %(day)s") % {"day": last.ends_on}
        )
    with connection.cursor() as cursor:
        # Entries of this very transaction are checked now, while their day is still open.
        cursor.execute("SET CONSTRAINTS ledger_entry_checked IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ledger_entry_checked DEFERRED")
    starts_on = last.ends_on + timedelta(days=1) if last else _first_day(ends_on)
    period = Period.objects.create(starts_on=starts_on, ends_on=ends_on, closed_at=at)
    changes = {"starts_on": str(starts_on), "ends_on": str(ends_on)}
    audit.record(actor=actor, at=at, action="ledger.close_period", subject=period, changes=changes)
    return period


def _first_day(ends_on: date) -> date:
    first: date | None = JournalEntry.objects.aggregate(first=Min("booked_on"))["first"]
    return min(first or ends_on, ends_on)
